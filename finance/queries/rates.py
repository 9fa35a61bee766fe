"""Which commission a booking of a day is asked for under."""

from datetime import date
from decimal import Decimal

from django.db.models import F, Q

from finance.models import CommissionRate
from partners.models import TravelAgency


def rate_for(*, agency_id: int, tour_id: int, day: date) -> Decimal:
    """The commission in per cent on the local ``day``: the tour's own rate, else the agency's, of
    several the one that began last; else what the agency began with."""
    reach = Q(tour_id=tour_id) | Q(tour__isnull=True)
    rates = CommissionRate.objects.in_force(day).filter(reach, agency_id=agency_id)
    order = (F("tour_id").asc(nulls_last=True), "-valid_from", "-id")
    percent = rates.order_by(*order).values_list("percent", flat=True).first()
    if percent is not None:
        return percent
    return TravelAgency.objects.values_list("commission_percent", flat=True).get(pk=agency_id)
