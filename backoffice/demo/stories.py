"""What happened in the demo: bookings told by the acts themselves, each at its time.

A story is a generator: it yields the instant of its next step and does the step when resumed.
:func:`tell` runs many stories side by side in the order of time, as they would have happened.
"""

import heapq
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backoffice.demo.content import COMMENTS
from catalog.models import TourSession
from core.actor import Actor, Source
from core.clock import local_midnight
from core.money import ZERO
from finance.models import PaymentTransaction
from partners.models import User
from partners.roles import Role
from sales.models import Booking, BookingTraveller
from sales.queries.offer import Wish
from sales.services.approve import approve_booking
from sales.services.cancel import cancel_booking
from sales.services.checkout import start_checkout
from sales.services.comment import add_comment
from sales.services.passengers import check_in, seat_traveller
from sales.services.pay import Attempt, open_payment, perform_payment
from sales.services.reject import reject_booking
from sales.services.request import Traveller, request_booking
from sales.services.take_back import cancel_payment

Story = Generator[datetime]
PAYME = Actor(role=Role.PROVIDER, source=Source.PAYME)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Plot:
    """Who asks for what, when, and who decides."""

    who: User
    manager: User
    session: TourSession
    seats: int
    start: datetime
    cashbox: str
    number: int
    now: datetime
    promo: str = ""
    referral: str = ""
    bonus: Decimal = ZERO
    transport: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def traveller(self) -> Actor:
        return self.who.actor(Source.API)

    @property
    def desk(self) -> Actor:
        return self.manager.actor(Source.ADMIN)

    @property
    def approves_itself(self) -> bool:
        return self.session.tour.agency.auto_approve

    def after(self, minutes: int) -> datetime:
        return self.start + minutes * MINUTE


def tell(stories: Iterable[Story]) -> None:
    """Run the stories' steps in the order of time."""
    queue: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        queue.append((next(story), number, story))
    heapq.heapify(queue)
    while queue:
        _at, number, story = heapq.heappop(queue)
        upcoming = next(story, None)
        if upcoming is not None:
            heapq.heappush(queue, (upcoming, number, story))


def requested(plot: Plot) -> Story:
    """Waits for its agency."""
    yield plot.start
    _ask(plot)


def lapsed(plot: Plot) -> Story:
    """Nobody answered; the job expires it."""
    yield from requested(plot)


def rejected(plot: Plot) -> Story:
    yield plot.start
    booking = _ask(plot)
    yield plot.after(14)
    reason = COMMENTS.reject_reasons[plot.number % len(COMMENTS.reject_reasons)]
    reject_booking(booking_id=booking.pk, reason=reason, by=plot.desk, at=plot.after(14))


def approved(plot: Plot) -> Story:
    """Approved; waits for its money."""
    yield plot.start
    booking = _ask(plot)
    yield plot.after(9)
    _approve(plot, booking)
    yield plot.after(12)
    start_checkout(booking_id=booking.pk, by=plot.traveller, at=plot.after(12))


def cancelled_early(plot: Plot) -> Story:
    """Approved, then called off by the traveller before paying."""
    yield plot.start
    booking = _ask(plot)
    yield plot.after(9)
    _approve(plot, booking)
    yield plot.after(31)
    reasons = COMMENTS.traveller_cancel_reasons
    reason = reasons[plot.number % len(reasons)]
    cancel_booking(booking_id=booking.pk, reason=reason, by=plot.traveller, at=plot.after(31))


def paid(plot: Plot) -> Story:
    """Paid; by the evening before its seats have rooms, and who comes is marked at the bus."""
    booking = yield from _until_paid(plot)
    first_day = local_midnight(plot.session.date_start)
    evening, morning = first_day - timedelta(hours=5), first_day + timedelta(hours=7)
    seats = list(booking.travellers.all())
    if evening < plot.now:
        yield evening
        _give_places(plot, seats, evening)
    if morning < plot.now:
        yield morning
        # Now and then one of a party does not come.
        for seat in seats[: len(seats) - (plot.number % 5 == 4)]:
            check_in(traveller_id=seat.pk, by=plot.desk, at=morning)


def cancelled_late(plot: Plot) -> Story:
    """Paid, then called off: a refund by the policy is owed."""
    booking = yield from _until_paid(plot)
    yield plot.after(60 * 26)
    reason = COMMENTS.traveller_cancel_reasons[0]
    cancel_booking(booking_id=booking.pk, reason=reason, by=plot.traveller, at=plot.after(60 * 26))


