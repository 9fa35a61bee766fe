"""The daily proof of the books, told to the accountants' chat."""

from datetime import date
from decimal import Decimal
from typing import Any

from constance import config
from django.utils.translation import override

from core.models import EventLog
from core.money import som
from notifications.services.outbox import Address, Letter, put
from notifications.states import Kind
from partners.models import Language

TOLD_PROOFS = {"books.proved": Kind.BOOKS_PROVED, "books.broken": Kind.BOOKS_BROKEN}
AMOUNTS = ("takings", "commission", "payouts_sum", "withdrawals_sum")


def tell_accountants(event: EventLog) -> None:
    """Owe the proof to the chat that the settings name, in Russian; once a day and outcome."""
    chat_id = config.ACCOUNTANTS_CHAT_ID
    if not chat_id:
        return
    kind = TOLD_PROOFS[event.action]
    with override(Language.RU):
        payload = _values(event.details)
    letter = Letter(kind=kind, dedupe=f"books:{payload['day']}:{kind}", payload=payload)
    put(letter, [Address(None, chat_id, Language.RU)], at=event.timestamp)


def _values(details: dict[str, Any]) -> dict[str, Any]:
    return {
        **details,
        **{name: som(Decimal(details[name])) for name in AMOUNTS},
        "day": f"{date.fromisoformat(details['day']):%d.%m.%Y}",
        "faults": "\n".join(f"\u2022 {fault}" for fault in details["faults"]),
    }
