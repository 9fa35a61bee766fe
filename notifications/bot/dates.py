"""Dates in a tour's chat: what they are called, and whose a person may handle."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

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


def told_apart(sessions: Sequence[TourSession]) -> list[tuple[TourSession, str]]:
    """Each with its days, as on buttons among which one is chosen: two of a tour on the same days
    also with their guides, or with their codes where guides say nothing."""
    guides = defaultdict(list)
    for session in sessions:
        guides[_days(session)].append(session.guide)
    return [(session, _told(session, guides[_days(session)])) for session in sessions]


def _days(session: TourSession) -> tuple[int, date, date]:
    return session.tour_id, session.date_start, session.date_end


def _told(session: TourSession, guides: list[str]) -> str:
    """``guides`` are those of all the sessions of its days."""
    days = short_days(session)
    if len(guides) == 1:
        return days
    is_told = session.guide and guides.count(session.guide) == 1
    return f"{days}, {session.guide if is_told else session.code}"


def labels_of(sessions: Sequence[TourSession]) -> list[tuple[TourSession, str]]:
    """With the tours' titles; a phone shows a button's beginning, so what tells dates apart comes
    first."""
    return [(session, f"{days} · {session.tour.title}") for session, days in told_apart(sessions)]


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
