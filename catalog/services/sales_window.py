"""Closing a session for sale and opening it again."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.sessions import lock_own_session
from catalog.states import SessionStatus
from core.actor import Actor
from core.acts import act
from core.refusals import Conflict
from core.services.events import record


class SessionMoved(Conflict):
    message = _("The session is already {status}.")
    for_good = True


@act
def close_session(*, session_id: int, by: Actor, at: datetime) -> TourSession:
    """Take no new requests; bookings made go on."""
    session = lock_own_session(session_id, by)

    if session.status != SessionStatus.OPEN:
        raise SessionMoved(status=session.get_status_display())
    session.close()
    session.save(update_fields=["status"])

    record("session.closed", session, by=by, at=at, agency_id=session.tour.agency_id)
    return session


@act
def reopen_session(*, session_id: int, by: Actor, at: datetime) -> TourSession:
    """Put a closed session back on sale."""
    session = lock_own_session(session_id, by)

    if session.status != SessionStatus.CLOSED:
        raise SessionMoved(status=session.get_status_display())
    session.reopen()
    session.save(update_fields=["status"])

    record("session.reopened", session, by=by, at=at, agency_id=session.tour.agency_id)
    return session
