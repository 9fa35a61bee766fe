"""Reports on paper: CSV, XLSX and PDF out of one definition, and the job that writes them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import TASHKENT
from core.job_kinds import Tell
from core.models import Job
from core.money import ZERO
from core.papers import csv, xlsx
from core.papers.pdf import MOST_ROWS, render_pdf
from core.papers.xlsx import Cell, Fact
from core.papers.xlsx_stream import Table, stream_xlsx
from core.refusals import Conflict, NotFound
from finance.states import AccountKind
from sales.queries.reports import REPORTS
from sales.queries.reports.definition import Ask, Column, Report, Shape, shares_in
from sales.queries.reports.finding import Row, ask_of, count_rows, names_of, stream

KIND = "report"
PERMISSION = "finance.export_report"
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


class ReportTooLongForPdf(Conflict):
    message = gettext_lazy("A PDF takes at most {limit} rows, this has {rows}; take the XLSX.")


def run_report_job(job: Job, out: BinaryIO, tell: Tell) -> str:
    """The job's report into ``out``; answers the file's name. Refuses with NotFound (a report there
    is no more) and ReportTooLongForPdf."""
    report = REPORTS.get(job.params.get("report", ""))
    if report is None:
        raise NotFound
    language = translation.get_language() or "ru"
    ask = ask_of(report, job.params, at=job.created_at, language=language)
    return write_report(report, ask, file_format=job.params["format"], out=out, tell=tell)


def write_report(report: Report, ask: Ask, *, file_format: str, out: BinaryIO, tell: Tell) -> str:
    """The report in the active language; answers the file's name. CSV and XLSX are written row by
    row, PDF refuses with ReportTooLongForPdf."""
    total = count_rows(report, ask)
    if file_format == "pdf" and total > MOST_ROWS:
        raise ReportTooLongForPdf(limit=MOST_ROWS, rows=total)
    paper = Paper(report, ask, tell, total)
    match file_format:
        case "csv":
            csv.write_csv([column.title for column in paper.headings], paper.rows(), out)
        case "xlsx":
            stream_xlsx(paper.table(), out)
        case _:
            out.write(render_pdf("papers/report.html", {"paper": paper}, language=ask.language))
    tell(total, total)
    return f"{report.code}-{_file_period(report, ask)}.{file_format}"


class Paper:
    """One report being written: its words, its rows, and the sums of the rows written so far."""

    def __init__(self, report: Report, ask: Ask, tell: Tell, count: int) -> None:
        self.report, self.ask, self.tell, self.count = report, ask, tell, count
        self.title = str(report.title)
        self.columns = report.columns(ask)
        self.headings = [xlsx.Column(str(c.title), c.width) for c in self.columns]
        self.sums: dict[str, Any] = {
            column.name: ZERO if column.shape == Shape.MONEY else 0
            for column in self.columns
            if column.is_added_up
        }

    def rows(self) -> Iterator[list[Cell]]:
        readers = [(column, words_of(column)) for column in self.columns]
        for number, row in enumerate(stream(self.report, self.ask), 1):
            for name in self.sums:
                self.sums[name] += row[name] or 0
            yield [cell(column, words, row) for column, words in readers]
            self.tell(number, self.count)

    def total(self) -> list[Cell]:
        """Of the rows written so far."""
        sums = self.sums | shares_in(self.columns, self.sums)
        first, *rest = [sums.get(column.name) for column in self.columns]
        return [_("Total") if first is None else first, *rest]

    def facts(self) -> list[Fact]:
        """What was asked, above the table."""
        agency, tour, person = names_of(self.ask)
        at = self.ask.until.astimezone(TASHKENT)
        facts = [
            (_("As at the end of") if self.report.is_as_at else _("Period"), self._period()),
            (_("Agency"), agency),
            (_("Tour"), tour),
            (_("Account"), _word(AccountKind.choices, self.ask.account)),
            (_("Partner"), person),
            (_("State"), _word(self.report.states, self.ask.state)),
            (_("Counted"), _word(self.report.counts, self.ask.counted)),
            (_("Made at"), f"{at:%d.%m.%Y %H:%M}"),
        ]
        return [(name, value) for name, value in facts if value]

    def table(self) -> Table:
        return Table(self.title, self.headings, self.rows(), self.facts(), self.total)

    # --- for the template of the PDF

    def widths(self) -> list[tuple[str, str]]:
        """The headings with their part of the page's width."""
        whole = sum(column.width for column in self.headings)
        return [(column.title, f"{column.width / whole:.2%}") for column in self.headings]

    def lines(self) -> Iterator[list[tuple[str, bool]]]:
        """Rows as texts, each with whether it is a figure; the last is the total."""
        for row in self.rows():
            yield self._texts(row)
        if self.sums:
            yield self._texts(self.total())

    def _texts(self, row: list[Cell]) -> list[tuple[str, bool]]:
        figures = (column.is_figure for column in self.columns)
        return [(text_of(value), figure) for value, figure in zip(row, figures, strict=True)]

    def _period(self) -> str:
        period = self.ask.period
        days = [period.last] if self.report.is_as_at else sorted({period.first, period.last})
        return " – ".join(f"{day:%d.%m.%Y}" for day in days)


def _word(choices: Sequence[tuple[str, Any]], code: str) -> str:
    return str(dict(choices).get(code, ""))


def words_of(column: Column) -> dict[str, str]:
    """What the column's codes are called in the active language."""
    return {code: str(word) for code, word in column.choices}


def cell(column: Column, words: dict[str, str], row: Row) -> Cell:
    """The value as a cell of a file."""
    value = row[column.name]
    if value is None:
        return None
    if words:
        return words.get(value, value)
    if column.shape == Shape.MONTH:
        return date_format(value, "F Y")
    if column.shape == Shape.COUNT:
        return int(value)
    # Numbers that are names are written as texts: nobody adds up journals.
    return str(value) if column.shape == Shape.TEXT else value


def text_of(value: Cell) -> str:
    """The value as it is printed."""
    match value:
        case None:
            return ""
        case Decimal():
            return number_format(value, decimal_pos=2, force_grouping=True)
        case datetime():
            return f"{value.astimezone(TASHKENT):%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
    return str(value)


def _file_period(report: Report, ask: Ask) -> str:
    days = [ask.period.last] if report.is_as_at else [ask.period.first, ask.period.last]
    return "-".join(f"{day:%Y%m%d}" for day in days)
