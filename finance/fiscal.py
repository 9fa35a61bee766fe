"""What a fiscal receipt lists: pure arithmetic, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import HUNDRED, ZERO


@dataclass(frozen=True, slots=True)
class ReceiptCodes:
    """The tax committee's codes of a service: MXIK, its package, and the VAT in per cent."""

    mxik: str
    package: str
    vat_percent: int


@dataclass(frozen=True, slots=True)
class Item:
    """``count`` units at ``price`` UZS each."""

    title: str
    price: Decimal
    count: int

    @property
    def total(self) -> Decimal:
        return self.price * self.count


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A line of the receipt; ``discount`` is of the whole line, UZS."""

    title: str
    price: Decimal
    count: int
    discount: Decimal
    mxik: str
    package: str
    vat_percent: int

    @property
    def net(self) -> Decimal:
        return self.price * self.count - self.discount


def receipt_of(items: Sequence[Item], *, paid: Decimal, codes: ReceiptCodes) -> list[ReceiptLine]:
    """The lines of a receipt of ``paid`` UZS: what the items cost beyond it is their discount.

    Items that cost nothing have no line. The nets add up to ``paid``, which the items cost at
    least.
    """
    priced = [item for item in items if item.total]
    discounts = spread(sum((i.total for i in priced), ZERO) - paid, [i.total for i in priced])
    return [
        ReceiptLine(
            title=item.title,
            price=item.price,
            count=item.count,
            discount=discount,
            mxik=codes.mxik,
            package=codes.package,
            vat_percent=codes.vat_percent,
        )
        for item, discount in zip(priced, discounts, strict=True)
    ]


def spread(discount: Decimal, totals: Sequence[Decimal]) -> list[Decimal]:
    """``discount`` over lines of ``totals`` in proportion, to the tiyin.

    Each share is rounded down; the odd tiyin go one by one to the lines that lost most by it, of
    equal ones to the earlier. No share exceeds its line.
    """
    tiyin = int(discount * HUNDRED)
    lines = [int(total * HUNDRED) for total in totals]
    whole = sum(lines)
    if not 0 <= tiyin <= whole:
        raise ValueError(f"A discount of {discount} on lines of {totals}.")
    if not whole:
        return [ZERO for _ in lines]
    shares = [tiyin * line // whole for line in lines]
    lost = sorted(range(len(lines)), key=lambda n: (-(tiyin * lines[n] % whole), n))
    for n in lost[: tiyin - sum(shares)]:
        shares[n] += 1
    return [Decimal(share) / HUNDRED for share in shares]
