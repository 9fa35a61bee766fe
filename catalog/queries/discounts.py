"""Which discounts apply to a session."""

from datetime import datetime

from django.db.models import Q, QuerySet

from catalog.models import PromoCode, Promotion, TourSession


def promotions_for(session: TourSession, at: datetime) -> QuerySet[Promotion]:
    """Running promotions of the session, of its tour and of all tours of the agency."""
    mine = Q(session_id=session.pk) | Q(tour_id=session.tour_id)
    mine |= Q(agency_id=session.tour.agency_id, tour=None, session=None)
    return Promotion.objects.running(at).filter(mine)


def find_promo_code(code: str) -> PromoCode | None:
    """The promo code by its word, in any case."""
    return PromoCode.objects.filter(code__iexact=code.strip()).first()
