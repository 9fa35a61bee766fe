"""How payouts reach the bank: the interface, and the register that people carry.

A provider is handed orders under the number of their register, after the register is committed and
outside of any transaction. An order's ``number`` is our payout's id: it is the key for the other
side, so that a repeat is a repeat. Where the answer to ``hand_over`` is lost, the order is looked
up before it is handed over again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Order(Protocol):
    """A payment to be made, UZS (``finance.queries.payouts.BankOrder``)."""

    @property
    def number(self) -> str: ...
    @property
    def payee(self) -> str: ...
    @property
    def tax_id(self) -> str: ...
    @property
    def bank(self) -> str: ...
    @property
    def mfo(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def purpose(self) -> str: ...


class State(StrEnum):
    """What the other side knows of an order."""

    UNKNOWN = "unknown"  # never arrived: it may be handed over
    ACCEPTED = "accepted"  # on its way
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """``reference`` is the bank's number of a paid order, ``reason`` why one failed."""

    number: str
    state: State
    reference: str = ""
    reason: str = ""


class PayoutProvider(Protocol):
    """The other side. Both calls may raise OSError (no answer): then nothing is known."""

    def hand_over(self, register: str, orders: Sequence[Order]) -> list[Answer]:
        """Give the orders to the bank; an answer for each of which something is known at once."""
        ...

    def look_up(self, number: str) -> Answer | None:
        """What became of an order; None when this provider cannot be asked."""
        ...
