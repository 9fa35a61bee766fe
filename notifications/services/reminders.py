"""Reminders: the time to pay is running out, the tour begins soon. Sweeps; each is owed once."""

from datetime import datetime, time, timedelta

from constance import config
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from catalog.states import RUNS
from core.clock import TASHKENT
from core.sweeps import one_of_many
from finance.models import PaymentTransaction
from finance.models.payment import CONFIRM_WITHIN
from finance.states import PaymentState
from notifications.booking_words import values_of
from notifications.models import Notification
from notifications.services.outbox import Address, Letter, person, put_all
from notifications.states import Kind
from sales.models import Booking
from sales.states import BookingStatus

# Local to Tashkent. What a worker that stood still has missed is made up for until the evening.
FROM, TO = time(10), time(21)
DAYS_AHEAD = {Kind.TRIP_IN_THREE_DAYS: 3, Kind.TRIP_TOMORROW: 1}


@transaction.atomic
def remind_to_pay(*, at: datetime) -> int:
    """Owe a reminder for each approved booking whose hold ends within PAY_REMINDER_MINUTES; returns
    how many. Not when its payment is under way, nor when the whole hold is as short as that."""
    ahead = timedelta(minutes=config.PAY_REMINDER_MINUTES)
    under_way = PaymentTransaction.objects.filter(
        booking=OuterRef("pk"),
        state=PaymentState.CREATED,
        provider_time__gte=at - CONFIRM_WITHIN,
    )
    rows = Booking.objects.filter(
        status=BookingStatus.APPROVED,
        final_price__gt=0,
        expires_at__gt=at,
        expires_at__lte=at + ahead,
        approved_at__lt=F("expires_at") - ahead,
    )
    return _owe(Kind.HOLD_ENDING, rows.exclude(Exists(under_way)), at=at)


@transaction.atomic
def remind_of_trips(*, at: datetime) -> int:
    """Owe the reminders of paid bookings whose tour begins in three days or tomorrow; returns how
    many. From ten in the morning on; who has paid after that is told by the next one."""
    local = at.astimezone(TASHKENT)
    if not FROM <= local.time() < TO:
        return 0
    due, owed = datetime.combine(local.date(), FROM, TASHKENT), 0
    for kind, days in DAYS_AHEAD.items():
        rows = Booking.objects.filter(
            status=BookingStatus.PAID,
            paid_at__lt=due,
            session__date_start=local.date() + timedelta(days=days),
        )
        owed += _owe(kind, rows, at=at)
    return owed


def _owe(kind: Kind, rows: QuerySet[Booking], *, at: datetime) -> int:
    """Those that somebody works on are left to the next sweep, so that none is reminded of what
    ends at this moment."""
    known = Notification.objects.filter(booking=OuterRef("pk"), kind=kind)
    found = rows.filter(~Exists(known), session__status__in=RUNS).order_by("pk")
    chosen = found.select_related("session__tour__agency", "user")
    owed: list[tuple[Letter, Address]] = []
    for booking in chosen.select_for_update(of=("self",), skip_locked=True):
        with one_of_many("reminder not written", booking=booking.pk, kind=kind):
            owed += _letters(kind, booking)
    return put_all(owed, at=at)


def _letters(kind: Kind, booking: Booking) -> list[tuple[Letter, Address]]:
    until = booking.expires_at.isoformat() if booking.expires_at else ""
    return [
        (
            Letter(
                kind=kind,
                dedupe=f"booking{booking.pk}:{kind}",
                payload=values_of(booking, address.language, {"until": until}),
                booking_id=booking.pk,
                agency_id=booking.agency_id,
            ),
            address,
        )
        for address in person(booking.user)
    ]
