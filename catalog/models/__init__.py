from catalog.models.discount import PromoCode, Promotion
from catalog.models.session import TourChat, TourSession
from catalog.models.tour import Tour, TourCategory, TourPhoto

__all__ = [
    "PromoCode",
    "Promotion",
    "Tour",
    "TourCategory",
    "TourChat",
    "TourPhoto",
    "TourSession",
]
