"""Whether a departure's transport still has places: counted over the bookings that chose it."""

from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.queries.transport import places_in
from catalog.services.seats import SeatsUnavailable
from sales.models import Booking
from sales.states import HOLDS_SEATS


class TransportFull(SeatsUnavailable):
    """The session has seats, but not enough of those who asked for this transport fit in."""

    message = _("Not enough places in this transport. Places left: {left}.")
    field = "transport"


def check_transport_room(
    session: TourSession, code: str | None, seats: int, *, at: datetime
) -> None:
    """Refuse with TransportFull when ``seats`` more travellers do not fit in.

    Safe under load only while the session is locked; without the lock it is a preview.
    """
    places = places_in(session.tour, code) if code else None
    if places is None:
        return
    left = max(places - _taken(session, str(code), at), 0)
    if seats > left:
        raise TransportFull(left=left)


def _taken(session: TourSession, code: str, at: datetime) -> int:
    rows = Booking.objects.filter(
        session_id=session.pk, status__in=HOLDS_SEATS, selected_transport__code=code
    )
    lapsed = rows.lapsed(at).values("pk")
    return rows.exclude(pk__in=lapsed).aggregate(n=Sum("seats_reserved"))["n"] or 0
