from sales.models.booking import Booking, BookingComment, BookingRequest, BookingTraveller
from sales.models.trip import CustomTripRequest, TripProposal

__all__ = [
    "Booking",
    "BookingComment",
    "BookingRequest",
    "BookingTraveller",
    "CustomTripRequest",
    "TripProposal",
]
