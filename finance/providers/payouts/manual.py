"""The register as a file: an accountant uploads it, and imports what the bank answers."""

import csv
from collections.abc import Sequence
from io import StringIO

from django.utils import translation
from django.utils.translation import gettext as _

from core.money import ZERO
from core.papers.xlsx import Cell, Column, Sheet, write_xlsx
from finance.providers.payouts import Answer, Order

# Banks read Russian.
LANGUAGE = "ru"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ManualRegister:
    """Nothing is sent by itself, and nobody can be asked: people do both with files."""

    def hand_over(self, register: str, orders: Sequence[Order]) -> list[Answer]:
        return []

    def look_up(self, number: str) -> Answer | None:
        return None

    def csv(self, register: str, orders: Sequence[Order]) -> bytes:
        """UTF-8 with its mark, by which Excel knows Cyrillic; the total is the last line."""
        file = StringIO(newline="")
        writer = csv.writer(file, delimiter=";")
        with translation.override(LANGUAGE):
            writer.writerow(column.title for column in _columns())
            for order in orders:
                writer.writerow(_guarded(cell) for cell in _cells(order))
            total = sum((order.amount for order in orders), ZERO)
            writer.writerow([_("Total"), len(orders), "", "", "", "", f"{total:.2f}", ""])
        return file.getvalue().encode("utf-8-sig")

    def xlsx(self, register: str, orders: Sequence[Order]) -> bytes:
        """A sheet to be printed, signed and uploaded."""
        total = sum((order.amount for order in orders), ZERO)
        with translation.override(LANGUAGE):
            return write_xlsx(
                Sheet(
                    title=_("Register of payouts %(number)s") % {"number": register},
                    columns=_columns(),
                    rows=[_cells(order) for order in orders],
                    totals=[
                        (_("Payouts"), str(len(orders))),
                        (_("Total, UZS"), f"{total:,.2f}".replace(",", " ")),
                    ],
                )
            )


def _columns() -> list[Column]:
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


def _cells(order: Order) -> list[Cell]:
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


def _guarded(cell: Cell) -> str:
    """A text that no spreadsheet program takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
