"""What discounts are used for and what they cost: counted over bookings, never kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncWeek

from catalog.models import PromoCode, Promotion
from core.clock import TASHKENT, local_date
from core.money import ZERO
from sales.models import Booking
from sales.models.booking import BookingQuerySet, holds_promo
from sales.states import BookingStatus

PAID = Q(status=BookingStatus.PAID)
WEEKS = 12
LAST = 5


@dataclass(frozen=True, slots=True)
class Use:
    """Bookings with a discount: ``held`` are live requests and approvals, ``given_back`` ended
    without being paid for or were refunded; ``given`` and ``revenue`` are of paid ones, UZS;
    ``by_agency`` and ``by_platform`` say who pays ``given``."""

    held: int
    paid: int
    given_back: int
    given: Decimal
    revenue: Decimal
    by_agency: Decimal
    by_platform: Decimal


@dataclass(frozen=True, slots=True)
class BatchUse:
    """A batch of promo codes: codes made, still running, used at least once; what paid bookings
    got off and paid, UZS."""

    codes: int
    running: int
    used_codes: int
    uses: int
    given: Decimal
    revenue: Decimal


def with_uses(promos: QuerySet[PromoCode], at: datetime) -> QuerySet[PromoCode]:
    """Annotate ``used``: the uses that count against the limits."""
    return promos.annotate(used=_of_row("promo_code", Count("pk"), holds_promo(at), 0))


def used_of(promo: PromoCode) -> int:
    """The annotation, typed."""
    return promo.used  # type: ignore[attr-defined,no-any-return]


def with_promo_figures(promos: QuerySet[PromoCode], at: datetime) -> QuerySet[PromoCode]:
    """Annotate ``used``, and of paid uses ``given`` and ``revenue``."""
    return with_uses(promos, at).annotate(
        given=_of_row("promo_code", Sum("promo_discount"), PAID, ZERO),
        revenue=_of_row("promo_code", Sum("final_price"), PAID, ZERO),
    )


def with_promotion_figures(promotions: QuerySet[Promotion], at: datetime) -> QuerySet[Promotion]:
    """Annotate ``used`` (live and paid bookings), ``given`` and ``revenue`` of paid ones."""
    return promotions.annotate(
        used=_of_row("promotion", Count("pk"), holds_promo(at), 0),
        given=_of_row("promotion", Sum("promotion_discount"), PAID, ZERO),
        revenue=_of_row("promotion", Sum("final_price"), PAID, ZERO),
    )


def uses_of(discount: PromoCode | Promotion) -> QuerySet[Booking]:
    """Every booking that was made with it, newest first."""
    return Booking.objects.filter(**{_path(discount): discount}).order_by("-pk")


def use_of(discount: PromoCode | Promotion, at: datetime) -> Use:
    """Its bookings in figures, in one query. A lapsed hold counts as given back."""
    path = "promo" if _path(discount) == "promo_code" else "promotion"
    off, payer = F(f"{path}_discount"), f"{path}_funded_by"
    figures = uses_of(discount).aggregate(
        held=Count("pk", filter=holds_promo(at) & ~PAID),
        paid=Count("pk", filter=PAID),
        given_back=Count("pk", filter=~holds_promo(at)),
        given=_sum(off, PAID),
        revenue=_sum(F("final_price"), PAID),
        by_agency=_sum(off, PAID & Q(**{payer: "agency"})),
        by_platform=_sum(off, PAID & Q(**{payer: "platform"})),
    )
    return Use(**figures)


def uses_by_week(discount: PromoCode | Promotion, at: datetime) -> list[tuple[date, int]]:
    """Monday and how many bookings were made with it, for the last WEEKS weeks, gaps as zeros."""
    today = local_date(at)
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    rows = (
        uses_of(discount)
        .filter(created_at__gte=at - timedelta(weeks=WEEKS))
        .annotate(week=TruncWeek("created_at", tzinfo=TASHKENT))
        .order_by()
        .values_list("week")
        .annotate(n=Count("pk"))
    )
    counts = {week.date(): n for week, n in rows}
    return [(week, counts.get(week, 0)) for week in weeks]


def last_uses(discount: PromoCode | Promotion, bookings: BookingQuerySet) -> Sequence[Booking]:
    """The newest of ``bookings`` (those the reader may see) that were made with it."""
    mine = bookings.filter(**{_path(discount): discount})
    return list(mine.select_related("user", "session__tour").order_by("-pk")[:LAST])


def batch_use(codes: QuerySet[PromoCode], at: datetime) -> BatchUse:
    """Codes of one batch in figures, in two queries."""
    made = codes.order_by().aggregate(
        codes=Count("pk"), running=Count("pk", filter=Q(is_active=True, valid_to__gt=at))
    )
    uses = Booking.objects.filter(promo_code__in=codes.order_by().values("pk"))
    used = uses.aggregate(
        used_codes=Count("promo_code", distinct=True, filter=holds_promo(at)),
        uses=Count("pk", filter=holds_promo(at)),
        given=_sum(F("promo_discount"), PAID),
        revenue=_sum(F("final_price"), PAID),
    )
    return BatchUse(**made, **used)


def _path(discount: PromoCode | Promotion) -> str:
    """The booking's field that names it."""
    return "promo_code" if isinstance(discount, PromoCode) else "promotion"


def _sum(what: F, which: Q) -> Coalesce:
    return Coalesce(Sum(what, filter=which), ZERO)


def _of_row(path: str, figure: Any, which: Q, otherwise: Any) -> Coalesce:
    """A figure over the row's bookings, counted for the rows of a page only."""
    rows = Booking.objects.filter(which, **{path: OuterRef("pk")}).order_by().values(path)
    return Coalesce(Subquery(rows.annotate(figure=figure).values("figure")), otherwise)
