"""How many rows wait in several places, in one query that reads no more than it shows."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, QuerySet, Value

# Beyond that nobody counts; the lists themselves do not either.
MOST = 100


def count_rows(piles: Mapping[str, QuerySet[Any]]) -> Counter[str]:
    """How many rows each pile has, up to MOST."""
    if not piles:
        return Counter()
    first, *rest = (
        rows.order_by()
        .annotate(pile=Value(name, output_field=CharField()))
        .values_list("pile", flat=True)[:MOST]
        for name, rows in piles.items()
    )
    return Counter(first.union(*rest, all=True).order_by() if rest else first)


def in_figures(count: int) -> str:
    return f"{MOST - 1}+" if count >= MOST else str(count)
