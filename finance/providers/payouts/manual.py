"""Registers as files: an accountant uploads one, and imports what the bank answers."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from core.money import ZERO
from core.papers.csv import is_risky
from core.papers.xlsx import Cell, Column, Sheet, write_xlsx
from finance.cards import CardSystem
from finance.providers.payouts import AccountOrder, Answer, CardOrder, Order

# Banks read Russian.
LANGUAGE = "ru"


class ManualRegister[Kind: Order]:
    """Nothing is sent by itself, and nobody can be asked: people do both with files.

    The sum stands in the last column but one, before the purpose.
    """

    # What the sheet is, with the place of its number; what there are so many of.
    title: Any
    counted: Any

    def hand_over(self, register: str, orders: Sequence[Kind]) -> list[Answer]:
        return []

    def look_up(self, key: str) -> Answer | None:
        return None

    def columns(self) -> list[Column]:
        raise NotImplementedError

    def cells(self, order: Kind) -> list[Cell]:
        """In the order of the columns."""
        raise NotImplementedError

    @sensitive_variables()
    def csv(self, register: str, orders: Sequence[Kind]) -> bytes:
        """UTF-8 with its mark, by which Excel knows Cyrillic; the total is the last line."""
        file = StringIO(newline="")
        writer = csv.writer(file, delimiter=";")
        with translation.override(LANGUAGE):
            titles = [column.title for column in self.columns()]
            writer.writerow(titles)
            for order in orders:
                writer.writerow(_guarded(cell) for cell in self.cells(order))
            empty = [""] * (len(titles) - 4)
            writer.writerow([_("Total"), len(orders), *empty, f"{_total(orders):.2f}", ""])
        return file.getvalue().encode("utf-8-sig")

    @sensitive_variables()
    def xlsx(self, register: str, orders: Sequence[Kind]) -> bytes:
        """A sheet to be printed, signed and uploaded."""
        with translation.override(LANGUAGE):
            return write_xlsx(
                Sheet(
                    title=str(self.title) % {"number": register},
                    columns=self.columns(),
                    rows=[self.cells(order) for order in orders],
                    totals=[
                        (str(self.counted), str(len(orders))),
                        (_("Total, UZS"), f"{_total(orders):,.2f}".replace(",", " ")),
                    ],
                )
            )


class AccountRegister(ManualRegister[AccountOrder]):
    """Payouts to agencies' bank accounts."""

    title = gettext_lazy("Register of payouts %(number)s")
    counted = gettext_lazy("Payouts")

    def columns(self) -> list[Column]:
        return [
            Column(_("Payout number"), 12),
            Column(_("Payee"), 28),
            Column(_("INN"), 12),
            Column(_("Bank"), 26),
            Column(_("MFO"), 8),
            Column(_("Account"), 24),
            Column(_("Amount, UZS"), 16),
            Column(_("Purpose of payment"), 60),
        ]

    def cells(self, order: AccountOrder) -> list[Cell]:
        return [
            order.number,
            order.payee,
            order.tax_id,
            order.bank,
            order.mfo,
            order.account,
            order.amount,
            order.purpose,
        ]


class CardRegister(ManualRegister[CardOrder]):
    """Withdrawals to cards. Here alone a card number is written out."""

    title = gettext_lazy("Register of withdrawals to cards %(number)s")
    counted = gettext_lazy("Withdrawals")

    def columns(self) -> list[Column]:
        return [
            Column(_("Order number"), 12),
            Column(_("Cardholder"), 30),
            Column(_("Card number"), 22),
            Column(_("Card of"), 10),
            Column(_("Amount, UZS"), 16),
            Column(_("Purpose of payment"), 50),
        ]

    @sensitive_variables()
    def cells(self, order: CardOrder) -> list[Cell]:
        return [
            order.number,
            order.holder,
            order.card.reveal(),
            str(CardSystem(order.system).label),
            order.amount,
            order.purpose,
        ]


def _total(orders: Sequence[Order]) -> Decimal:
    return sum((order.amount for order in orders), ZERO)


def _guarded(cell: Cell) -> str:
    """A text that no spreadsheet calculates. Numbers stay bare: the bank reads accounts by them."""
    text = str(cell)
    return f"'{text}" if is_risky(text) else text
