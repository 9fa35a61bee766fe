"""The demo's money: what accountants, Payme and the clock did while bookings came and went.

Told like the bookings, by the acts themselves, each at its time (``backoffice.demo.stories``).
"""

import csv
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

from constance import config
from django.core.files.base import ContentFile

from backoffice.demo.content.agencies import CHIMGAN, SILK
from backoffice.demo.people import People
from backoffice.demo.stories import PAYME, Story
from core.actor import Actor, Source
from core.clock import TASHKENT, local_date, local_midnight
from core.refusals import Refusal
from core.storage import private_storage
from finance.models import PaymentTransaction, Payout, ReconciliationFile, Refund
from finance.queries.balances import platform_balances
from finance.services.adjustments import Place, decide_adjustment, propose_adjustment
from finance.services.fiscal import keep_fiscal_receipt
from finance.services.payouts import approve_payout, create_payout, fail_payout, pay_payout
from finance.services.rates import decide_rate, propose_rate
from finance.services.reconciliation.registries import (
    Reading,
    take_registry,
    try_registry,
    upload_registry,
)
from finance.services.reconciliation.rows import take_row_into_books
from finance.services.refund import approve_refund
from finance.services.registers import make_register
from finance.states import (
    AccountKind,
    PaymentState,
    PayoutSource,
    PayoutStatus,
    RefundMethod,
    RefundStatus,
    RegistrySource,
    RowOutcome,
)
from sales.models import Booking
from sales.services.close_month import close_month
from sales.services.refunds import ask_refund, finish_by_hand
from sales.services.release import sweep_releases
from sales.states import BookingStatus

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PAYOUT_DAYS = (1, 11, 21)
LOOKS_BACK = 40
THOUSAND = Decimal(1000)
# A one-page PDF that says nothing: the scan of a bank's order.
SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


