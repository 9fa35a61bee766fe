"""Finding tours and dates for the staff: drafts and past ones too, by parts of their titles.

Travellers are served by :mod:`catalog.queries.search`, which ranks and forgives more.
"""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from catalog.models import Tour, TourSession
from catalog.queries.search_spelling import words_of
from catalog.states import SessionStatus
from core.spelling import spellings
from partners.queries.search import FEWEST_LETTERS, any_of

# How far ahead a guide's dates are looked for.
A_YEAR = timedelta(days=365)


def find_tours(tours: QuerySet[Tour], words: str) -> QuerySet[Tour]:
    """Of ``tours`` those whose titles, in any language and alphabet, have all the words, and the
    one of that code. Words of one or two letters only narrow what longer ones find."""
    ways = [Q(code=words.strip())]
    spelt = words_of(words)
    if any(len(each[0]) >= FEWEST_LETTERS for each in spelt):
        ways.append(Q(pk__in=_titled(spelt)))
    return tours.filter(pk__in=any_of(Tour, ways))


def _titled(spelt: list[list[str]]) -> RawSQL:
    """Over the column that migration 0004 made, and its index of trigrams."""
    like = " AND ".join(
        "(" + " OR ".join("search_titles LIKE %s" for _form in forms) + ")" for forms in spelt
    )
    # Letters and digits only: no pattern hides in them.
    values = tuple(f"%{form}%" for forms in spelt for form in forms)
    return RawSQL(f"SELECT id FROM catalog_tour WHERE {like}", values)  # noqa: S608, S611


def find_dates(
    dates: QuerySet[TourSession], words: str, *, today: date, day: date | None = None
) -> QuerySet[TourSession]:
    """Of ``dates`` those still on sale that begin on ``day``, when the words are one; otherwise
    the coming ones of the tours that the words find, and of the guide, soonest first."""
    if day is not None:
        return dates.filter(status=SessionStatus.OPEN, date_start=day).order_by("date_start", "id")
    tours = find_tours(Tour.objects.all(), words).values("pk")
    ways = [Q(tour_id__in=tours, date_start__gte=today), *_guided(words, today)]
    return dates.filter(pk__in=any_of(TourSession, ways)).order_by("date_start", "id")


def _guided(words: str, today: date) -> list[Q]:
    """By the guide's name, in whatever alphabet. No index has it: only the dates of a year are
    read, by their days."""
    match = Q(date_start__gte=today, date_start__lt=today + A_YEAR)
    spelt = [spellings(word) for word in words.split()]
    if not any(len(word) >= FEWEST_LETTERS for word in words.split()):
        return []
    for forms in spelt:
        has_it = Q()
        for form in forms:
            has_it |= Q(guide__icontains=form)
        match &= has_it
    return [match]
