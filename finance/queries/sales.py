"""What a sale brought whom."""

from decimal import Decimal

from django.db.models import Sum

from core.money import ZERO
from finance.models import LedgerEntry
from finance.states import AccountKind, JournalType


def agency_share_of(booking_id: int) -> Decimal:
    """What the agency was credited by the booking's sale, UZS; zero before it is paid."""
    lines = LedgerEntry.objects.filter(
        transaction__booking_id=booking_id,
        transaction__type=JournalType.SALE,
        account__kind=AccountKind.AGENCY_PENDING,
    )
    return lines.aggregate(total=Sum("credit"))["total"] or ZERO