class Books:
    """The accountants' desk; ``now`` is the instant the demo looks at."""

    def __init__(self, people: People, *, now: datetime):
        self.people = people
        self.now = now
        self.today = local_date(now)
        self.first = people.staff["accountant"].actor(Source.ADMIN)
        self.second = people.staff["accountant2"].actor(Source.ADMIN)

    def stories(self) -> Iterator[Story]:
        """All that happens beside the bookings, in no order."""
        yield self.rates()
        yield self.nightly_releases()
        *earlier, last = self._payout_days()
        for day in earlier:
            yield self.payout_day(day)
        yield self.last_payout_day(last)
        for week in (4, 3, 2, 1):
            yield self.settlement(self.now - timedelta(days=7 * week, hours=2))
        yield self.refund_by_hand()
        yield self.goodwill()
        yield self.queue()

    def rates(self) -> Story:
        """One rate was agreed a month ago; another waits for the second pair of eyes."""
        day = self.today - 30 * DAY
        then = local_midnight(day) + 10 * HOUR
        yield then
        rate = propose_rate(
            agency_id=self.people.agencies[CHIMGAN].pk,
            percent=Decimal(11),
            valid_from=day,
            reason="Договорённость на осень: больше групп, меньше комиссия.",
            by=self.first,
            at=then,
        )
        decide_rate(rate_id=rate.pk, approve=True, by=self.second, at=then + HOUR)
        yield self.now - 5 * HOUR
        propose_rate(
            agency_id=self.people.agencies[SILK].pk,
            percent=Decimal("9.50"),
            valid_from=self.today + 7 * DAY,
            reason="Агентство просит скидку с комиссии: сорок групп за полгода.",
            by=self.first,
            at=self.now - 5 * HOUR,
        )

    def nightly_releases(self) -> Story:
        for days in range(LOOKS_BACK, -1, -1):
            night = local_midnight(self.today - days * DAY) + 3 * HOUR
            if night < self.now:
                yield night
                sweep_releases(at=night)

    def payout_day(self, day: date) -> Story:
        """Made by one, approved by another, sent at noon, paid the next afternoon; the bank sends
        the first one of all back."""
        morning = local_midnight(day) + 10 * HOUR
        yield morning
        made = list(self._make_payouts(PayoutSource.CYCLE, morning))
        if not made:
            return
        yield morning + HOUR
        for payout in made:
            approve_payout(payout_id=payout.pk, by=self.second, at=morning + HOUR)
        yield morning + 2 * HOUR
        make_register(payout_ids=[p.pk for p in made], by=self.first, at=morning + 2 * HOUR)
        paid_at = morning + DAY + 5 * HOUR
        yield paid_at
        for payout in made:
            reference = f"{day:%y%m%d}-{payout.pk}"
            pay_payout(payout_id=payout.pk, reference=reference, by=self.first, at=paid_at)
        yield paid_at + 2 * DAY
        if not Payout.objects.filter(status=PayoutStatus.FAILED).exists():
            why = "Банк вернул: счёт получателя закрыт."
            fail_payout(payout_id=made[0].pk, reason=why, by=self.first, at=paid_at + 2 * DAY)

    def last_payout_day(self, day: date) -> Story:
        """One payout is with the bank, the others still wait for the second pair of eyes."""
        morning = local_midnight(day) + 10 * HOUR
        yield morning
        sent = next(self._make_payouts(PayoutSource.CYCLE, morning), None)
        if sent is None:
            return
        yield morning + HOUR
        approve_payout(payout_id=sent.pk, by=self.second, at=morning + HOUR)
        make_register(payout_ids=[sent.pk], by=self.first, at=morning + 2 * HOUR)

    def settlement(self, then: datetime) -> Story:
        """Payme's weekly transfer to the bank, and its fee."""
        yield then
        lying = platform_balances()[AccountKind.PAYME]
        amount = (lying * Decimal("0.7") // THOUSAND) * THOUSAND
        if amount <= 0:
            return
        fee = (amount * Decimal("0.01")).quantize(Decimal("0.01"))
        moves = (
            (AccountKind.BANK, amount, "Перечисление Payme за неделю"),
            (AccountKind.PROVIDER_FEE, fee, "Комиссия Payme за неделю"),
        )
        for kind, sum_, words in moves:
            adjustment = propose_adjustment(
                debit=Place(kind),
                credit=Place(AccountKind.PAYME),
                amount=sum_,
                day=local_date(then),
                reason=words,
                by=self.first,
                at=then,
            )
            # The last fee still waits for the second pair of eyes.
            if kind == AccountKind.BANK or self.now - then > 8 * DAY:
                decide_adjustment(
                    adjustment_id=adjustment.pk, approve=True, by=self.second, at=then + HOUR
                )

    def refund_by_hand(self) -> Story:
        """A small part went back by the bank yesterday."""
        then = self.now - 3 * DAY
        yield then
        refund = self._ask_back("0.1", "Музей в тот день был закрыт.", then)
        yield then + DAY
        if refund is None:
            return
        if refund.status == RefundStatus.REQUESTED:
            approve_refund(refund_id=refund.pk, by=self.second, at=then + DAY)
        yield then + 2 * DAY
        proof = private_storage().save("refunds/order.pdf", ContentFile(SCAN))
        finish_by_hand(
            refund_id=refund.pk, reference="ПП-4471", proof=proof, by=self.first, at=then + 2 * DAY
        )

    def goodwill(self) -> Story:
        """Part of a tour did not take place: a larger part waits for the second pair of eyes."""
        then = self.now - 6 * HOUR
        yield then
        self._ask_back("0.3", "Третий день сократили из-за песчаной бури.", then)

    def _ask_back(self, share: str, reason: str, at: datetime) -> Refund | None:
        """Owe a share of the dearest tour that has run and has no refund yet."""
        booking = (
            Booking.objects.filter(status=BookingStatus.PAID, session__date_end__lt=local_date(at))
            .exclude(payments__refunds__isnull=False)
            .order_by("-final_price")
            .first()
        )
        if booking is None:
            return None
        return ask_refund(
            booking_id=booking.pk,
            amount=(booking.final_price * Decimal(share)).quantize(Decimal("0.01")),
            method=RefundMethod.BY_HAND,
            reason=reason,
            by=self.first,
            at=at,
        )

    def queue(self) -> Story:
        """Who has enough and no open payout: one is made now and waits to be approved."""
        then = self.now - 2 * HOUR
        yield then
        next(self._make_payouts(PayoutSource.STAFF, then), None)

    def _make_payouts(self, source: str, at: datetime) -> Iterator[Payout]:
        for agency in self.people.agencies.values():
            with suppress(Refusal):
                yield create_payout(agency_id=agency.pk, source=source, by=self.first, at=at)

    def _payout_days(self) -> list[date]:
        days = (self.today - n * DAY for n in range(LOOKS_BACK, 0, -1))
        return [day for day in days if day.day in PAYOUT_DAYS]


def settle_papers(books: Books) -> None:
    """What is done over everything that has happened: receipts, a registry, the closed month."""
    _make_receipts(books.now)
    _compare_a_registry(books)
    _close_the_first_month(books)


def set_fiscal_codes() -> None:
    """Made-up codes, so that receipts have lines."""
    config.FISCAL_MXIK = "10799001001000000"
    config.FISCAL_PACKAGE = "1500001"
    config.FISCAL_VAT_PERCENT = 12


def _make_receipts(now: datetime) -> None:
    """Nearly every payment has its fiscal receipt; a few are missing, one was not accepted."""
    rows = PaymentTransaction.objects.filter(performed_at__lt=now - HOUR).order_by("pk")
    for number, payment in enumerate(rows):
        if number % 19 == 7:
            continue
        _receipt(payment, number, accepted=number % 37 != 11)
        if payment.state == PaymentState.REFUNDED and number % 2:
            _receipt(payment, number, accepted=True, is_refund=True)


def _receipt(
    payment: PaymentTransaction, number: int, *, accepted: bool, is_refund: bool = False
) -> None:
    at = (payment.cancelled_at if is_refund else payment.performed_at) or payment.created_at
    receipt = {
        "receipt_id": str(104_200 + number * 2 + is_refund),
        "status_code": 0 if accepted else 21,
        "message": "accepted" if accepted else "Код товара не найден",
        "terminal_id": "EP000000000025",
        "fiscal_sign": f"{800_031_554_082 + number}",
        "qr_code_url": f"https://ofd.example/check?t=EP000000000025&r={104_200 + number}",
        "date": f"{at.astimezone(TASHKENT):%Y%m%d%H%M%S}",
    }
    keep_fiscal_receipt(
        provider_id=payment.payme_invoice_id,
        cashbox=payment.cashbox,
        receipt=receipt,
        is_refund=is_refund,
        by=PAYME,
        at=at + timedelta(seconds=40),
    )


def _compare_a_registry(books: Books) -> None:
    """Last week's registry of Payme: nearly all of it agrees."""
    first, last = books.today - 8 * DAY, books.today - 2 * DAY
    content = ContentFile(_registry(first, last).encode())
    by, at = books.first, books.now - 4 * HOUR
    registry = upload_registry(
        content=content,
        name=f"payme-{last:%Y-%m-%d}.csv",
        source=RegistrySource.PAYME,
        by=by,
        at=at,
    )
    reading = Reading(registry.mapping, (first, last))
    try_registry(registry_id=registry.pk, reading=reading, by=by, at=at)
    take_registry(registry_id=registry.pk, by=by, at=at)
    _take_unknown_money(registry, by, at)


def _registry(first: date, last: date) -> str:
    """The provider's words for the payments of the days; three rows are not as ours."""
    rows = PaymentTransaction.objects.filter(
        performed_at__gte=local_midnight(first), performed_at__lt=local_midnight(last + DAY)
    ).select_related("booking")
    out = StringIO()
    table = csv.writer(out, delimiter=";")
    table.writerow(["ID транзакции", "Дата", "Сумма", "Заказ", "Статус"])
    for number, payment in enumerate(rows.order_by("performed_at")):
        if number == 5:
            continue
        local = payment.performed_at.astimezone(TASHKENT)  # type: ignore[union-attr]
        amount = payment.amount - (500 if number == 7 else 0)
        state = "Отменён" if payment.state == PaymentState.REFUNDED else "Оплачен"
        table.writerow(
            [
                payment.payme_invoice_id,
                f"{local:%d.%m.%Y %H:%M:%S}",
                f"{amount:.2f}".replace(".", ","),
                payment.booking.code,
                state,
            ]
        )
    noon = local_midnight(last) + 12 * HOUR
    stray = [f"{noon.astimezone(TASHKENT):%d.%m.%Y %H:%M:%S}", "480000,00", "", "Оплачен"]
    table.writerow(["e90000000000000000000001", *stray])
    return out.getvalue()


def _take_unknown_money(registry: ReconciliationFile, by: Actor, at: datetime) -> None:
    row = registry.rows.filter(outcome=RowOutcome.MISSING_HERE).first()
    if row is not None:
        take_row_into_books(row_id=row.pk, by=by, at=at)


def _close_the_first_month(books: Books) -> None:
    """The oldest month of the books is shut when it is well over."""
    oldest = PaymentTransaction.objects.order_by("performed_at").first()
    if oldest is None or oldest.performed_at is None:
        return
    with suppress(Refusal):
        close_month(month=local_date(oldest.performed_at), by=books.first, at=books.now - DAY)