def refunded(plot: Plot) -> Story:
    """Paid, then taken back whole in Payme's cabinet."""
    yield from _taken_back(plot, after=60 * 20)


def refunded_late(plot: Plot) -> Story:
    """Taken back nine days after the payment: its bonus has matured meanwhile."""
    yield from _taken_back(plot, after=60 * 24 * 9)


def paid_at_second_try(plot: Plot) -> Story:
    """The first payment fails at the bank, the second goes through; they chat meanwhile."""
    yield plot.start
    booking = _ask(plot)
    yield plot.after(5)
    _approve(plot, booking)
    yield plot.after(10)
    first = f"f{_payme_id(plot)[1:]}"
    _open(plot, booking, first, 10)
    yield plot.after(12)
    cancel_payment(provider_id=first, cashbox=plot.cashbox, code=2, by=PAYME, at=plot.after(12))
    question = COMMENTS.traveller_questions[1]
    add_comment(booking_id=booking.pk, text=question, by=plot.traveller, at=plot.after(13))
    answer = COMMENTS.manager_answers[3]
    add_comment(booking_id=booking.pk, text=answer, by=plot.desk, at=plot.after(17))
    yield plot.after(40)
    _pay(plot, booking, 40)
    note = COMMENTS.internal_notes[5]
    add_comment(booking_id=booking.pk, text=note, is_internal=True, by=plot.desk, at=plot.after(45))


def _until_paid(plot: Plot) -> Generator[datetime, None, Booking]:
    yield plot.start
    booking = _ask(plot)
    yield plot.after(11)
    _approve(plot, booking)
    yield plot.after(20)
    _pay(plot, booking, 20)
    return booking


def _taken_back(plot: Plot, *, after: int) -> Story:
    yield from _until_paid(plot)
    yield plot.after(after)
    cancel_payment(
        provider_id=_payme_id(plot),
        cashbox=plot.cashbox,
        code=5,
        by=PAYME,
        at=plot.after(after),
    )


def _give_places(plot: Plot, seats: Sequence[BookingTraveller], at: datetime) -> None:
    several_days = plot.session.date_end > plot.session.date_start
    for place, seat in enumerate(seats, start=1):
        seat_traveller(
            traveller_id=seat.pk,
            room=str(101 + plot.number % 40) if several_days else "",
            transport_seat=f"{1 + plot.number % 12}{'ABCD'[place % 4]}" if plot.transport else "",
            by=plot.desk,
            at=at,
        )


def _ask(plot: Plot) -> Booking:
    return request_booking(
        wish=Wish(
            session_id=plot.session.pk,
            seats=plot.seats,
            transport=plot.transport,
            promo_code=plot.promo,
            bonus=plot.bonus,
        ),
        travellers=_company(plot),
        referral_code=plot.referral,
        comment=_comment(plot),
        by=plot.traveller,
        at=plot.start,
    )


def _company(plot: Plot) -> list[Traveller]:
    first = Traveller(plot.who.first_name, plot.who.last_name, "adult")
    names = plot.extra.get("company", [])[: plot.seats - 1]
    if plot.number % 7 == 6:
        names = names[:-1]  # who else goes is not settled yet
    return [first, *(Traveller(name, plot.who.last_name, kind) for name, kind in names)]


def _comment(plot: Plot) -> str:
    wishes = COMMENTS.traveller_wishes
    return wishes[plot.number % len(wishes)] if plot.number % 3 == 0 else ""


def _approve(plot: Plot, booking: Booking) -> None:
    if not plot.approves_itself:
        approve_booking(booking_id=booking.pk, by=plot.desk, at=plot.after(9))


def _pay(plot: Plot, booking: Booking, minute: int) -> PaymentTransaction:
    _open(plot, booking, _payme_id(plot), minute)
    return perform_payment(
        provider_id=_payme_id(plot),
        cashbox=plot.cashbox,
        by=PAYME,
        at=plot.after(minute) + timedelta(seconds=41),
    )


def _open(plot: Plot, booking: Booking, payme_id: str, minute: int) -> None:
    open_payment(
        attempt=Attempt(
            provider_id=payme_id,
            provider_time=plot.after(minute),
            reference=booking.code,
            amount=booking.final_price,
            account={"order_id": booking.code},
            cashbox=plot.cashbox,
        ),
        by=PAYME,
        at=plot.after(minute),
    )


def _payme_id(plot: Plot) -> str:
    """An id as Payme makes them: 24 hexadecimal digits."""
    return f"d{plot.number:023x}"
