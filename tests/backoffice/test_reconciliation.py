"""Registries in the admin: uploading, columns, the trial, the registry's page, its files."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from finance.models import MoneyCase, ReconciliationFile, ReconciliationRow
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said
from tests.factories import NOW
from tests.finance.many_payments import HEADINGS, line_of


def paid():
    return factories.payment(state="performed", performed_at=NOW)


@pytest.fixture
def browser(cast, sign_in):
    return sign_in(cast.accountant)


def url(registry, name):
    return reverse(f"admin:finance_reconciliationfile_{name}", args=[registry.pk])


def upload(browser, lines, headings=HEADINGS):
    text = "\n".join(";".join(line) for line in [headings, *lines])
    file = SimpleUploadedFile("march.csv", text.encode("cp1251"))
    return browser.post(add_page(ReconciliationFile), {"source": "payme", "file": file})


def columns(browser, registry, **said_otherwise):
    mapping = {name: value for name, value in registry.mapping.items() if name != "states"}
    period = {"period_start": "2027-03-01", "period_end": "2027-03-01"}
    return browser.post(url(registry, "columns"), mapping | period | said_otherwise)


@pytest.fixture
def taken(browser):
    """Five lines: two agree, one is unknown, one is a formula's, one differs."""
    plain, other, less = paid(), paid(), paid()
    lines = [line_of(plain), line_of(other), line_of(less)]
    lines[2][1] = "900000"
    lines += [["f" * 24, "500000", "", "", "=1+1"], ["=cmd|calc", "70", "", "", ""]]
    upload(browser, lines)
    registry = ReconciliationFile.objects.get()
    columns(browser, registry)
    browser.post(url(registry, "take"))
    registry.refresh_from_db()
    return registry


def test_from_the_upload_to_the_registry(browser):
    payment = paid()
    sent = upload(browser, [line_of(payment), ["f" * 24, "500000", "", "", ""]])
    registry = ReconciliationFile.objects.get()
    assert sent.url == url(registry, "columns")
    page = browser.get(sent.url)
    assert page.context["form"]["id"].value() == "ID транзакции"
    assert payment.payme_invoice_id in page.text

    tried = columns(browser, registry)
    page = browser.get(tried.url)

    assert tried.url == page_of(registry)
    assert [tile.outcome for tile in page.context["tiles"]] == ["missing_here", "matched"]
    assert "Take over" in page.text
    assert not ReconciliationFile.objects.filter(status="taken").exists()

    browser.post(url(registry, "take"))
    page = browser.get(page_of(registry))

    assert "Take over" not in page.text
    assert [row.external_id for row in page.context["rows"]] == ["f" * 24]
    matched = browser.get(page_of(registry), {"outcome": "matched"}).context["rows"]
    assert [row.external_id for row in matched] == [payment.payme_invoice_id]
    again = upload(browser, [line_of(payment), ["f" * 24, "500000", "", "", ""]])
    assert again.url == page_of(registry)
    assert said(again) == ["This very file has been uploaded before."]


def test_what_is_wrong_with_a_file_is_said_where_it_was_chosen(browser):
    empty = browser.post(
        add_page(ReconciliationFile),
        {"source": "payme", "file": SimpleUploadedFile("a.csv", b"id;amount\n")},
    )
    assert "there is no line under its headings" in empty.text

    upload(browser, [["a", "abc", "Зачислено", "", ""], ["b", "1", "Зачислено", "", ""]])
    registry = ReconciliationFile.objects.get()
    page = columns(browser, registry)
    assert "This is no amount of money: abc." in page.text
    assert "“зачислено”" in page.text
    twice = columns(browser, registry, booking="Сумма")
    assert "This column is chosen twice." in twice.text

    answered = {"state": "", "word": ["зачислено"], "word-0": "paid"}
    page = columns(browser, registry, **answered)
    assert page.status_code == 200
    assert browser.post(url(registry, "discard")).url == list_of(ReconciliationFile)
    assert not ReconciliationFile.objects.exists()


