"""Which discounts apply to a session."""

from datetime import datetime

from django.db.models import Q, QuerySet

from catalog.models import PromoCode, Promotion, Tour, TourSession

AGENCY_WIDE = Q(tour=None, session=None)

# ``promotions_for`` in SQL: one seat of the session ``s`` after the best single promotion. Here as
# an expression that stands alone, for a few sessions ...
DISCOUNTED_ALONE = """
    {s}.price - least({s}.price, coalesce((
        SELECT max(coalesce(round({s}.price * discount_percent * 0.01, 2), discount_amount))
        FROM catalog_promotion p
        WHERE p.is_active AND p.valid_from <= %(at)s AND p.valid_to > %(at)s
          AND (p.session_id = {s}.id OR p.tour_id = {s}.tour_id
               OR p.tour_id IS NULL AND p.session_id IS NULL
                  AND p.agency_id = (SELECT agency_id FROM catalog_tour WHERE id = {s}.tour_id)
          )), 0))
"""

# ... and here for any number, of tours ``t``: what runs is read once and joined.
CUTS = """
cut AS MATERIALIZED (
    SELECT session_id, tour_id,
           CASE WHEN session_id IS NULL AND tour_id IS NULL THEN agency_id END AS agency_id,
           max(discount_percent) AS percent, max(discount_amount) AS amount
    FROM catalog_promotion
    WHERE is_active AND valid_from <= %(at)s AND valid_to > %(at)s
    GROUP BY 1, 2, 3
)
"""
JOIN_CUTS = """
LEFT JOIN cut cs ON cs.session_id = s.id
LEFT JOIN cut ct ON ct.tour_id = s.tour_id
LEFT JOIN cut ca ON ca.agency_id = t.agency_id
"""
DISCOUNTED = """
    s.price - least(s.price, greatest(
        round(s.price * greatest(cs.percent, ct.percent, ca.percent) * 0.01, 2),
        cs.amount, ct.amount, ca.amount, 0))
"""


def promotions_for(session: TourSession, at: datetime) -> QuerySet[Promotion]:
    """Running promotions of the session, of its tour and of all tours of the agency."""
    mine = Q(session_id=session.pk) | Q(tour_id=session.tour_id)
    mine |= AGENCY_WIDE & Q(agency_id=session.tour.agency_id)
    return Promotion.objects.running(at).filter(mine)


def promotions_on_sale(
    at: datetime, *, tour_id: int | None = None, session_id: int | None = None
) -> QuerySet[Promotion]:
    """Running promotions of what travellers see; those a given tour or session has part in."""
    tours, sessions = Tour.objects.on_sale(), TourSession.objects.on_sale(at)
    shown = Q(tour__in=tours) | Q(session__in=sessions.filter(is_private=False))
    shown |= AGENCY_WIDE & Q(agency__in=tours.values("agency"))
    rows = Promotion.objects.running(at).filter(shown)
    if tour_id is not None:
        its_tours = Tour.objects.filter(pk=tour_id)
        rows = rows.filter(_of(its_tours) | Q(session__tour=tour_id))
    if session_id is not None:
        its_tours = Tour.objects.filter(sessions=session_id)
        rows = rows.filter(_of(its_tours) | Q(session=session_id))
    return rows


def _of(tours: QuerySet[Tour]) -> Q:
    return Q(tour__in=tours) | AGENCY_WIDE & Q(agency__in=tours.values("agency"))


def find_promo_code(code: str) -> PromoCode | None:
    """The promo code by its word, in any case."""
    return PromoCode.objects.filter(code__iexact=code.strip()).first()
