"""Whether a promo code is good for a booking."""

from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import PromoCode, TourSession
from core.refusals import Invalid
from sales.models import Booking
from sales.models.booking import holds_promo


class PromoInvalid(Invalid):
    code = "promo_invalid"
    message = _("There is no such promo code.")
    field = "promo_code"


class PromoExhausted(Invalid):
    code = "promo_exhausted"
    message = _("This promo code has been used up.")
    field = "promo_code"


def check_promo(promo: PromoCode, *, session: TourSession, user_id: int, at: datetime) -> None:
    """Refuse with the reason why ``promo`` is not good here and now.

    The limits are safe under load only while the code is locked; without the lock it is a preview.
    """
    if not promo.is_active:
        raise PromoInvalid
    if at < promo.valid_from:
        raise PromoInvalid(_("This promo code is not valid yet."))
    if at >= promo.valid_to:
        raise PromoInvalid(_("This promo code has expired."))
    if not _fits(promo, session):
        raise PromoInvalid(_("This promo code is not for this tour."))
    _check_limits(promo, user_id, at)


def with_uses(promos: QuerySet[PromoCode], at: datetime) -> QuerySet[PromoCode]:
    """Annotate ``used``: the uses that count against the limits."""
    return promos.annotate(used=Count("bookings", filter=holds_promo(at, "bookings__")))


def used_of(promo: PromoCode) -> int:
    """The annotation, typed."""
    return promo.used  # type: ignore[attr-defined,no-any-return]


def _fits(promo: PromoCode, session: TourSession) -> bool:
    return (
        promo.agency_id in (None, session.tour.agency_id)
        and promo.tour_id in (None, session.tour_id)
        and promo.session_id in (None, session.pk)
    )


def _check_limits(promo: PromoCode, user_id: int, at: datetime) -> None:
    uses = Booking.objects.holding_promo(at).filter(promo_code=promo)
    if promo.usage_limit is not None and uses.count() >= promo.usage_limit:
        raise PromoExhausted
    mine = uses.filter(user_id=user_id)
    if promo.per_user_limit is not None and mine.count() >= promo.per_user_limit:
        raise PromoExhausted(_("You have used this promo code already."))
