"""Promo codes and promotions."""

from backoffice.demo.content.agencies import CHIMGAN, SILK
from backoffice.demo.content.shapes import Promo, TourPromotion

PROMOS: tuple[Promo, ...] = (
    Promo(
        code="CIRCLE10",
        discount_percent="10.00",
        funded_by="platform",
        usage_limit=200,
        per_user_limit=1,
    ),
    Promo(
        code="IPAK100",
        agency=SILK,
        discount_amount="100000.00",
        funded_by="agency",
        usage_limit=50,
        per_user_limit=2,
    ),
    Promo(
        code="BAHOR15",
        agency=CHIMGAN,
        discount_percent="15.00",
        funded_by="agency",
        usage_limit=30,
        per_user_limit=1,
    ),
)

PROMOTIONS: tuple[TourPromotion, ...] = (
    TourPromotion(
        title="Раннее бронирование Хивы",
        tour="khiva-dusk",
        discount_percent="12.00",
        funded_by="agency",
    ),
    TourPromotion(
        title="Неделя воды с Circle",
        tour="charvak-sup",
        discount_percent="8.00",
        funded_by="platform",
    ),
)
