"""Registries: read as people have them, compared with the payments, taken over, explained."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from xlsxwriter import Workbook

from core.clock import TASHKENT
from core.models import EventLog
from core.papers.tables import NotATable
from core.refusals import NotAllowed
from finance.models import LedgerEntry, MoneyCase, ReconciliationFile, ReconciliationRow
from finance.papers import registry_columns, registry_lines
from finance.papers.registry_columns import guess, look
from finance.papers.registry_lines import Findings, read_amount, read_lines, read_time
from finance.queries.reconciliation import in_all, tally, unexplained_rows
from finance.services.reconciliation import registries, rows
from finance.services.reconciliation.registries import (
    Reading,
    discard_registry,
    take_registry,
    try_registry,
    upload_registry,
)
from finance.services.reconciliation.rows import reopen_row, resolve_row, take_row_into_books
from finance.states import AccountKind, CaseKind
from tests import factories
from tests.factories import MILLION, NOW
from tests.finance.many_payments import HEADINGS, Registry, line_of

pytestmark = pytest.mark.django_db
DAY = date(2027, 3, 1)
HEAD = ";".join(HEADINGS)


@pytest.fixture
def by(cast):
    return cast.accountant.actor("admin")


@pytest.fixture
def bring(by):
    """``bring("id;сумма\\n…")``: uploaded and compared as guessed; ``take=True``, taken over."""

    def bring(text, *, take=False, source="payme", period=(DAY, DAY), **mapping):
        content = ContentFile(text.encode(), name="registry.csv")
        registry = upload_registry(
            content=content, name="registry.csv", source=source, by=by, at=NOW
        )
        reading = Reading(registry.mapping | mapping, period)
        registry = try_registry(registry_id=registry.pk, reading=reading, by=by, at=NOW)
        return take_registry(registry_id=registry.pk, by=by, at=NOW) if take else registry

    return bring


def paid(at=NOW, **fields):
    return factories.payment(state="performed", performed_at=at, **fields)


def text_of(*lines):
    return Registry([list(line) for line in lines]).text()


def outcomes(registry):
    """{id: outcome, or outcomes in the order of the lines}."""
    found = {}
    for key, outcome in registry.rows.order_by("line").values_list("external_id", "outcome"):
        found.setdefault(key, []).append(outcome)
    return {key: each[0] if len(each) == 1 else each for key, each in found.items()}


# --- reading


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_is_read_as_whoever_saved_it(encoding, delimiter):
    registry = Registry([["abc1", "1 250 000,50", "Оплачен", "01.03.2027 14:30", "A7"]] * 2)
    file = BytesIO(registry.text(delimiter).encode(encoding))

    seen = look(file)
    [line, _again] = read_lines(file, guess(seen.headings, {}), Findings())

    assert seen.headings == list(HEADINGS)
    at = datetime(2027, 3, 1, 9, 30, tzinfo=NOW.tzinfo)
    assert line == (2, "abc1", Decimal("1250000.50"), "A7", "paid", at)


def test_a_sheet_of_a_bank_is_read_under_its_title():
    file = BytesIO()
    with Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["АКБ «Банк»: выписка"])
        sheet.write_row(3, 0, ["Номер документа", "Дата операции", "Кредит", "Назначение"])
        sheet.write_row(4, 0, [123456789012.0, None, 100000.5, "=1+1"])
        sheet.write_datetime(4, 1, datetime(2027, 3, 1, 10), book.add_format({"num_format": "dd"}))
        sheet.write_row(5, 0, ["", "", 100000.5, "Итого"])
    seen = look(file)
    mapping = guess(seen.headings, {})
    findings = Findings()

    [line] = read_lines(file, mapping, findings)

    assert seen.heading_line == 4
    assert (mapping["id"], mapping["amount"]) == ("Номер документа", "Кредит")
    at = datetime(2027, 3, 1, 10, tzinfo=TASHKENT)
    assert line == (5, "123456789012", Decimal("100000.50"), "", "", at)
    assert (findings.totals, findings.count) == (1, 0)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", registry_columns.NothingInside),
        (b"id;amount\n", registry_columns.NothingInside),
        (b"hello\nworld\n", registry_columns.NoColumns),
        (b"\x89PNG\r\n\x1a\n\x00\x00", NotATable),
        (b"PK\x03\x04 not a workbook", NotATable),
    ],
)
def test_what_is_no_table_is_refused_and_not_kept(by, content, refusal):
    with pytest.raises(refusal):
        upload_registry(content=ContentFile(content), name="x.csv", source="payme", by=by, at=NOW)

    assert not ReconciliationFile.objects.exists()


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,250,000.50", "1250000.50"),
        ("1.250.000,50", "1250000.50"),
        ("1 250 000 сум", "1250000"),
        ("-5,5", "-5.50"),
        (100000.1, "100000.10"),
        ("1250.000", "1250"),
    ],
)
def test_amounts_are_read_in_any_notation(cell, amount):
    assert read_amount(cell) == Decimal(amount)
    assert read_amount("125000050", in_tiyin=True) == Decimal("1250000.50")


@pytest.mark.parametrize("cell", ["1.250", "1,250", "abc", "", True, "1.005", "NaN", "9" * 13])
def test_an_amount_that_is_not_clear_is_a_fault(cell):
    with pytest.raises(ValueError, match=r"."):
        read_amount(cell)


@pytest.mark.parametrize(
    "cell",
    ["2027-03-01 11:00", "01.03.2027 11:00:00", "2027-03-01T06:00:00Z", "1803880800000", NOW],
)
def test_times_without_a_zone_are_of_tashkent(cell):
    assert read_time(cell) == NOW


def test_every_bad_line_is_named_and_nothing_is_compared(by, bring):
    lines = ["id1;100;ok", "id2;abc;ok", ";100;ok", "5,46E+23;100;ok", "id3;100;ok"]
    text = "\n".join(["id;amount;state;date", *lines, *["id9;x;ok;32.01.2027"] * 200])

    with pytest.raises(registries.NotAllRead) as refused:
        bring(text)

    findings = refused.value.findings
    assert [line for line, _said in findings.faults[:4]] == [3, 4, 5, 7]
    assert "abc" in findings.faults[0][1]
    said = findings.faults[3][1]
    assert "amount of money: x" in said
    assert "no date: 32.01.2027" in said
    assert findings.count == 203
    assert len(findings.faults) == registry_lines.MOST_FAULTS
    assert not ReconciliationRow.objects.exists()


def test_a_word_nobody_knows_is_asked_about_and_remembered(bring):
    payment = paid()
    line = [payment.payme_invoice_id, str(payment.amount), "Зачислено", "", ""]
    with pytest.raises(registries.NotAllRead) as refused:
        bring(text_of(line))
    assert refused.value.findings.words == {"зачислено": 2}
    ReconciliationFile.objects.get().delete()

    bring(text_of(line), take=True, states={"зачислено": "paid"})
    other = paid()
    line = [other.payme_invoice_id, str(other.amount), "Зачислено", "", ""]

    # Taken over, it is how the next one of the source is read.
    assert outcomes(bring(text_of(line))) == {other.payme_invoice_id: "matched"}


# --- comparing


def test_each_kind_of_difference(bring):
    plain, cheap, gone, moved, twice = (paid() for _ in range(5))
    elsewhere = paid()
    waiting = factories.payment()
    lines = [line_of(payment) for payment in (plain, cheap, moved, twice, twice, elsewhere)]
    lines[0][0] = f"  {plain.payme_invoice_id.upper()} "
    lines[1][1] = "999999,99"
    lines[2][2] = "Отменён"
    lines[5][4] = "OTHER"
    unpaid = [waiting.payme_invoice_id, "1000000", "Оплачен", "", waiting.booking.code]
    unknown = ["f" * 24, "500000", "Оплачен", "", "NOBODY"]

    registry = bring(text_of(*lines, unpaid, unknown))

    assert outcomes(registry) == {
        plain.payme_invoice_id: "matched",
        cheap.payme_invoice_id: "amount_differs",
        moved.payme_invoice_id: "state_differs",
        twice.payme_invoice_id: ["matched", "twice"],
        elsewhere.payme_invoice_id: "booking_differs",
        waiting.payme_invoice_id: "state_differs",
        "f" * 24: "missing_here",
        gone.payme_invoice_id: "missing_there",
    }
    whole = in_all(tally(registry.pk).values())
    # There: plain, 999999.99, twice two times, elsewhere, unpaid, unknown; here: six performed.
    assert whole.there == 5 * MILLION + Decimal("999999.99") + 500_000
    assert whole.here == 6 * MILLION
    assert whole.difference == sum(row.difference for row in registry.rows.all())


def test_what_moved_no_money_on_either_side_agrees(bring):
    cancelled = factories.payment(state="cancelled", cancelled_at=NOW, cancel_code=3)
    refunded = factories.payment(
        state="refunded", performed_at=NOW, cancelled_at=NOW, cancel_code=5
    )
    lines = [
        [cancelled.payme_invoice_id, "1000000", "Отменён", "", ""],
        [refunded.payme_invoice_id, "1000000", "Возврат", "", ""],
        ["f" * 24, "1000000", "Отменён", "", ""],
    ]

    registry = bring(text_of(*lines))

    assert set(outcomes(registry).values()) == {"matched"}
    assert in_all(tally(registry.pk).values()).difference == 0


@pytest.mark.parametrize(("days", "outcome"), [(0, "state_differs"), (2, "matched")])
def test_a_payment_refunded_after_the_period_was_money_within_it(bring, days, outcome):
    after = NOW + timedelta(days=days)
    payment = factories.payment(
        state="refunded", performed_at=NOW, cancelled_at=after, cancel_code=5
    )
    line = [payment.payme_invoice_id, "1000000", "Оплачен", "", ""]

    assert outcomes(bring(text_of(line))) == {payment.payme_invoice_id: outcome}


def test_a_line_that_takes_the_money_back_goes_with_its_payment(bring):
    payment = factories.payment(state="refunded", performed_at=NOW, cancelled_at=NOW, cancel_code=5)
    lines = [[payment.payme_invoice_id, amount, "", "", ""] for amount in ("1000000", "-1000000")]

    registry = bring(text_of(*lines))

    assert outcomes(registry) == {payment.payme_invoice_id: ["matched", "matched"]}
    assert in_all(tally(registry.pk).values()).there == 0


def test_a_bank_with_ids_of_its_own_is_matched_by_the_booking(bring):
    payment = paid()
    lines = [["77", "1000000", "", "", payment.booking.code.lower()]]

    assert outcomes(bring(text_of(*lines), source="bank")) == {"77": "matched"}
    # Payme's own ids are the only truth about Payme.
    lines = [["78", "1000000", "", "", payment.booking.code]]
    found = outcomes(bring(text_of(*lines)))
    assert found == {"78": "missing_here", payment.payme_invoice_id: "missing_there"}


def test_days_are_those_of_tashkent_and_other_cashboxes_are_not_missed(bring):
    midnight = datetime(2027, 3, 1, tzinfo=TASHKENT)
    inside = paid(at=midnight)
    named = paid()
    paid(at=midnight - timedelta(seconds=1))
    paid(at=midnight + timedelta(days=1))
    paid(cashbox="agency")

    found = outcomes(bring(text_of(line_of(named))))

    assert found == {named.payme_invoice_id: "matched", inside.payme_invoice_id: "missing_there"}


# --- once and once only


def test_the_same_file_leads_to_the_first(by, bring):
    text = text_of(["f" * 24, "1", "", "", ""])
    first = bring(text, take=True)

    with pytest.raises(registries.SameRegistry) as refused:
        bring(text)

    assert refused.value.facts["registry_id"] == first.pk
    assert ReconciliationRow.objects.count() == 1
    with pytest.raises(registries.RegistryTaken):
        take_registry(registry_id=first.pk, by=by, at=NOW)
    with pytest.raises(registries.RegistryTaken):
        try_registry(registry_id=first.pk, reading=Reading(first.mapping), by=by, at=NOW)
    with pytest.raises(registries.RegistryTaken):
        discard_registry(registry_id=first.pk, by=by, at=NOW)


def test_a_trial_run_twice_doubles_nothing_and_is_not_final(by, bring):
    payment = paid()
    unknown = ["f" * 24, "500000", "", "", ""]
    registry = bring(text_of(line_of(payment), unknown))
    before = tally(registry.pk)
    again = Reading(registry.mapping, (DAY, DAY))

    try_registry(registry_id=registry.pk, reading=again, by=by, at=NOW)

    assert tally(registry.pk) == before
    assert unexplained_rows() == (0, 0)
    row = registry.rows.get(outcome="missing_here")
    with pytest.raises(rows.NotTakenOver):
        resolve_row(row_id=row.pk, note="Why.", by=by, at=NOW)
    take_registry(registry_id=registry.pk, by=by, at=NOW)
    assert unexplained_rows() == (1, 500_000)


def test_registries_of_overlapping_periods_double_nothing(by, bring):
    both, early, late = paid(), paid(), paid()
    unknown, doubled = ["f" * 24, "500000", "", "", ""], ["e" * 24, "70", "", "", ""]
    common = [line_of(both), unknown, doubled, doubled]
    first = bring(text_of(line_of(early), *common), take=True)
    [missing] = first.rows.filter(outcome="missing_there")
    assert missing.payment == late

    second = bring(text_of(*common, line_of(late), doubled), take=True)

    # ``early`` is not missed: the first has it. What the first has told is not told again ...
    assert set(second.rows.values_list("outcome", "repeats__file", "amount")) == {
        ("matched", None, MILLION),
        ("missing_here", first.pk, Decimal(500_000)),
        ("missing_here", first.pk, Decimal(70)),
        ("twice", first.pk, Decimal(70)),
        ("twice", None, Decimal(70)),
    }
    # ... and what the first lacked has been found.
    missing.refresh_from_db()
    assert str(second) in missing.note
    assert (missing.resolved_by_id, missing.resolved_at) == (by.user_id, NOW)
    assert unexplained_rows() == (4, 500_000 + 3 * 70)
    [row] = second.rows.filter(outcome="missing_here", amount=500_000)
    with pytest.raises(rows.ToldBefore):
        resolve_row(row_id=row.pk, note="Why.", by=by, at=NOW)


def test_an_unknown_id_told_with_another_amount_is_twice(bring):
    bring(text_of(["f" * 24, "500000", "", "", ""]), take=True)

    later = bring(text_of(["f" * 24, "600000", "", "", ""]))

    assert outcomes(later) == {"f" * 24: "twice"}


def test_what_moved_since_the_trial_is_shown_before_it_is_taken_over(by, bring):
    payment = factories.payment()
    line = [payment.payme_invoice_id, "1000000", "Оплачен", "", ""]
    registry = bring(text_of(line))
    payment.perform(at=NOW)
    payment.save()

    with pytest.raises(registries.ResultMoved):
        take_registry(registry_id=registry.pk, by=by, at=NOW)

    assert outcomes(registry) == {payment.payme_invoice_id: "matched"}
    assert take_registry(registry_id=registry.pk, by=by, at=NOW).status == "taken"


def test_the_period_is_that_of_the_lines_unless_it_is_said(by, bring):
    lines = [["a1", "1", "", "28.02.2027 23:59", ""], ["a2", "1", "", "01.03.2027", ""]]
    registry = bring(text_of(*lines), period=None)
    assert (registry.period_start, registry.period_end) == (date(2027, 2, 28), DAY)

    with pytest.raises(registries.PeriodNeeded):
        bring(text_of(["a3", "1", "", "", ""]), period=None)
    with pytest.raises(registries.PeriodBackwards):
        bring(text_of(["a4", "1", "", "", ""]), period=(DAY, DAY - timedelta(days=1)))


def test_a_trial_can_be_thrown_away(by, bring, django_capture_on_commit_callbacks):
    registry = bring(text_of(["f" * 24, "1", "", "", ""]))
    storage, name = registry.file.storage, registry.file.name
    assert storage.exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        discard_registry(registry_id=registry.pk, by=by, at=NOW)

    assert not storage.exists(name)
    assert not ReconciliationRow.objects.exists()
    assert not ReconciliationFile.objects.exists()


# --- explaining


@pytest.fixture
def unknown(bring):
    registry = bring(text_of(["f" * 24, "500000", "", "", ""]), take=True)
    return registry.rows.get()


def test_a_row_is_explained_and_opened_again(by, unknown):
    with pytest.raises(rows.NoteNeeded):
        resolve_row(row_id=unknown.pk, note="  ", by=by, at=NOW)
    row = resolve_row(row_id=unknown.pk, note="A test of Payme's.", by=by, at=NOW)

    assert (row.note, row.resolved_by_id, row.resolved_at) == (
        "A test of Payme's.",
        by.user_id,
        NOW,
    )
    assert unexplained_rows() == (0, 0)
    with pytest.raises(rows.AlreadyResolved):
        resolve_row(row_id=row.pk, note="Again.", by=by, at=NOW)

    row = reopen_row(row_id=row.pk, reason="It was not.", by=by, at=NOW)

    assert (row.note, row.resolved_by_id, row.resolved_at) == ("", None, None)
    assert EventLog.objects.get(action="registry.row_reopened").details == {
        "reason": "It was not.",
        "note": "A test of Payme's.",
    }
    with pytest.raises(rows.NotResolved):
        reopen_row(row_id=row.pk, reason="Again.", by=by, at=NOW)


def test_a_matched_row_needs_no_explanation(by, bring):
    payment = paid()
    row = bring(text_of(line_of(payment)), take=True).rows.get()

    with pytest.raises(rows.NothingToExplain):
        resolve_row(row_id=row.pk, note="Why.", by=by, at=NOW)


def test_unknown_money_is_taken_into_the_books_once(by, unknown):
    case = take_row_into_books(row_id=unknown.pk, by=by, at=NOW)

    assert (case.kind, case.amount, case.registry_row) == (CaseKind.UNKNOWN, 500_000, unknown)
    posted = LedgerEntry.objects.filter(account__kind=AccountKind.PAYME).get()
    assert posted.debit == 500_000
    assert unexplained_rows() == (0, 0)
    with pytest.raises(rows.AlreadyResolved):
        take_row_into_books(row_id=unknown.pk, by=by, at=NOW)
    with pytest.raises(rows.HasCase):
        reopen_row(row_id=unknown.pk, reason="No.", by=by, at=NOW)
    assert MoneyCase.objects.count() == 1


def test_of_an_amount_that_differs_the_surplus_is_taken_in(by, bring):
    more, less = paid(), paid()
    lines = [line_of(more), line_of(less), line_of(more)]
    lines[0][1], lines[1][1] = "1000050", "999000"
    registry = bring(text_of(*lines), take=True)
    found = {row.line: row for row in registry.rows.all()}

    surplus = take_row_into_books(row_id=found[2].pk, by=by, at=NOW)
    double = take_row_into_books(row_id=found[4].pk, by=by, at=NOW)

    assert (surplus.kind, surplus.amount, surplus.booking) == (
        CaseKind.DIFFERENT,
        50,
        more.booking,
    )
    assert (double.kind, double.amount) == (CaseKind.DOUBLE, MILLION)
    with pytest.raises(rows.NoMoneyToTake):
        take_row_into_books(row_id=found[3].pk, by=by, at=NOW)


def test_only_those_who_keep_the_books_may(cast, unknown):
    support = cast.support.actor("admin")
    content = ContentFile(b"id;amount\n1;2\n")

    for work in (
        lambda: upload_registry(content=content, name="x", source="payme", by=support, at=NOW),
        lambda: take_registry(registry_id=unknown.file_id, by=support, at=NOW),
        lambda: discard_registry(registry_id=unknown.file_id, by=support, at=NOW),
        lambda: resolve_row(row_id=unknown.pk, note="Why.", by=support, at=NOW),
        lambda: reopen_row(row_id=unknown.pk, reason="Why.", by=support, at=NOW),
        lambda: take_row_into_books(row_id=unknown.pk, by=support, at=NOW),
    ):
        with pytest.raises(NotAllowed):
            work()
