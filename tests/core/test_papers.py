"""Papers: sheets that can be sorted and never calculate what was typed, PDFs that fetch nothing."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import count

import pytest
from django.template import engines
from openpyxl import load_workbook
from pypdf import PdfReader

from core.papers.csv import write_csv
from core.papers.pdf import render_pdf
from core.papers.xlsx import Column, Sheet, write_xlsx
from core.papers.xlsx_stream import Table, stream_xlsx

COLUMNS = [Column("Name", 30), Column("Sum"), Column("Day"), Column("At"), Column("Seats", 6)]
ROW = [
    "Gʻulom Ёлкин",
    Decimal("1250000.50"),
    date(2027, 6, 1),
    datetime(2027, 6, 1, 20, 30, tzinfo=UTC),
]


def sheet_of(**fields):
    values = {"title": "Sales", "columns": COLUMNS, "rows": [[*ROW, 3]]} | fields
    return load_workbook(BytesIO(write_xlsx(Sheet(**values)))).active


# --- sheets


def test_cells_have_the_type_of_their_value():
    sheet = sheet_of()

    name, amount, day, at, seats = sheet[4]
    assert name.value == "Gʻulom Ёлкин"
    assert (amount.value, amount.number_format) == (1250000.5, "#,##0.00")
    assert (day.value, day.number_format) == (datetime(2027, 6, 1), "dd.mm.yyyy")
    # Half past eight in the evening UTC is past midnight in Tashkent.
    assert at.value == datetime(2027, 6, 2, 1, 30)
    assert (seats.value, seats.data_type) == (3, "n")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "=cmd|' /C calc'!A0", "+998901112233", "-5", "@SUM(A1)", "{=1}", "https://x.uz"],
)
def test_no_text_is_a_formula_a_number_or_a_link(text):
    sheet = sheet_of(
        title=text,
        columns=[Column(text)],
        rows=[[text]],
        facts=[(text, text)],
        totals=[(text, text)],
    )

    cells = [row[0] for row in sheet.iter_rows() if row[0].value]
    assert [cell.value for cell in cells] == [
        text,
        f"{text}: {text}",
        text,
        text,
        f"{text}: {text}",
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_control_characters_and_endless_texts_do_not_break_the_file():
    sheet = sheet_of(rows=[["a\x00\x1bb", None, None, None, None], ["x" * 40_000, "", "", "", ""]])

    assert sheet["A4"].value.startswith("a")
    assert len(sheet["A5"].value) == 32_767
    assert sheet["B5"].value is None


@pytest.mark.parametrize("title", ["A/B: [2027]*?'", "", "'''", "Ё" * 60])
def test_a_sheet_may_be_called_anything(title):
    assert 1 <= len(sheet_of(title=title).title) <= 31


def test_the_table_stays_under_its_headings_and_is_printed_whole():
    sheet = sheet_of(facts=[("Guide", "Olim"), ("Dates", "1 June")], totals=[("Seats", "3")])

    assert [row[0].value for row in sheet.iter_rows()] == [
        *("Sales", "Guide: Olim", "Dates: 1 June", None, "Name", ROW[0], None, "Seats: 3"),
    ]
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref == "A5:E6"
    assert sheet.print_title_rows == "$5:$5"
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0)
    assert sheet.column_dimensions["A"].width >= 30


def test_a_table_without_rows_is_a_table():
    sheet = sheet_of(rows=[])

    assert sheet["A3"].value == "Name"
    assert sheet.auto_filter.ref == "A3:E3"


# --- tables of any length

RISKY = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+998901112233",
    "-5",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n@x",
    "  =1+1",
    "\xa0=1+1",
    "\ufeff=1+1",
    "'=1+1",
    '"=1+1"',
    "＝1+1",
]
# No formula, but another value once a spreadsheet has read it.
CHANGED = ["00123", "20208000900123456789", "7E45", "1/2", "12.05", "2-3"]
SAFE = ["Gʻulom", "a=b", "5", "1000000", "", "Tour No. 5", "KA7E45"]


def csv_of(*cells):
    out = BytesIO()
    write_csv(["Text"], [[cell] for cell in cells], out)
    assert not out.closed
    table = csv.reader(StringIO(out.getvalue().decode("utf-8-sig"), newline=""))
    return [row[0] if row else "" for row in table][1:]


def test_no_text_of_a_csv_is_calculated_or_changed():
    assert csv_of(*RISKY, *CHANGED) == [f"'{text}" for text in (*RISKY, *CHANGED)]
    assert csv_of(*SAFE) == SAFE
    assert csv_of(Decimal("-5.00"), -5, None) == ["-5.00", "-5", ""], "numbers are numbers"
    moment = datetime(2027, 6, 1, 20, 30, tzinfo=UTC)
    assert csv_of(moment, date(2027, 6, 1)) == ["2027-06-02 01:30:00", "2027-06-01"]


def streamed(*rows, **fields):
    out = BytesIO()
    table = {"title": "Lines", "columns": [Column("A"), Column("B")], "rows": rows} | fields
    limit = table.pop("rows_of_a_sheet", 100)
    stream_xlsx(Table(**table), out, rows_of_a_sheet=limit)
    return load_workbook(BytesIO(out.getvalue()))


def test_no_text_of_a_streamed_sheet_is_a_formula_nor_becomes_one_when_it_is_edited():
    texts = [*RISKY, *CHANGED, "{=1}", "https://x.uz"]
    book = streamed(*[[text, None] for text in texts], title="=1", facts=[("=a", "=b")])

    cells = [row[0] for row in book.active.iter_rows(min_row=4)]
    # Excel reads the sign of a carriage return back, openpyxl does not.
    read = [cell.value.replace("_x000D_", "\r").strip() for cell in cells]
    assert read == [text.strip() for text in texts]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert all(cell.quotePrefix for cell in cells[: len(RISKY)]), "as if an apostrophe was typed"
    assert {cell.number_format for cell in cells[: len(RISKY)]} == {"@"}
    assert not any(cell.hyperlink for cell in cells)


def test_a_streamed_sheet_has_types_a_total_and_goes_on_on_the_next():
    moment = datetime(2027, 6, 1, 20, 30, tzinfo=UTC)
    rows = [[Decimal("1.25"), moment], [3, date(2027, 6, 1)], ["x" * 40_000, None]]
    book = streamed(*rows, rows_of_a_sheet=2, total=lambda: ["Total", Decimal("4.25")])

    first, second = book.worksheets
    assert [row for row in first.iter_rows(min_row=2, values_only=True)] == [
        ("A", "B"),
        (1.25, datetime(2027, 6, 2, 1, 30)),
        (3, datetime(2027, 6, 1)),
    ]
    assert second.title == "Lines 2"
    assert len(second["A3"].value) == 32_767
    assert [cell.value for cell in second[4]] == ["Total", 4.25]


# --- PDFs


@pytest.fixture
def paper(tmp_path, settings):
    """Render a PDF out of a text, as if it stood in a template of ours."""
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}
    ]
    engines._engines = {}
    numbers = count()

    def render(content, *, language="en", **context):
        text = '{% extends "papers/base.html" %}{% load i18n %}{% block content %}'
        name = f"paper-{next(numbers)}.html"  # templates are cached by name
        (tmp_path / name).write_text(f"{text}{content}{{% endblock %}}")
        return PdfReader(BytesIO(render_pdf(name, context, language=language)))

    return render


def test_every_alphabet_of_the_country_comes_out(paper):
    words = "Ёлкина Ольга, Gʻulom Oʻrinov, Ҳамид Қодиров, soʻm"

    [page] = paper("{{ words }}", words=words).pages

    assert words in page.extract_text()
    assert all("DejaVu" in font["/BaseFont"] for font in fonts_of(page))


def fonts_of(page):
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_what_was_typed_is_no_markup(paper):
    [page] = paper("{{ name }}", name="<b>A</b>").pages

    assert "<b>A</b>" in page.extract_text()


def test_pages_are_numbered_and_the_language_is_kept(paper):
    reader = paper("{% for n in '123' %}<p style='break-after: page'>{{ n }}</p>{% endfor %}")

    assert ["1 / 3" in page.extract_text() for page in reader.pages[:2]] == [True, False]
    assert "3 / 3" in reader.pages[2].extract_text()
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_texts_are_in_the_language_asked_for(paper):
    [page] = paper("{% translate 'adult' %}", language="ru").pages

    assert "взрослый" in page.extract_text()


PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)


def test_a_picture_comes_with_the_paper_or_not_at_all(paper, tmp_path, live_pictures):
    picture = tmp_path / "pixel.png"
    picture.write_bytes(live_pictures.png)

    [own] = paper(f"<img src='{PIXEL}'>").pages
    [file] = paper(f"<img src='file://{picture}'>").pages
    [far] = paper(f"<img src='{live_pictures.url}'>").pages

    assert [len(page.images) for page in (own, file, far)] == [1, 0, 0]
    assert live_pictures.asked == []


@pytest.fixture
def live_pictures():
    """A server next door that would give the picture to whoever asked."""
    import base64
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread
    from types import SimpleNamespace

    png, asked = base64.b64decode(PIXEL.partition(",")[2]), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(png)

        def log_message(self, *_args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/pixel.png"
        yield SimpleNamespace(png=png, asked=asked, url=url)
        server.shutdown()
