"""Whether a promo code is good for a booking."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import PromoCode, TourSession
from core.clock import TASHKENT
from core.refusals import Invalid
from sales.models import Booking


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
        raise PromoInvalid(_("This promo code has been stopped."))
    if at < promo.valid_from:
        raise PromoInvalid(
            _("This promo code is not valid yet; it will be from {time}."),
            time=_shown(promo.valid_from),
        )
    if at >= promo.valid_to:
        raise PromoInvalid(
            _("This promo code has expired; it was valid until {time}."),
            time=_shown(promo.valid_to),
        )
    _check_target(promo, session)
    _check_limits(promo, user_id, at)


def _check_target(promo: PromoCode, session: TourSession) -> None:
    if promo.agency_id not in (None, session.tour.agency_id):
        raise PromoInvalid(_("This promo code is for tours of another agency."))
    if promo.tour_id not in (None, session.tour_id):
        raise PromoInvalid(_("This promo code is not for this tour."))
    if promo.session_id not in (None, session.pk):
        other_date = promo.session is not None and promo.session.tour_id == session.tour_id
        raise PromoInvalid(
            _("This promo code is for another date of this tour.")
            if other_date
            else _("This promo code is not for this tour.")
        )


def _shown(instant: datetime) -> str:
    return f"{instant.astimezone(TASHKENT):%d.%m.%Y %H:%M}"


def _check_limits(promo: PromoCode, user_id: int, at: datetime) -> None:
    uses = Booking.objects.holding_promo(at).filter(promo_code=promo)
    mine = uses.filter(user_id=user_id)
    if promo.per_user_limit is not None and mine.count() >= promo.per_user_limit:
        raise PromoExhausted(_("You have used this promo code already."))
    if promo.usage_limit is not None and uses.count() >= promo.usage_limit:
        raise PromoExhausted
