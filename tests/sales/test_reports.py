"""Reports tie to the ledger: whatever happened, a report's total is what its accounts say."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.db.models import Sum
from openpyxl import load_workbook

from core.actor import job as clock
from core.clock import TASHKENT, local_midnight
from finance.models import Account, LedgerEntry
from finance.services.post import About, Line, post
from finance.states import AGENCY_ACCOUNTS, CASH_ACCOUNTS, AccountKind, JournalType
from sales.models import Booking
from sales.papers.reports import ReportTooLongForPdf, write_report
from sales.queries.reports import REPORTS
from sales.queries.reports.finding import ask_of, count_rows, find, stream, values_of
from sales.queries.reports.grouping import GROUPS
from sales.queries.reports.period import PERIODS, period_of
from sales.services.cancel import cancel_booking
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ZERO = Decimal("0.00")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _books_are_right():
    """Not asked here: the stage posts past the acts, for a report adds up whatever was posted."""


def ask(code, **values):
    at = values.pop("at", NOW + DAY)
    return ask_of(REPORTS[code], values, at=at, language=values.pop("language", "en"))


def found(code, **values):
    return find(REPORTS[code], ask(code, **values), most=500)


def lines(*kinds, since=None, before=None, **where):
    """Debits less credits of the accounts."""
    rows = LedgerEntry.objects.filter(account__kind__in=kinds, **where)
    if since:
        rows = rows.filter(transaction__posted_at__gte=local_midnight(since))
    if before:
        rows = rows.filter(transaction__posted_at__lt=local_midnight(before))
    sums = rows.aggregate(debit=Sum("debit", default=0), credit=Sum("credit", default=0))
    return sums["debit"] - sums["credit"]


def move(amount, debit, credit, *, at=NOW, about=None, type=JournalType.ADJUSTMENT):
    """A journal of two lines; an account is a kind, or a kind and its owner."""
    sides = {"debit": debit, "credit": credit}
    made = []
    for side, account in sides.items():
        kind, owner = account if isinstance(account, tuple) else (account, {})
        made.append(Line(kind, **{side: Decimal(amount)}, **owner))
    return post(type, made, about=about or About(), by=clock(), at=at)


def of(agency):
    return {"agency_id": agency.pk}


@pytest.fixture
def life(cast):
    """A month's worth of everything: discounts, bonus, a blogger, refunds whole and partial, a
    payout that went and one that came back, lines by hand, two months."""
    factories.promo_code(code="GIFT", discount_percent=10)
    factories.promo_code(
        code="OURS",
        discount_percent=None,
        discount_amount=100_000,
        funded_by="agency",
        agency=cast.silk,
    )
    cast.give_bonus(cast.traveller, 300_000)
    cast.silk_bookings = [
        cast.paid(promo_code="GIFT", bonus=Decimal("50000")),
        cast.paid(promo_code="OURS", by=cast.second_traveller, seats=2),
    ]
    cast.nomad_booking = cast.paid(session=cast.nomad_session, referral_code="MADINA")
    cast.swift_booking = cast.request(session=cast.swift_session, by=cast.stranger)
    cast.pay(Booking.objects.get(pk=cast.swift_booking.pk), at=NOW + timedelta(minutes=5))
    earlier = datetime(2027, 2, 28, 23, 59, tzinfo=TASHKENT)
    move(1_000, AccountKind.PROVIDER_FEE, AccountKind.PAYME, at=earlier)
    move("77.07", AccountKind.OTHER_INCOME, AccountKind.COMMISSION, at=earlier)
    # A payout of Silk's, and one that the bank sent back.
    silk = of(cast.silk)
    payout = factories.payout(agency=cast.silk, amount=400_000)
    about = About(agency_id=cast.silk.pk, payout_id=payout.pk)
    release = About(agency_id=cast.silk.pk, booking_id=cast.silk_bookings[1].pk)
    pending, available = (AccountKind.AGENCY_PENDING, silk), (AccountKind.AGENCY_AVAILABLE, silk)
    reserve, transit = (AccountKind.AGENCY_RESERVE, silk), AccountKind.PAYOUTS_IN_TRANSIT
    move(500_000, pending, available, about=release, type=JournalType.RELEASE)
    move("20000.33", pending, reserve, about=release, type=JournalType.RELEASE)
    move(400_000, available, transit, about=about, type=JournalType.PAYOUT)
    move(400_000, transit, AccountKind.BANK, about=about, type=JournalType.PAYOUT)
    back = factories.payout(agency=cast.nomad, amount=10_000)
    nomad = (AccountKind.AGENCY_AVAILABLE, of(cast.nomad))
    about = About(agency_id=cast.nomad.pk, payout_id=back.pk)
    move(10_000, nomad, transit, about=about, type=JournalType.PAYOUT)
    move(10_000, transit, nomad, about=about, type=JournalType.PAYOUT)
    # A part of a sale back, by hand: no journal is reversed.
    part = About(agency_id=cast.silk.pk, booking_id=cast.silk_bookings[1].pk)
    lines_of_refund = [
        Line(AccountKind.AGENCY_PENDING, debit=Decimal("90000.01"), **silk),
        Line(AccountKind.COMMISSION, debit=Decimal("9999.99")),
        Line(AccountKind.BANK, credit=Decimal("100000")),
    ]
    post(JournalType.REFUND, lines_of_refund, about=part, by=clock(), at=NOW)
    # Refunds took more than Nomad has.
    move(2_000_000, nomad, AccountKind.PAYME, about=About(agency_id=cast.nomad.pk))
    return cast


def test_the_commission_of_a_period_is_the_sum_of_the_accounts_lines(life):
    march = found("commission", period="this_month")
    february = found("commission", period="last_month")

    assert march.totals["net"] == -lines(AccountKind.COMMISSION, since=date(2027, 3, 1))
    assert march.totals["given_back"] == Decimal("9999.99")
    assert february.totals["net"] == Decimal("77.07")
    assert [row["key"] for row in february.rows] == [None], "by hand, of no agency"


@pytest.mark.parametrize(
    ("code", "column", "kinds", "sign"),
    [
        ("sales", "paid", CASH_ACCOUNTS, 1),
        ("sales", "agency_share", AGENCY_ACCOUNTS, -1),
        ("refunds", "paid_back", CASH_ACCOUNTS, -1),
        ("refunds", "agency_share", AGENCY_ACCOUNTS, 1),
        ("payouts", "in_transit", [AccountKind.PAYOUTS_IN_TRANSIT], -1),
        ("payouts", "paid", CASH_ACCOUNTS, -1),
        ("promo-cost", "cost", [AccountKind.PROMO_EXPENSE], 1),
        ("referral-cost", "cost", [AccountKind.REFERRAL_EXPENSE], 1),
    ],
)
def test_totals_are_the_ledgers_in_every_grouping(life, code, column, kinds, sign):
    of_type = {
        "sales": {"transaction__type": "sale"},
        "refunds": {"transaction__type": "refund"},
        "payouts": {"transaction__payout__isnull": False},
    }.get(code, {})
    told = sign * lines(*kinds, **of_type)
    assert code == "payouts" or told != 0, "the stage must have some of it"

    report = REPORTS[code]
    for group in report.groups:
        answer = found(code, period="this_year", group=group)
        assert answer.totals[column] == told, group
        assert sum((row[column] for row in answer.rows), ZERO) == told, group
        assert answer.count == len(answer.rows) == count_rows(report, ask(code, group=group))


def test_sales_say_how_each_booking_was_paid_and_whose_the_money_is(life):
    rows = {row["key"]: row for row in found("sales", group="agency").rows}
    silk = rows["Silk Road Travel"]

    assert (silk["bookings"], silk["seats"]) == (2, 3)
    assert silk["promo"] == Decimal("100000.00")
    assert silk["bonus"] == Decimal("50000.00")
    into = silk["paid"] + silk["promo"] + silk["bonus"]
    assert into == silk["commission"] + silk["agency_share"]
    assert silk["direct"] == 0


def test_the_part_of_a_split_sale_that_never_was_ours_is_told_apart(cast):
    booking = cast.approved(session=cast.nomad_session)
    Booking.objects.filter(pk=booking.pk).update(status="paid", paid_at=NOW, expires_at=None)
    about = About(booking_id=booking.pk, agency_id=cast.nomad.pk)
    move(125_000, AccountKind.PAYME, AccountKind.COMMISSION, about=about, type=JournalType.SALE)

    [row] = found("sales", group="agency").rows

    assert (row["paid"], row["direct"]) == (Decimal(125_000), Decimal(875_000))


def test_who_paid_for_discounts(life):
    rows = {row["key"]: row for row in found("promo-cost", group="promo_code").rows}

    assert rows["GIFT"]["cost"] == Decimal("100000.00")
    assert rows["GIFT"]["codes"] == 0
    assert (rows["OURS"]["codes"], rows["OURS"]["cost"]) == (Decimal("100000.00"), 0)


def test_a_refund_of_everything_takes_everything_back(cast):
    booking = cast.paid()
    by = cast.silk_manager.actor("admin")
    cancel_booking(booking_id=booking.pk, by=by, at=NOW)
    refund = booking.payments.get().refunds.first()
    assert refund is not None, "the refund is owed; the ledger has nothing yet"
    assert found("refunds").count == 0


def test_narrowing_to_an_agency_and_a_tour(life):
    silk = found("commission", agency=str(life.silk.pk))
    tour = found("commission", tour=str(life.silk_tour.pk), group="day")

    assert [row["key"] for row in silk.rows] == ["Silk Road Travel"]
    assert tour.totals["net"] == silk.totals["net"]
    assert found("commission", agency=str(life.swift.pk), tour=str(life.silk_tour.pk)).count == 0


def test_days_and_months_are_tashkents(cast):
    late = datetime(2027, 2, 28, 20, 0, tzinfo=NOW.tzinfo)  # one in the morning of 1 March
    move(5, AccountKind.BANK, AccountKind.COMMISSION, at=late)

    assert found("commission", period="this_month").totals["net"] == 5
    assert found("commission", period="last_month").count == 0
    [row] = found("commission", group="day").rows
    assert row["key"] == date(2027, 3, 1)


# --- how things stand


def balances(agency=None):
    rows = Account.objects.filter(kind__in=AGENCY_ACCOUNTS).exclude(balance=0)
    rows = rows.filter(agency=agency) if agency else rows
    return {(row.agency_id, row.kind): row.balance for row in rows}


def test_aged_balances_are_the_accounts_balances_to_the_tiyin(life):
    answer = found("aged", period="custom", last="2027-03-31", at=NOW + 40 * DAY)

    told = {(row["key_id"], row["kind"]): row["balance"] for row in answer.rows}
    assert told == balances()
    for row in answer.rows:
        assert row["d7"] + row["d30"] + row["d60"] + row["d90"] + row["older"] == row["balance"]
        assert row["d30"] == row["balance"], "30 days after"
    assert {kind for _agency, kind in told} == set(AGENCY_ACCOUNTS)
    assert any(balance < 0 for balance in told.values())


def test_what_is_paid_out_is_the_oldest(cast):
    account = (AccountKind.AGENCY_AVAILABLE, of(cast.silk))
    transit = AccountKind.PAYOUTS_IN_TRANSIT
    for days, amount in ((100, 70), (40, 50), (1, 30)):
        move(amount, AccountKind.BANK, account, at=NOW - days * DAY)
    move(90, account, transit, at=NOW)

    [row] = found("aged", at=NOW + timedelta(minutes=1)).rows

    assert (row["older"], row["d60"], row["d7"]) == (0, 30, 30)
    assert row["balance"] == 60


def test_money_of_a_tour_in_autumn_ages_though_newer_sales_are_released(cast):
    account = (AccountKind.AGENCY_PENDING, of(cast.silk))
    available = (AccountKind.AGENCY_AVAILABLE, of(cast.silk))
    autumn, spring = factories.booking(), factories.booking()
    for booking, days in ((autumn, 95), (spring, 10)):
        about = About(booking_id=booking.pk, agency_id=cast.silk.pk)
        move(100, AccountKind.PAYME, account, at=NOW - days * DAY, about=about)
    about = About(booking_id=spring.pk, agency_id=cast.silk.pk)
    move(100, account, available, about=about)

    rows = {row["kind"]: row for row in found("aged", at=NOW + timedelta(minutes=1)).rows}

    assert rows["agency_pending"]["older"] == 100
    assert rows["agency_available"]["d7"] == 100


def test_an_agency_below_zero_is_a_receivable_an_unpaid_booking_is_none(life):
    life.request(session=life.swift_session)

    [row] = found("receivables").rows

    kept = balances(life.nomad)
    assert row["key"] == "Nomad Tours"
    assert row["available"] == kept[life.nomad.pk, "agency_available"] == Decimal(-2_000_000)
    assert row["pending"] == kept[life.nomad.pk, "agency_pending"]
    assert row["covered"] == row["pending"]
    assert row["owed"] == -sum(kept.values())
    assert row["since"] == date(2027, 3, 1)


def test_below_zero_since_the_last_time_it_was_above(cast):
    account = (AccountKind.AGENCY_AVAILABLE, of(cast.silk))
    for days, side in ((50, "out"), (30, "in"), (20, "out"), (5, "out")):
        sides = (account, AccountKind.BANK) if side == "out" else (AccountKind.BANK, account)
        move(100, *sides, at=NOW - days * DAY)

    [row] = found("receivables", at=NOW).rows

    # It was exactly nothing thirty days ago, and has been below zero for twenty.
    assert row["since"] == (NOW - 20 * DAY).astimezone(TASHKENT).date()
    assert row["owed"] == 200


# --- lines


def test_ledger_lines_are_all_of_them_and_balance(life):
    answer = found("ledger-lines", period="this_year")

    assert answer.count == LedgerEntry.objects.count()
    assert answer.totals["debit"] == answer.totals["credit"] > 0
    one = found("ledger-lines", period="this_year", account="promo_expense")
    assert one.count == LedgerEntry.objects.filter(account__kind="promo_expense").count() > 0


def test_sale_lines_are_bookings(life):
    rows = {row["code"]: row for row in found("sale-lines").rows}

    assert len(rows) == 4
    row = rows[life.silk_bookings[0].code]
    assert (row["tour"], row["paid"]) == ("Chimgan", Decimal("850000.00"))
    assert row["commission"] + row["agency_share"] == Decimal(1_000_000)


def test_what_is_posted_after_the_question_is_not_in_the_answer(cast):
    move(5, AccountKind.BANK, AccountKind.COMMISSION, at=NOW)
    then = found("commission", at=NOW + timedelta(seconds=1))
    move(7, AccountKind.BANK, AccountKind.COMMISSION, at=NOW + timedelta(minutes=1))

    assert found("commission", at=NOW + timedelta(seconds=1)).totals == then.totals


def test_rows_come_by_a_cursor_of_the_servers(life):
    report, question = REPORTS["ledger-lines"], ask("ledger-lines", period="this_year")
    with connection.execute_wrapper(_no_client_cursor):
        rows = list(stream(report, question))

    assert len(rows) == LedgerEntry.objects.count()


def _no_client_cursor(execute, sql, params, many, context):
    assert context["cursor"].cursor.name, "all rows would come at once"
    return execute(sql, params, many, context)


# --- what is asked


@pytest.mark.parametrize("code", REPORTS)
def test_whatever_is_asked_is_answered(code, cast):
    """Nothing at all, nonsense, and each of its groups in each language."""
    nonsense = {"group": "x'; --", "agency": "9" * 40, "tour": "-1", "account": "%s", "last": "31"}
    assert found(code, period="never", **nonsense).count == 0
    for group in REPORTS[code].groups or ("",):
        assert found(code, group=group, period="custom", first="x").count == 0
    for name in REPORTS[code].groups:
        assert name in GROUPS


@pytest.mark.parametrize("name", [name for name in PERIODS if name != "custom"])
def test_a_kept_question_is_the_same_question(name):
    report = REPORTS["sales"]
    question = ask("sales", period=name, group="agency", agency="7", tour="9")

    kept = values_of(report, question)

    assert ask_of(report, kept, at=question.until, language="en") == question


def test_periods_are_whole_local_days():
    day = date(2027, 3, 1)  # a Monday
    spans = {name: period_of(name, day) for name in PERIODS if name != "custom"}

    assert (spans["last_week"].first, spans["last_week"].last) == (date(2027, 2, 22), day - DAY)
    assert spans["last_month"].last == date(2027, 2, 28)
    assert spans["this_quarter"].first == date(2027, 1, 1)
    assert spans["last_quarter"].first == date(2026, 10, 1)
    assert spans["last_year"].last == date(2026, 12, 31)
    swapped = ask("sales", period="custom", first="2027-03-05", last="2027-03-01").period
    assert (swapped.first.day, swapped.last.day) == (1, 5)


# --- files


def written(code, file_format, **values):
    out, told = BytesIO(), []
    name = write_report(
        REPORTS[code],
        ask(code, **values),
        file_format=file_format,
        out=out,
        tell=lambda done, total: told.append((done, total)),
    )
    return name, out.getvalue(), told


def test_a_report_as_csv_and_xlsx_says_the_same(life):
    name, csv, told = written("commission", "csv")
    _name, xlsx, _told = written("commission", "xlsx")

    table = [line.split(",") for line in csv.decode("utf-8-sig").splitlines()]
    cells = list(load_workbook(BytesIO(xlsx)).active.iter_rows(values_only=True))
    head = cells.index(("Agency", "Bookings", "Earned", "Given back with refunds", "Commission"))
    assert name == "commission-20270301-20270331.csv"
    assert table[0] == [str(title) for title in cells[head]]
    assert [row[0] for row in table[1:]] == [row[0] for row in cells[head + 1 : -1]]
    assert Decimal(table[1][4]) == Decimal(str(cells[head + 1][4]))
    total = found("commission").totals["net"]
    assert Decimal(str(cells[-1][4])).quantize(ZERO) == total
    assert told[-1] == (len(table) - 1, len(table) - 1)


def test_a_report_as_pdf_is_in_the_readers_language(life):
    from django.utils import translation
    from pypdf import PdfReader

    with translation.override("ru"):
        _name, pdf, _told = written("aged", "pdf", language="ru")

    text = PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert "Silk Road Travel" in text


def test_a_pdf_of_endless_rows_is_refused_with_what_to_take(life, monkeypatch):
    monkeypatch.setattr("sales.papers.reports.MOST_ROWS", 3)

    with pytest.raises(ReportTooLongForPdf, match="XLSX"):
        written("ledger-lines", "pdf")
