"""How a booking's money is shared, from its frozen figures."""

from catalog.states import FundedBy
from finance.commission import SaleShares, share_sale
from sales.models import Booking


def shares_of(booking: Booking) -> SaleShares:
    """What the traveller, the platform and the agency have of it, UZS."""
    return share_sale(
        subtotal=booking.subtotal,
        agency_discount=booking.discount_funded_by(FundedBy.AGENCY),
        platform_discount=booking.discount_funded_by(FundedBy.PLATFORM),
        bonus=booking.bonus_used,
        rate=booking.commission_percent,
    )
