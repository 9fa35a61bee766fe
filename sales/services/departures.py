"""What happens to a session that people have booked: moving it, calling it off.

Calling off is two steps. The session is taken off sale and marked as cancelled in one act; then its
bookings are cancelled one by one, each in a transaction of its own with an outcome of its own. What
could not be cancelled stays to be tried again, by a person or by the sweep: nothing is forgotten
when the process dies on the way.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.sessions import (
    SessionInPast,
    check_not_over,
    check_possible,
    lock_own_session,
    record_change,
)
from catalog.states import SessionStatus
from core.actor import Actor, job
from core.acts import act
from core.clock import local_date, local_midnight
from core.refusals import Conflict, Invalid, NotFound, Refusal
from core.services.events import record
from core.sweeps import one_of_many
from partners.roles import require, works_for
from sales.models import Booking
from sales.queries.standing import bound_to_dates, left_on_cancelled_sessions, standing_on
from sales.services.cancel import TourHasBegun, cancel_for_session


class DatesPromised(Conflict):
    message = _("Bookings stand for these dates: {bookings}. Cancel this date and open another.")
    field = "date_start"


class ReasonNeeded(Invalid):
    message = _("Say why: the travellers read it.")
    field = "reason"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went with one booking; ``refusal`` is None when it was cancelled."""

    booking: Booking
    refusal: Refusal | None = None


@act
def move_session(
    *, session_id: int, date_start: date, date_end: date, by: Actor, at: datetime
) -> TourSession:
    """Move a session that nobody has booked to other days; its sales cut-off moves with it.

    A booking whose payment is under way counts, although its hold may have ended: it could still
    be paid, and for the days its traveller saw.

    Refuses with NotAllowed, NotFound, SessionOver, DatesPromised, SessionInPast and
    EndsBeforeItStarts.
    """
    session = lock_own_session(session_id, by)

    check_not_over(session)
    if (session.date_start, session.date_end) == (date_start, date_end):
        return session
    if bookings := bound_to_dates(session.pk, at).count():
        raise DatesPromised(bookings=bookings)
    if date_start < local_date(at):
        raise SessionInPast

    names = ("date_start", "date_end", "sales_close_at")
    before = {name: getattr(session, name) for name in names}
    session.sales_close_at += local_midnight(date_start) - local_midnight(session.date_start)
    session.date_start, session.date_end = date_start, date_end
    check_possible(session)
    session.save(update_fields=names)

    record_change(session, before, by=by, at=at)
    return session


@act
def call_off_session(*, session_id: int, reason: str, by: Actor, at: datetime) -> TourSession:
    """Say that a session will not run: nothing of it is sold or paid from now on.

    Refuses with NotAllowed, NotFound, ReasonNeeded, SessionOver and TourHasBegun.
    """
    session = lock_own_session(session_id, by)

    if not reason.strip():
        raise ReasonNeeded
    check_not_over(session)
    if session.date_start <= local_date(at):
        raise TourHasBegun
    session.cancel(at=at, note=reason.strip())
    session.save(update_fields=["status", "cancelled_at", "cancel_note"])

    record(
        "session.cancelled",
        session,
        by=by,
        at=at,
        agency_id=session.tour.agency_id,
        reason=session.cancel_note,
        bookings=standing_on(session.pk, at).count(),
    )
    return session


def cancel_session(*, session_id: int, reason: str, by: Actor, at: datetime) -> list[Outcome]:
    """Call a session off and cancel its bookings, with an outcome for each.

    One that was called off already goes on where it stopped. Refuses as ``call_off_session``.
    """
    if not _is_called_off(session_id, by):
        call_off_session(session_id=session_id, reason=reason, by=by, at=at)
    return [_cancel(booking, by, at) for booking in standing_on(session_id, at)]


def sweep_cancelled_sessions(*, at: datetime) -> int:
    """Cancel what still stands on cancelled sessions; returns how many bookings went."""
    gone = 0
    for booking in left_on_cancelled_sessions(at):
        with one_of_many("booking of a cancelled date not cancelled", booking=booking.pk):
            gone += _cancel(booking, job(), at).refusal is None
    return gone


def _is_called_off(session_id: int, by: Actor) -> bool:
    """Whether it is cancelled already. Refuses with NotFound: outcomes name bookings."""
    require(by, "catalog.toursession", "change")
    session = TourSession.objects.select_related("tour").filter(pk=session_id).first()
    if session is None or not works_for(by, session.tour.agency_id):
        raise NotFound
    return session.status == SessionStatus.CANCELLED


def _cancel(booking: Booking, by: Actor, at: datetime) -> Outcome:
    try:
        return Outcome(cancel_for_session(booking_id=booking.pk, by=by, at=at))
    except Refusal as refusal:
        return Outcome(booking, refusal)
