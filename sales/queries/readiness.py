"""Dates that are about to start and are not ready for it."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from catalog.models.session import SessionQuerySet
from catalog.queries.calendar import starting_within
from sales.models import BookingTraveller
from sales.states import BookingStatus

# Today and tomorrow.
SOON = 2


def unready(sessions: SessionQuerySet, day: date) -> SessionQuerySet:
    """Of ``sessions`` those that start on ``day`` or the day after, are sold, and lack a guide or
    the name of somebody who has paid."""
    nameless = BookingTraveller.objects.filter(
        booking__session=OuterRef("pk"),
        booking__status=BookingStatus.PAID,
        first_name="",
        last_name="",
    )
    starting = starting_within(sessions, day, days=SOON)
    return starting.filter(Exists(nameless) | Q(guide="", seats_taken__gt=0))
