"""A statement on paper: one set of words, as PDF and as XLSX."""

from datetime import datetime
from decimal import Decimal

from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import TASHKENT, local_date
from core.money import som
from core.papers.pdf import MOST_ROWS, render_pdf
from core.papers.xlsx import Cell, Column, Fact, Sheet, write_xlsx
from core.refusals import Conflict
from finance.queries.statements import Statement, StatementLine


class TooLongForPdf(Conflict):
    message = gettext_lazy("A PDF takes at most {limit} lines; take the XLSX.")


def statement_xlsx(statement: Statement, *, language: str, at: datetime) -> bytes:
    """The statement as a workbook, in ``language``."""
    with translation.override(language):
        rows: list[list[Cell]] = [
            [local_date(line.at), line.words, line.about, *_columns_of(line), line.balance]
            for line in statement.lines
        ]
        return write_xlsx(
            Sheet(
                title=_title(statement),
                columns=[
                    Column(_("Date"), 12),
                    Column(_("What"), 34),
                    Column(_("Booking"), 44),
                    Column(_("Came, UZS"), 16),
                    Column(_("Went, UZS"), 16),
                    Column(_("Balance, UZS"), 16),
                ],
                rows=rows,
                facts=[*_facts(statement), _opening(statement)],
                totals=[*_totals(statement), _made(at)],
            )
        )


def statement_pdf(statement: Statement, *, language: str, at: datetime) -> bytes:
    """The statement as PDF, in ``language``. Refuses with TooLongForPdf."""
    if len(statement.lines) > MOST_ROWS:
        raise TooLongForPdf(limit=MOST_ROWS)
    with translation.override(language):
        paper = {
            "title": _title(statement),
            "facts": _facts(statement),
            "opening": _figure(statement.opening),
            "lines": [
                (
                    f"{local_date(line.at):%d.%m.%Y}",
                    line.words,
                    line.about,
                    *map(_figure, _columns_of(line)),
                    _figure(line.balance),
                )
                for line in statement.lines
            ],
            "came": _figure(statement.came),
            "went": _figure(statement.went),
            "closing": _figure(statement.closing),
            "made": ": ".join(_made(at)),
        }
    return render_pdf("papers/statement.html", {"paper": paper}, language=language)


def _columns_of(line: StatementLine) -> tuple[Decimal | None, Decimal | None]:
    """What came, and what went."""
    return (line.amount, None) if line.amount > 0 else (None, -line.amount)


def _figure(amount: Decimal | None) -> str:
    """To the tiyin, as an accountant reads it."""
    return "" if amount is None else number_format(amount, decimal_pos=2, force_grouping=True)


def _title(statement: Statement) -> str:
    if statement.payout is not None:
        return _("Statement to payout №%(number)s") % {"number": statement.payout.pk}
    return _("Statement of account")


def _facts(statement: Statement) -> list[Fact]:
    agency, payout = statement.agency, statement.payout
    facts = [
        (_("Agency"), agency.name),
        (_("INN"), payout.tax_id if payout else agency.tax_id),
        (_("Period"), f"{statement.start:%d.%m.%Y} – {statement.end:%d.%m.%Y}"),
    ]
    if payout is not None:
        facts += [
            (_("Amount"), som(payout.amount)),
            (_("Status"), str(payout.get_status_display())),
            (_("Bank"), ", ".join((payout.bank_name, _("MFO") + f" {payout.bank_mfo}"))),
            (_("Account"), payout.bank_account),
            (_("Bank reference"), payout.bank_reference),
        ]
    return [(name, text) for name, text in facts if text]


def _opening(statement: Statement) -> Fact:
    return _("Opening balance, UZS"), _figure(statement.opening)


def _totals(statement: Statement) -> list[Fact]:
    return [
        (_("Came, UZS"), _figure(statement.came)),
        (_("Went, UZS"), _figure(statement.went)),
        (_("Closing balance, UZS"), _figure(statement.closing)),
    ]


def _made(at: datetime) -> Fact:
    return _("Made on"), f"{at.astimezone(TASHKENT):%d.%m.%Y %H:%M}"