def test_figures_filters_and_search_lead_to_the_rows(browser, taken):
    def keys(**query):
        rows = browser.get(page_of(taken), query).context["rows"]
        return {row.external_id for row in rows}

    assert keys(outcome="missing_here") == {"f" * 24, "=cmd|calc"}
    assert len(keys(told="open")) == 3
    assert keys(told="explained") == set()
    assert keys(q="FFFF ff") == {"f" * 24}
    row = taken.rows.get(outcome="amount_differs")
    assert keys(q=row.payment.booking.code.lower()) == {row.external_id}
    proof = {title: total for title, total, _parts in browser.get(page_of(taken)).context["proof"]}
    assert set(proof) == {"There", "Here", "Difference"}
    assert "400" in proof["Difference"]


def test_several_rows_are_explained_with_one_note_and_an_outcome_each(browser, taken):
    rows = {row.outcome: row for row in taken.rows.all()}
    ticked = [rows["missing_here"].pk, rows["amount_differs"].pk, rows["matched"].pk]

    answer = browser.post(
        url(taken, "rows"), {"row": ticked, "what": "resolve", "note": "Payme's test."}
    )

    told = said(answer)
    assert "Rows done: 2." in told
    assert any("nothing to explain" in sentence for sentence in told)
    assert taken.rows.filter(note="Payme's test.").count() == 2
    page = browser.get(page_of(rows["missing_here"]))
    assert "Payme&#x27;s test." in page.text
    browser.post(action_on(rows["missing_here"], "reopen"), {"reason": "No.", **SUBMIT})
    assert taken.rows.get(pk=rows["missing_here"].pk).is_open


def test_unknown_money_goes_into_the_books_from_the_rows_page(browser, taken):
    row = taken.rows.get(external_id="f" * 24)
    browser.get(page_of(row))

    browser.post(action_on(row, "take_in"), SUBMIT)

    assert MoneyCase.objects.get().registry_row == row
    assert browser.get(page_of(row)).status_code == 200
    assert browser.get(page_of(taken)).status_code == 200


def test_the_rows_go_into_files_that_are_safe_to_open(browser, taken):
    text = b"".join(browser.get(url(taken, "export"), {"format": "csv"})).decode("utf-8-sig")
    sheet = browser.get(url(taken, "export"), {"outcome": "missing_here"})
    book = load_workbook(BytesIO(b"".join(sheet)))

    assert "'=cmd|calc" in text
    assert "'=1+1" in text
    assert text.count("\n") == 6
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value == "=cmd|calc"} == {"s"}
    assert "no-store" in sheet["Cache-Control"]
    assert sheet["Content-Disposition"].startswith("attachment")
    original = browser.get(url(taken, "file"))
    assert b"".join(original).startswith(b"ID")


def test_others_see_nothing_of_it(cast, sign_in, taken):
    row = taken.rows.first()
    for person in (cast.support, cast.silk_owner):
        stranger = sign_in(person)
        answers = [
            stranger.get(add_page(ReconciliationFile)),
            stranger.get(page_of(taken)),
            stranger.get(url(taken, "export")),
            stranger.get(url(taken, "file")),
            stranger.post(url(taken, "rows"), {"row": row.pk, "what": "resolve", "note": "x"}),
            stranger.post(url(taken, "take")),
            stranger.post(url(taken, "discard")),
        ]
        assert {answer.status_code for answer in answers} <= {403, 404}
    assert ReconciliationRow.objects.filter(resolved_at__isnull=False).count() == 0


def test_the_page_costs_the_same_with_one_row_and_with_three(browser):
    counts = []
    for lines in (1, 3):
        registry = factories.reconciliation_file(status="taken", taken_at=NOW)
        for _line in range(lines):
            factories.reconciliation_row(file=registry, payment=paid())
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(page_of(registry)).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20, counts
