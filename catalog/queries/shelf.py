"""Tours as their agency sees them in a list: cover, next dates, what is there."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import Tour, TourPhoto, TourSession
from catalog.models.session import SessionQuerySet
from catalog.states import SessionStatus


def with_shelf(rows: QuerySet[Tour], today: date) -> QuerySet[Tour]:
    """Annotate ``cover_file``, ``has_photos``, ``has_sessions``; of the open dates to come
    ``next_start``, ``next_free``, ``dates_n`` and ``free_n``.

    Subqueries, read for the rows of a page only; a join would group the whole table.
    """
    photos = TourPhoto.objects.filter(tour=OuterRef("pk")).order_by("position", "pk")
    coming = dates_to_come(today).filter(tour=OuterRef("pk")).order_by("date_start", "pk")
    return rows.annotate(
        cover_file=Subquery(photos.values("media__file")[:1]),
        has_photos=Exists(photos),
        has_sessions=Exists(TourSession.objects.filter(tour=OuterRef("pk"))),
        next_start=Subquery(coming.values("date_start")[:1]),
        next_free=Subquery(coming.values("available_seats")[:1]),
        dates_n=_of_all(coming, Count("pk")),
        free_n=_of_all(coming, Sum("available_seats")),
    )


def dates_to_come(today: date) -> SessionQuerySet:
    """Open public sessions from ``today`` on."""
    return TourSession.objects.filter(
        status=SessionStatus.OPEN, is_private=False, date_start__gte=today
    )


def without_dates(rows: QuerySet[Tour], today: date) -> QuerySet[Tour]:
    """Those that nobody can book a day of."""
    return rows.exclude(Exists(dates_to_come(today).filter(tour=OuterRef("pk"))))


def _of_all(sessions: SessionQuerySet, figure: Any) -> Any:
    counted = sessions.order_by().values("tour").annotate(figure=figure).values("figure")
    return Coalesce(Subquery(counted), 0)
