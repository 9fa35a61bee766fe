"""Dated sessions: making them, changing them, ending them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.models import Tour, TourSession
from catalog.schedule import MOST_DATES
from catalog.services.locks import lock_session
from catalog.states import SessionStatus
from core.actor import Actor
from core.acts import act
from core.clock import local_date, local_midnight
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import field_names, record
from partners.roles import require, works_for

ONE_DAY = timedelta(days=1)
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


class PriceNegative(Invalid):
    message = _("The price cannot be below zero.")
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


# --- building blocks


def lock_own_session(session_id: int, by: Actor) -> TourSession:
    """The session, locked, for who sells it."""
    require(by, "catalog.toursession", "change")
    session = lock_session(session_id)
    if not works_for(by, session.tour.agency_id):
        raise NotFound
    return session


def check_not_over(session: TourSession) -> None:
    if session.status in (SessionStatus.CANCELLED, SessionStatus.COMPLETED):
        raise SessionOver(status=session.get_status_display())


def check_possible(session: TourSession) -> None:
    """Refuse with the Invalid kinds what no session can be."""
    if session.date_end < session.date_start:
        raise EndsBeforeItStarts
    if session.min_group_size > session.capacity:
        raise GroupAboveSeats
    if session.price < 0:
        raise PriceNegative
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
