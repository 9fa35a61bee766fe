"""Sharing a payment between two cashboxes: ``collection = split``. A building block."""

from typing import Any

from core.money import HUNDRED
from partners.models import Collection
from sales.models import Booking
from sales.queries.shares import shares_of

Receivers = list[dict[str, Any]]


def receivers_of(booking: Booking, *, cashbox: str) -> Receivers | None:
    """Which cashbox gets what of the booking's price; None when ``cashbox``, ours, gets it all.

    The agency's own gets its share, or all of the cash when discounts that the platform pays for
    leave less than that; ours gets the rest. Amounts are the provider's, in tiyin; a part of
    nothing is left out.
    """
    agency = booking.agency
    if agency.collection != Collection.SPLIT or agency.payme_merchant_id == cashbox:
        return None
    shares = shares_of(booking)
    direct = min(shares.agency_share, shares.cash)
    parts = [(agency.payme_merchant_id, direct), (cashbox, shares.cash - direct)]
    return [{"id": id, "amount": int(amount * HUNDRED)} for id, amount in parts if amount]
