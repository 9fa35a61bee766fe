from sales.models.booking import Booking, BookingComment, BookingRequest, BookingTraveller
from sales.models.date_offer import DateOffer
from sales.models.trip import CustomTripRequest, TripProposal

__all__ = [
    "Booking",
    "BookingComment",
    "BookingRequest",
    "BookingTraveller",
    "CustomTripRequest",
    "DateOffer",
    "TripProposal",
]
