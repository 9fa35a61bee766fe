"""How money owed reaches the bank: the interface, and the register that people carry.

A provider is handed orders under the number of their register, after the register is committed and
outside of any transaction. An order's ``key`` is our row's own: the other side knows it by that, so
that a repeat is a repeat. Where the answer to ``hand_over`` is lost, the order is looked up before
it is handed over again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from core.sealed import Secret


class Order(Protocol):
    """A payment to be made, UZS. ``number`` is ours as people write it."""

    @property
    def number(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def purpose(self) -> str: ...


class AccountOrder(Order, Protocol):
    """To an agency's bank account (``finance.queries.payouts.BankOrder``)."""

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


class CardOrder(Order, Protocol):
    """To a person's card (``finance.queries.withdrawals.ToCard``). ``system`` is a CardSystem; the
    number is revealed where it is written, and nowhere before."""

    @property
    def holder(self) -> str: ...
    @property
    def card(self) -> Secret: ...
    @property
    def system(self) -> str: ...


class State(StrEnum):
    """What the other side knows of an order."""

    UNKNOWN = "unknown"  # never arrived: it may be handed over
    ACCEPTED = "accepted"  # on its way
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """``key`` is the order's; ``reference`` the other side's number of a paid order, ``reason`` why
    one failed."""

    key: str
    state: State
    reference: str = ""
    reason: str = ""


class PayoutProvider[Kind: Order](Protocol):
    """The other side, for orders of a kind. Both calls may raise OSError (no answer): then nothing
    is known."""

    def hand_over(self, register: str, orders: Sequence[Kind]) -> list[Answer]:
        """Give the orders away; an answer for each of which something is known at once."""
        ...

    def look_up(self, key: str) -> Answer | None:
        """What became of an order; None when this provider cannot be asked."""
        ...
