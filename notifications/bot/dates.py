"""Dates in a tour's chat: what they are called, and whose a person may handle."""

from django.utils.translation import gettext_lazy

from catalog.models import TourSession
from core.clock import local_date, now
from core.refusals import NotAllowed, NotFound
from notifications.booking_words import dates_of
from partners.models import User
from partners.roles import allowed


class NotConnected(NotFound):
    message = gettext_lazy("This group is not the chat of a tour. /bind makes it one.")


def name_of(session: TourSession) -> str:
    """In the active language; ``session.tour`` should be loaded with it."""
    return f"{session.tour.title}, {dates_of(session.date_start, session.date_end)}"


def label_of(session: TourSession) -> str:
    """As on a button, of which a phone shows the beginning: what tells dates apart comes first."""
    return f"{short_days(session)} · {session.tour.title}"


def short_days(session: TourSession) -> str:
    """05.12, 05–06.12, 30.11–02.12; with the year when it is not this one."""
    first, last = session.date_start, session.date_end
    year = "" if first.year == local_date(now()).year else f".{last:%Y}"
    if first == last:
        return f"{last:%d.%m}{year}"
    is_one_month = (first.year, first.month) == (last.year, last.month)
    start = f"{first:%d}" if is_one_month else f"{first:%d.%m}"
    return f"{start}–{last:%d.%m}{year}"


def agencies_for(user: User, resource: str, act: str) -> frozenset[int] | None:
    """The agencies in which he may do ``act`` with ``resource``; None for all. Refuses with
    NotAllowed when there is none."""
    if user.sees_all_agencies and allowed(user.role, resource, act):
        return None
    mine = user.agency_ids_for(resource, act)
    if not mine:
        raise NotAllowed
    return mine
