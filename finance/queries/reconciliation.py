"""What registries say: sums by outcome, what is still to be explained, how one reads the next."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Abs, RowNumber

from core.money import ZERO
from finance.models import ReconciliationFile, ReconciliationRow
from finance.states import CaseKind, PaymentState, RegistryStatus, RowOutcome, StateThere

THERE = Case(
    When(line__isnull=False, state__in=["", StateThere.PAID], then=F("amount")),
    default=Value(ZERO),
    output_field=DecimalField(max_digits=14, decimal_places=2),
)
# To be explained, or, in a registry not taken over, what would have to be.
UNEXPLAINED = Q(resolved_at__isnull=True, repeats__isnull=True) & ~Q(outcome=RowOutcome.MATCHED)

# What differs comes before what agrees.
SHOWN = (*(kind for kind in RowOutcome if kind != RowOutcome.MATCHED), RowOutcome.MATCHED)
CASE_KINDS: dict[str, str] = {
    RowOutcome.MISSING_HERE: CaseKind.UNKNOWN,
    RowOutcome.TWICE: CaseKind.DOUBLE,
    RowOutcome.AMOUNT_DIFFERS: CaseKind.DIFFERENT,
}


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows of one outcome: how many, money there and here (UZS), how many are to be explained and
    how many were told by an earlier registry."""

    count: int
    there: Decimal
    here: Decimal
    open: int
    repeated: int

    @property
    def difference(self) -> Decimal:
        return self.there - self.here


def tally(registry_id: int) -> dict[str, Pile]:
    """A registry's rows by outcome; outcomes that no row has are left out."""
    rows = (
        ReconciliationRow.objects.filter(file_id=registry_id)
        .order_by()
        .values_list("outcome")
        .annotate(
            count=Count("pk"),
            there=Sum(THERE),
            here=Sum("our_amount"),
            open=Count("pk", filter=UNEXPLAINED),
            repeated=Count("pk", filter=Q(repeats__isnull=False)),
        )
    )
    found = {outcome: Pile(*figures) for outcome, *figures in rows}
    return {str(outcome): found[outcome] for outcome in SHOWN if outcome in found}


def in_all(piles: Iterable[Pile]) -> Pile:
    """Several outcomes together."""
    every = list(piles)
    return Pile(
        count=sum(pile.count for pile in every),
        there=sum((pile.there for pile in every), ZERO),
        here=sum((pile.here for pile in every), ZERO),
        open=sum(pile.open for pile in every),
        repeated=sum(pile.repeated for pile in every),
    )


def open_rows() -> QuerySet[ReconciliationRow]:
    """Rows of registries taken over that nobody has explained."""
    return ReconciliationRow.objects.filter(UNEXPLAINED, file__status=RegistryStatus.TAKEN)


def unexplained_rows() -> tuple[int, Decimal]:
    """How many rows nobody has explained, and what they differ by in all, either way, UZS."""
    at_stake = Sum(Abs(THERE - F("our_amount")))
    found = open_rows().aggregate(n=Count("pk"), amount=at_stake)
    return found["n"], found["amount"] or ZERO


def remembered_mapping(source: str) -> dict[str, Any]:
    """How the last registry of the source that was taken over was read."""
    taken = ReconciliationFile.objects.filter(source=source, status=RegistryStatus.TAKEN)
    last = taken.order_by("-taken_at", "-pk").first()
    return last.mapping if last else {}


def case_kind(row: ReconciliationRow) -> str | None:
    """As what the row's money can be taken into the books; None when they lack none of it.

    A payment that still waits for the provider's confirmation may yet be performed.
    """
    if not row.is_open or row.difference <= 0:
        return None
    if row.outcome == RowOutcome.STATE_DIFFERS:
        is_over = row.payment is not None and row.payment.state != PaymentState.CREATED
        return CaseKind.UNKNOWN if is_over else None
    return CASE_KINDS.get(row.outcome)


def first_rows(registry_id: int, each: int) -> list[ReconciliationRow]:
    """The first ``each`` rows of every outcome, the matched last."""
    nth = Window(RowNumber(), partition_by="outcome", order_by=["line", "pk"])
    rows = registry_rows(registry_id).annotate(nth=nth).filter(nth__lte=each)
    order = {str(outcome): number for number, outcome in enumerate(SHOWN)}
    return sorted(rows, key=lambda row: (order[row.outcome], row.line or 0, row.pk))


def registry_rows(registry_id: int) -> QuerySet[ReconciliationRow]:
    """A registry's rows with all that a page shows of them, what differs first."""
    rows = ReconciliationRow.objects.filter(file_id=registry_id).select_related(
        "payment__booking", "resolved_by", "repeats__file", "money_case", "file"
    )
    is_matched = Case(When(outcome=RowOutcome.MATCHED, then=1), default=0)
    return rows.order_by(is_matched, F("line").asc(nulls_last=True), "pk")


def search_rows(rows: QuerySet[ReconciliationRow], words: str) -> QuerySet[ReconciliationRow]:
    """Rows whose id begins like ``words``, or whose booking, there or here, does."""
    key = "".join(words.split())
    there = Q(external_id__startswith=key.lower()) | Q(booking_code__istartswith=key)
    return rows.filter(there | Q(payment__booking__code__istartswith=key))
