"""Money that waits for a second pair of eyes: cards in the accountants' chat, and their last words.

What a card says is read off the database whenever it is made: the bot shows it anew when somebody
asks what he would approve.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from constance import config
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import EventLog
from core.money import som
from finance.models import Payout, ReferralPayoutRequest
from finance.queries.doubts import Doubt, doubts_of, payout_doubts
from finance.queries.withdrawals import with_doubts
from finance.states import PayoutStatus, WithdrawalStatus
from notifications.booking_words import hour_of
from notifications.services.cards import close_cards
from notifications.services.outbox import Address, Letter, put
from notifications.states import Kind
from partners.models import Language, User

ASKED = {"withdrawal.requested", "payout.created"}
ENDED: dict[str, Callable[[str], str]] = {
    "withdrawal.approved": lambda reason: _("✅ Approved"),
    "withdrawal.rejected": lambda reason: _("❌ Rejected: {reason}").format(reason=reason),
    "withdrawal.cancelled": lambda reason: _("Called off by its owner"),
    "payout.approved": lambda reason: _("✅ Approved"),
    "payout.cancelled": lambda reason: _("Cancelled: {reason}").format(reason=reason),
}


def ask_accountants(event: EventLog) -> None:
    """Owe the card to the chat that the settings name; what is decided already needs none."""
    chat_id = config.ACCOUNTANTS_CHAT_ID
    if not chat_id:
        return
    subject = _subject(event)
    with override(Language.RU):
        card = CARDS[subject.partition(":")[0]](event.object_id, event.timestamp)
    if card is None:
        return
    kind, payload = card
    letter = Letter(kind=kind, dedupe=f"{subject}:{kind}", payload=payload, subject=subject)
    put(letter, [Address(None, chat_id, Language.RU)], at=event.timestamp)


def close_money_card(event: EventLog) -> None:
    """Every copy shows how it ended, and by whom."""
    reason = event.details.get("reason", "")

    def outcome(language: str) -> str:
        with override(language):
            return f"{ENDED[event.action](reason)} ({signature(event)})"

    close_cards(_subject(event), event, outcome)


def signature(event: EventLog) -> str:
    """Who did it, and when."""
    who = User.objects.filter(pk=event.user_id).first()
    return ", ".join(filter(None, (str(who or ""), hour_of(event.timestamp.isoformat()))))


def _subject(event: EventLog) -> str:
    return f"{event.action.partition('.')[0]}:{event.object_id}"


# --- what a card says, in the active language

Card = tuple[Kind, dict[str, Any]]


def withdrawal_card(number: int, at: datetime) -> Card | None:
    """None when it waits no longer."""
    rows = with_doubts(ReferralPayoutRequest.objects.filter(status=WithdrawalStatus.REQUESTED))
    row = rows.select_related("user").filter(pk=number).first()
    if row is None:
        return None
    return Kind.WITHDRAWAL_WAITS, {
        "withdrawal": row.pk,
        "number": row.number,
        "amount": som(row.amount),
        "card": row.card,
        "person": str(row.user),
        "doubts": _told(doubts_of(row, at)),
        "url": f"{settings.BACKOFFICE_URL}/admin/finance/referralpayoutrequest/{row.pk}/change/",
    }


def payout_card(number: int, at: datetime) -> Card | None:
    """None when it waits no longer."""
    rows = Payout.objects.filter(status=PayoutStatus.CREATED)
    row = rows.select_related("agency", "created_by").filter(pk=number).first()
    if row is None:
        return None
    return Kind.PAYOUT_WAITS, {
        "payout": row.pk,
        "number": row.pk,
        "amount": som(row.amount),
        "agency": row.agency.name,
        "person": f"{row.created_by} ({row.get_source_display()})",
        "period": f"{row.period_start:%d.%m.%Y} – {row.period_end:%d.%m.%Y}",
        "doubts": _told(payout_doubts(row, at)),
        "url": f"{settings.BACKOFFICE_URL}/admin/finance/payout/{row.pk}/change/",
    }


def _told(doubts: Iterable[Doubt]) -> str:
    return "\n".join(f"⚠️ {doubt.text}" for doubt in doubts)


CARDS: dict[str, Callable[[int, datetime], Card | None]] = {
    "withdrawal": withdrawal_card,
    "payout": payout_card,
}
