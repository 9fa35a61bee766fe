"""Taking seats and giving them back: building blocks, under the session's lock."""

from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from core.acts import require_transaction
from core.refusals import Conflict


class SeatsUnavailable(Conflict):
    """Fewer free seats than asked for; says how many are left."""

    code = "seats_unavailable"
    message = _("Not enough free seats. Seats left: {left}.")


def check_room(session: TourSession, seats: int, *, lapsed: int = 0) -> None:
    """Refuse with SeatsUnavailable when the session has fewer free seats.

    ``lapsed`` seats are still taken, but by holds that no longer count.
    """
    left = session.capacity - session.seats_taken + lapsed
    if seats > left:
        raise SeatsUnavailable(left=left)


def take_seats(session: TourSession, seats: int) -> None:
    """Take seats of a session locked by this act."""
    require_transaction()
    check_room(session, seats)
    session.seats_taken += seats
    session.save(update_fields=["seats_taken"])


def give_back_seats(session: TourSession, seats: int) -> None:
    """Give seats back to a session locked by this act."""
    require_transaction()
    session.seats_taken -= seats
    session.save(update_fields=["seats_taken"])
