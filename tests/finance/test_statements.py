"""Statements: what came, what went, and each opens with what the one before closed with."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import pairwise

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from finance.papers import statements as paper
from finance.papers.statements import TooLongForPdf, statement_pdf, statement_xlsx
from finance.queries.statements import (
    payout_statement,
    period_statement,
    statement_since_last,
)
from finance.services.payouts import fail_payout
from partners.models import TravelAgency
from sales.services.release import sweep_releases
from tests.factories import LAST_DAY, MILLION, NOW
from tests.finance.owed import Desk, earn, with_bank

OVER = NOW + (LAST_DAY - NOW.date()) + timedelta(days=4)


@pytest.fixture
def desk(cast) -> Desk:
    with_bank(cast.silk)
    return Desk(cast)


@pytest.fixture
def story(cast, desk):
    """Three payouts of Silk Road: paid, failed after 'paid', and one that netted a debt; then a
    reserve comes free. The silk tour's title has letters of its own in each language."""
    cast.silk_tour.title_ru, cast.silk_tour.title_uz = "Чимган: вершины", "Choʻqqilar sari"
    cast.silk_tour.save()
    TravelAgency.objects.filter(pk=cast.silk.pk).update(reserve_percent=Decimal("10.00"))
    cast.paid()
    sweep_releases(at=OVER)
    first = desk.paid(cast.silk, at=OVER)

    second_day = OVER + timedelta(days=10)
    earn(cast.silk, "500000.55", at=second_day, memo="A bus that was ours")
    second = desk.paid(cast.silk, at=second_day, reference="B-2")
    fail_payout(payout_id=second.pk, reason="Account closed", by=desk.first, at=second_day)

    third_day = OVER + timedelta(days=100)
    earn(cast.silk, "-700000.10", at=third_day, memo="Fine")
    earn(cast.silk, MILLION, at=third_day, memo="Earned")
    sweep_releases(at=third_day)
    third = desk.approved(cast.silk, at=third_day)
    return [first, second, third]


def read(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text)


def test_each_opens_with_what_the_one_before_closed_with(cast, story):
    statements = [payout_statement(payout) for payout in story]

    for before, after in pairwise(statements):
        assert after.opening == before.closing
    for payout, statement in zip(story, statements, strict=True):
        assert statement.opening + sum(line.amount for line in statement.lines) == statement.closing
        assert statement.lines[-1].amount == -payout.amount
        assert statement.came - statement.went == statement.closing - statement.opening
    assert [statement.closing for statement in statements] == [0, 0, 0]
    assert [[line.words for line in statement.lines] for statement in statements] == [
        ["Tour has run", f"Payout №{story[0].pk}"],
        ["Adjustment: A bus that was ours", f"Payout №{story[1].pk}"],
        [
            f"Payout №{story[1].pk} came back: Account closed",
            "Adjustment: Fine",
            "Adjustment: Earned",
            "Reserve freed",
            f"Payout №{story[2].pk}",
        ],
    ]
    assert story[2].amount == Decimal("500000.55") - Decimal("700000.10") + MILLION + 90_000


def test_a_line_names_its_booking_in_the_readers_language(cast, story):
    line = payout_statement(story[0]).lines[0]

    code = line.journal.booking.code
    assert line.about == f"{code} · Chimgan, 01.06.2027"


def test_a_failed_one_before_it_was_paid_comes_back_in_the_next(cast, desk):
    earn(cast.silk, MILLION)
    first = desk.approved(cast.silk)
    fail_payout(payout_id=first.pk, reason="Called off", by=desk.first, at=NOW)
    second = desk.approved(cast.silk)

    statement = payout_statement(second)

    assert [line.amount for line in statement.lines] == [MILLION, -MILLION]
    assert payout_statement(first).closing == 0


def test_before_its_approval_a_payout_has_no_statement_but_a_preview(cast, desk):
    earn(cast.silk, -300)
    earn(cast.silk, MILLION)
    payout = desk.create(cast.silk)

    preview = statement_since_last(cast.silk, NOW)

    assert payout_statement(payout) is None
    assert (preview.opening, preview.closing) == (0, MILLION - 300)
    assert (preview.start, preview.end) == (date(2027, 3, 1), date(2027, 3, 1))
    assert statement_since_last(cast.nomad, NOW).lines == []


def test_periods_add_up_and_money_after_the_approval_stays_for_the_next(cast, desk):
    earn(cast.silk, 100, at=NOW - timedelta(days=20))
    earn(cast.silk, MILLION, at=NOW)
    payout = desk.create(cast.silk)
    earn(cast.silk, 77)
    desk.approve(payout)

    february = period_statement(cast.silk, date(2027, 2, 1), date(2027, 2, 28))
    march = period_statement(cast.silk, date(2027, 3, 1), date(2027, 3, 31))

    assert (february.opening, february.closing) == (0, 100)
    assert (march.opening, march.closing) == (100, 77)
    assert payout_statement(payout).closing == 77
    assert statement_since_last(cast.silk, NOW).opening == 77


PDF_WORDS = {
    "ru": "Чимган: вершины, 01.06.2027",
    "uz": "Choʻqqilar sari, 01.06.2027",
    "en": "Chimgan, 01.06.2027",
}


@pytest.mark.parametrize("language", PDF_WORDS)
def test_a_pdf_in_three_languages(language, cast, story):
    pdf = read(statement_pdf(payout_statement(story[0]), language=language, at=OVER))

    assert PDF_WORDS[language] in pdf
    figure = {"ru": "810 000,00", "uz": "810 000,00", "en": "810,000.00"}[language]
    assert figure in pdf.replace("\u202f", " ").replace("\xa0", " ")
    assert "01088" in pdf


def test_an_xlsx_has_the_lines_as_numbers(cast, story):
    book = load_workbook(
        BytesIO(statement_xlsx(payout_statement(story[2]), language="en", at=OVER))
    )

    rows = [row for row in book.active.iter_rows(values_only=True) if row[1]]
    head, *lines = rows
    assert head[:3] == ("Date", "What", "Booking")
    assert [line[3] or -line[4] for line in lines] == [
        500000.55,
        -700000.10,
        1_000_000,
        90_000,
        -890000.45,
    ]
    assert lines[-1][5] == 0


def test_a_pdf_has_its_limit(cast, desk, monkeypatch):
    monkeypatch.setattr(paper, "MOST_ROWS", 1)
    earn(cast.silk, MILLION)
    earn(cast.silk, MILLION)

    with pytest.raises(TooLongForPdf):
        statement_pdf(statement_since_last(cast.silk, NOW), language="ru", at=NOW)


def test_a_statement_costs_the_same_with_one_line_and_with_three(
    cast, desk, django_assert_num_queries
):
    earn(cast.silk, MILLION)
    for _more in range(2):
        with django_assert_num_queries(5):
            _read_all(statement_since_last(cast.silk, NOW))
        earn(cast.silk, MILLION)
        earn(cast.silk, MILLION)


def _read_all(statement):
    return [(line.words, line.about) for line in statement.lines]
