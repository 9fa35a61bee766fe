"""Which bookings' money is due to be released to their agencies."""

from datetime import date, datetime, timedelta

from constance import config
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum

from core.clock import local_date
from core.money import ZERO
from finance.models import AccountingTransaction, LedgerEntry, Refund
from finance.queries.bookings import RESERVE
from finance.states import OPEN_REFUNDS, AccountKind, JournalType


def over_before(at: datetime) -> date:
    """Tours that ended before this day are over long enough."""
    return local_date(at) - timedelta(days=config.RELEASE_DAYS)


def releases_due(at: datetime) -> QuerySet[LedgerEntry, int]:
    """Ids of bookings with pending money whose tour is over long enough."""
    return _holding(AccountKind.AGENCY_PENDING).filter(
        transaction__booking__session__date_end__lt=over_before(at)
    )


def reserves_due(at: datetime) -> QuerySet[LedgerEntry, int]:
    """Ids of bookings whose money was reserved long enough ago."""
    since = at - timedelta(days=config.RESERVE_DAYS)
    reserved = Max("transaction__posted_at", filter=_IS_RELEASE)
    return _holding(AccountKind.AGENCY_RESERVE).annotate(at=reserved).filter(at__lte=since)


def has_open_refund(booking_id: int) -> bool:
    """Whether money of the booking is on its way back."""
    return Refund.objects.filter(payment__booking_id=booking_id, status__in=OPEN_REFUNDS).exists()


def released_at(booking_id: int) -> datetime | None:
    """When money of the booking was released last; None when it never was."""
    rows = AccountingTransaction.objects.filter(booking_id=booking_id, type=JournalType.RELEASE)
    found: datetime | None = rows.exclude(memo=RESERVE).aggregate(at=Max("posted_at"))["at"]
    return found


_IS_RELEASE = Q(transaction__type=JournalType.RELEASE) & ~Q(transaction__memo=RESERVE)
_OPEN_REFUND = Refund.objects.filter(
    payment__booking_id=OuterRef("transaction__booking_id"), status__in=OPEN_REFUNDS
)


def _holding(kind: AccountKind) -> QuerySet[LedgerEntry, int]:
    """Ids of bookings of which an account of ``kind`` holds money that is not asked back."""
    return (
        LedgerEntry.objects.filter(
            ~Exists(_OPEN_REFUND), account__kind=kind, transaction__booking__isnull=False
        )
        .order_by()
        .values("transaction__booking_id")
        .annotate(left=Sum(F("credit") - F("debit")))
        .filter(left__gt=ZERO)
        .order_by("transaction__booking_id")
        .values_list("transaction__booking_id", flat=True)
    )
