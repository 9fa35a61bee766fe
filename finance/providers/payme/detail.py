"""``detail``: what a fiscal receipt lists, as Payme takes it."""

from collections.abc import Iterable
from typing import Any

from finance.fiscal import ReceiptLine
from finance.providers.payme.protocol import to_tiyin

SALE = 0
LONGEST_TITLE = 120


def detail_of(lines: Iterable[ReceiptLine]) -> dict[str, Any]:
    """The lines in tiyin; the sum of price x count - discount is the payment's amount."""
    return {"receipt_type": SALE, "items": [_item(line) for line in lines]}


def _item(line: ReceiptLine) -> dict[str, Any]:
    return {
        "title": line.title[:LONGEST_TITLE],
        "price": to_tiyin(line.price),
        "count": line.count,
        "discount": to_tiyin(line.discount),
        "code": line.mxik,
        "package_code": line.package,
        "vat_percent": line.vat_percent,
    }
