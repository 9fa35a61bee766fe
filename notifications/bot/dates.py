"""Dates in a tour's chat: what they are called, and whose a person may handle."""

from django.utils.translation import gettext_lazy

from catalog.models import TourSession
from core.refusals import NotAllowed, NotFound
from notifications.booking_words import dates_of
from partners.models import User
from partners.roles import allowed


class NotConnected(NotFound):
    message = gettext_lazy("This group is not the chat of a tour. /bind makes it one.")


def name_of(session: TourSession) -> str:
    """In the active language; ``session.tour`` should be loaded with it."""
    return f"{session.tour.title}, {dates_of(session.date_start, session.date_end)}"


def agencies_for(user: User, resource: str, act: str) -> frozenset[int] | None:
    """The agencies in which he may do ``act`` with ``resource``; None for all. Refuses with
    NotAllowed when there is none."""
    if user.sees_all_agencies and allowed(user.role, resource, act):
        return None
    mine = user.agency_ids_for(resource, act)
    if not mine:
        raise NotAllowed
    return mine
