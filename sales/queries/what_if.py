"""What past bookings would have brought under another commission. Nothing changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Sum, Value, When
from django.db.models.functions import Round, TruncMonth

from catalog.states import FundedBy
from core.clock import TASHKENT, local_midnight
from core.money import HUNDRED, ZERO
from sales.models import Booking
from sales.states import BookingStatus

MONEY = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True, slots=True)
class Line:
    """So many paid bookings of something: their gross and both commissions, UZS."""

    key: Any
    bookings: int
    gross: Decimal
    was: Decimal
    would_be: Decimal

    @property
    def difference(self) -> Decimal:
        return self.would_be - self.was

    def plus(self, other: "Line", key: Any) -> "Line":
        return Line(
            key,
            self.bookings + other.bookings,
            self.gross + other.gross,
            self.was + other.was,
            self.would_be + other.would_be,
        )


@dataclass(frozen=True, slots=True)
class WhatIf:
    total: Line
    by_tour: list[Line]
    by_month: list[Line]


def what_if(
    *,
    percent: Decimal,
    first: date,
    last: date,
    agency_id: int | None = None,
    tour_id: int | None = None,
) -> WhatIf:
    """Bookings paid on the local days from ``first`` to ``last`` that still stand, at ``percent``
    beside their own rate; keys are (tour id, title) and the month's first day.

    As a sale is shared: what the agency gave away bears no commission, each booking is rounded.
    """
    lines = list(_cells(percent, first, last, agency_id, tour_id))
    by_tour = _added(lines, lambda key: key[:2])
    return WhatIf(
        total=_sum(lines),
        by_tour=sorted(by_tour, key=lambda line: (-line.gross, line.key)),
        by_month=sorted(_added(lines, lambda key: key[2]), key=lambda line: line.key),
    )


def _cells(
    percent: Decimal, first: date, last: date, agency_id: int | None, tour_id: int | None
) -> Any:
    rows = Booking.objects.filter(
        status=BookingStatus.PAID,
        paid_at__gte=local_midnight(first),
        paid_at__lt=local_midnight(last + timedelta(days=1)),
    )
    if agency_id is not None:
        rows = rows.filter(agency_id=agency_id)
    if tour_id is not None:
        rows = rows.filter(session__tour_id=tour_id)
    found = (
        rows.annotate(gross=_gross(), month=TruncMonth("paid_at", tzinfo=TASHKENT))
        .order_by()
        .values_list("session__tour_id", "session__tour__title_ru", "month")
        .annotate(
            n=Count("pk"),
            sales=Sum("gross"),
            was=Sum(_commission(F("commission_percent"))),
            would_be=Sum(_commission(Value(percent))),
        )
    )
    for tour, title, month, *figures in found:
        yield Line((tour, title, month.date()), *figures)


def _gross() -> Any:
    """The subtotal less what the agency itself gave away."""
    given = [
        Case(
            When(**{payer: FundedBy.AGENCY}, then=F(amount)),
            default=Value(ZERO),
            output_field=MONEY,
        )
        for payer, amount in (
            ("promotion_funded_by", "promotion_discount"),
            ("promo_funded_by", "promo_discount"),
        )
    ]
    return F("subtotal") - given[0] - given[1]


def _commission(percent: Any) -> Any:
    # PostgreSQL rounds a half away from zero, as core.money does.
    return Round(F("gross") * percent / Value(HUNDRED), 2, output_field=MONEY)


def _added(lines: list[Line], key_of: Callable[[Any], Any]) -> list[Line]:
    found: dict[Any, Line] = {}
    for line in lines:
        key = key_of(line.key)
        found[key] = line.plus(found.get(key, _NOTHING), key)
    return list(found.values())


def _sum(lines: list[Line]) -> Line:
    total = _NOTHING
    for line in lines:
        total = total.plus(line, None)
    return total


_NOTHING = Line(None, 0, ZERO, ZERO, ZERO)
