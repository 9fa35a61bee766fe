"""Sessions as travellers see them."""

from datetime import date, datetime
from decimal import Decimal

from django.db.models import DecimalField, QuerySet
from django.db.models.expressions import RawSQL

from catalog.models import TourSession
from catalog.queries.discounts import DISCOUNTED_ALONE


def sessions_on_sale(at: datetime) -> QuerySet[TourSession]:
    """Open public sessions with ``discounted`` (one seat after the best running promotion, UZS)."""
    return with_discounted(TourSession.objects.on_sale(at).filter(is_private=False), at)


def with_discounted(rows: QuerySet[TourSession], at: datetime) -> QuerySet[TourSession]:
    """Annotate ``discounted``."""
    sql = DISCOUNTED_ALONE.format(s="catalog_toursession").replace("%(at)s", "%s")
    # The text is our own constant; the instants are parameters.
    price = RawSQL(  # noqa: S611
        sql, (at, at), output_field=DecimalField(max_digits=14, decimal_places=2)
    )
    return rows.annotate(discounted=price)


def narrow(
    rows: QuerySet[TourSession],
    *,
    tour_id: int | None,
    date_from: date | None,
    date_to: date | None,
    only_available: bool,
) -> QuerySet[TourSession]:
    """The given filters, combined."""
    if tour_id is not None:
        rows = rows.filter(tour_id=tour_id)
    if date_from is not None:
        rows = rows.filter(date_start__gte=date_from)
    if date_to is not None:
        rows = rows.filter(date_start__lte=date_to)
    return rows.filter(available_seats__gt=0) if only_available else rows


def discounted_of(session: TourSession) -> Decimal:
    """The annotation, typed."""
    return session.discounted  # type: ignore[attr-defined,no-any-return]
