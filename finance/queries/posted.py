"""What was posted in a stretch of time, without reading the whole ledger."""

from datetime import date

from django.db.models import Max, Min, QuerySet

from core.clock import local_midnight
from finance.models import AccountingTransaction, LedgerEntry


def journals_posted(start: date, end: date) -> QuerySet[AccountingTransaction]:
    """Of the local days from ``start`` up to before ``end``."""
    return AccountingTransaction.objects.filter(
        posted_at__gte=local_midnight(start), posted_at__lt=local_midnight(end)
    )


def lines_posted(start: date, end: date) -> QuerySet[LedgerEntry]:
    """Their lines. Journals of a time lie together: between the least and the greatest of their
    ids hardly another is, and the planner reads that part of the ledger only."""
    journals = journals_posted(start, end)
    ends = journals.aggregate(least=Min("pk"), greatest=Max("pk"))
    if ends["least"] is None:
        return LedgerEntry.objects.none()
    return LedgerEntry.objects.filter(
        transaction__gte=ends["least"],
        transaction__lte=ends["greatest"],
        transaction__in=journals.order_by(),
    )
