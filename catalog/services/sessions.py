"""Dated sessions: making them, changing them, ending them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.models import Tour, TourSession
from catalog.services.locks import lock_session
from catalog.states import OVER, RUNS
from core.actor import Actor, job
from core.acts import act
from core.clock import local_date, local_midnight
from core.money import som
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import field_names, record
from core.sweeps import one_of_many
from partners.roles import Role, require, works_for

ONE_DAY = timedelta(days=1)
# At once, in one transaction.
MOST_DATES = 120
MOST_SEATS = 1000
# Ten digits before the point: what the column holds with room to multiply by the seats.
MOST_MONEY = Decimal(10) ** 10
# What may change while bookings stand: none of it touches what they froze.
EDITABLE = frozenset({"price", "capacity", "min_group_size", "sales_close_at", "guide"})


class SessionInPast(Invalid):
    message = _("The first day is in the past.")
    field = "date_start"


class EndsBeforeItStarts(Invalid):
    message = _("It cannot end before it starts.")
    field = "date_end"


class GroupAboveSeats(Invalid):
    message = _("The minimum group is larger than there are seats.")
    field = "min_group_size"


class SeatsOutOfRange(Invalid):
    message = _("There are 1 to {limit} seats.")
    field = "capacity"


class PriceOutOfRange(Invalid):
    message = _("The price must be between 0 and {limit}.")
    field = "price"


class SellsAfterTheStart(Invalid):
    message = _("Sales must close by the end of the first day.")
    field = "sales_close_at"


class TooManyDates(Invalid):
    message = _("At most {limit} dates at once.")


class SeatsPromised(Conflict):
    message = _("{taken} seats are taken already; there cannot be fewer in all.")
    field = "capacity"


class SessionOver(Conflict):
    message = _("The session is {status}; it no longer changes.")


class StillToRun(Conflict):
    message = _("The last day is not over yet.")


@dataclass(frozen=True, slots=True)
class Departure:
    """A session to be made; ``price`` per seat, UZS; sales close when the first day begins unless
    ``sales_close_at`` says otherwise."""

    date_start: date
    date_end: date
    price: Decimal
    capacity: int
    min_group_size: int = 1
    sales_close_at: datetime | None = None
    guide: str = ""


@act
def create_sessions(
    *, tour_id: int, departures: Sequence[Departure], by: Actor, at: datetime
) -> list[TourSession]:
    """Put departures of a tour on the calendar, all or none.

    Refuses with NotAllowed, NotFound (another agency's tour), TooManyDates and the Invalid kinds of
    a departure that cannot be.
    """
    require(by, "catalog.toursession", "add")
    tour = Tour.objects.filter(pk=tour_id).first()
    if tour is None or not works_for(by, tour.agency_id):
        raise NotFound
    if len(departures) > MOST_DATES:
        raise TooManyDates(limit=MOST_DATES)

    return [_make(tour, departure, by=by, at=at) for departure in departures]


@act
def change_session(
    *, session_id: int, values: Mapping[str, Any], by: Actor, at: datetime
) -> TourSession:
    """Change price, seats, minimum group, cut-off or guide; bookings made keep their price.

    Nothing is written or recorded when nothing differs. Refuses with NotAllowed, NotFound,
    SessionOver, SeatsPromised (fewer seats than are taken) and the Invalid kinds.
    """
    unknown = set(values) - EDITABLE
    if unknown:
        raise ValueError(f"Not to be changed here: {sorted(unknown)}.")
    session = lock_own_session(session_id, by)

    check_not_over(session)
    values = dict(values)
    if values.get("sales_close_at", ...) is None:
        values["sales_close_at"] = local_midnight(session.date_start)
    changed = [name for name, value in values.items() if getattr(session, name) != value]
    before = {name: getattr(session, name) for name in changed}
    if not changed:
        return session
    for name in changed:
        setattr(session, name, values[name])
    if session.capacity < session.seats_taken:
        raise SeatsPromised(taken=session.seats_taken)
    check_possible(session)
    session.save(update_fields=changed)

    record_change(session, before, by=by, at=at)
    return session


@act
def complete_session(*, session_id: int, by: Actor, at: datetime) -> TourSession:
    """Say that a session has run. Refuses with SessionOver, and StillToRun before its last day is
    over."""
    session = lock_own_session(session_id, by)

    check_not_over(session)
    if session.date_end >= local_date(at):
        raise StillToRun
    session.complete()
    session.save(update_fields=["status"])

    record("session.completed", session, by=by, at=at, agency_id=session.tour.agency_id)
    return session


def complete_past_sessions(*, at: datetime) -> int:
    """Complete every session whose last day is over; returns how many.

    One that somebody works on is left to him and to the next sweep.
    """
    over = TourSession.objects.filter(status__in=RUNS, date_end__lt=local_date(at))
    done = 0
    for session_id in over.order_by("pk").values_list("pk", flat=True):
        with one_of_many("date not completed", session=session_id), suppress(Conflict):
            complete_session(session_id=session_id, by=job(), at=at)
            done += 1
    return done


# --- building blocks


def lock_own_session(session_id: int, by: Actor) -> TourSession:
    """The session, locked, for who sells it and for the platform's own jobs."""
    if by.role == Role.SYSTEM:
        return lock_session(session_id)
    require(by, "catalog.toursession", "change")
    session = lock_session(session_id)
    if not works_for(by, session.tour.agency_id):
        raise NotFound
    return session


def check_not_over(session: TourSession) -> None:
    if session.status in OVER:
        raise SessionOver(status=session.get_status_display())


def check_possible(session: TourSession) -> None:
    """Refuse with the Invalid kinds what no session can be."""
    if session.date_end < session.date_start:
        raise EndsBeforeItStarts
    if not 1 <= session.capacity <= MOST_SEATS:
        raise SeatsOutOfRange(limit=MOST_SEATS)
    if session.min_group_size > session.capacity:
        raise GroupAboveSeats
    if not 0 <= session.price < MOST_MONEY:
        raise PriceOutOfRange(limit=som(MOST_MONEY))
    if session.sales_close_at > local_midnight(session.date_start + ONE_DAY):
        raise SellsAfterTheStart


def record_change(
    session: TourSession, before: Mapping[str, Any], *, by: Actor, at: datetime
) -> None:
    """What changed and what it was: a price and a date are asked about years later."""
    record(
        "session.changed",
        session,
        by=by,
        at=at,
        agency_id=session.tour.agency_id,
        changes=[{"changed": {"fields": field_names(session, before)}}],
        before={name: str(value) for name, value in before.items()},
        after={name: str(getattr(session, name)) for name in before},
    )


def _make(tour: Tour, departure: Departure, *, by: Actor, at: datetime) -> TourSession:
    if departure.date_start < local_date(at):
        raise SessionInPast
    session = TourSession(tour=tour, **asdict(departure))
    session.sales_close_at = session.sales_close_at or local_midnight(session.date_start)
    check_possible(session)
    session.save()
    record("session.added", session, by=by, at=at, agency_id=tour.agency_id)
    return session
