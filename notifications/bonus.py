"""Bonus and withdrawals, told to the person whose they are. Of a card, four digits at most."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from core.clock import TASHKENT
from core.models import EventLog
from core.money import som
from finance.models import ReferralBonus, ReferralPayoutRequest
from notifications.services.outbox import Letter, person, put
from notifications.states import Kind
from partners.models import User

WITHDRAWALS = {
    "withdrawal.requested": Kind.WITHDRAWAL_REQUESTED,
    "withdrawal.approved": Kind.WITHDRAWAL_APPROVED,
    "withdrawal.paid": Kind.WITHDRAWAL_PAID,
    "withdrawal.failed": Kind.WITHDRAWAL_FAILED,
    "withdrawal.rejected": Kind.WITHDRAWAL_REJECTED,
    "withdrawal.cancelled": Kind.WITHDRAWAL_CANCELLED,
}
BONUSES = {
    "bonus.earned": Kind.BONUS_EARNED,
    "bonus.matured": Kind.BONUS_MATURED,
    "bonus.reversed": Kind.BONUS_REVERSED,
    "bonus.clawed_back": Kind.BONUS_CLAWED_BACK,
}
GRANTS = {"bonus.granted"}


def tell_of_withdrawal(event: EventLog) -> None:
    """Owe its owner the news of a withdrawal; a new card is told as a warning."""
    withdrawal = ReferralPayoutRequest.objects.select_related("user").get(pk=event.object_id)
    facts = event.details
    kind, until = WITHDRAWALS[event.action], facts.get("until")
    if event.action == "withdrawal.requested" and until:
        kind = Kind.WITHDRAWAL_NEW_CARD
    values = {
        "number": withdrawal.number,
        "card": withdrawal.card,
        "until": f"{_local(until):%d.%m.%Y %H:%M}" if until else "",
        "reference": facts.get("reference", ""),
        "reason": facts.get("reason", ""),
    }
    _owe(kind, event, withdrawal.user, values)


def tell_of_bonus(event: EventLog) -> None:
    """Owe a partner the news of a bonus."""
    bonus = ReferralBonus.objects.select_related("user", "booking").get(pk=event.object_id)
    values = {"code": bonus.booking.code, "day": f"{_local(bonus.available_at):%d.%m.%Y}"}
    _owe(BONUSES[event.action], event, bonus.user, values)


def tell_of_grant(event: EventLog) -> None:
    """Owe a person the news of what staff have given him, or taken."""
    facts = event.details
    was_given = Decimal(facts["amount"]) > 0
    kind = Kind.BONUS_GRANTED if was_given else Kind.BONUS_CORRECTED
    user = User.objects.get(pk=facts["user_id"])
    _owe(kind, event, user, {"reason": facts.get("reason", "")})


def _owe(kind: Kind, event: EventLog, user: User, values: dict[str, Any]) -> None:
    for address in person(user):
        with override(address.language):
            payload = values | {"amount": som(abs(Decimal(event.details["amount"])))}
        put(Letter(kind, f"{event.pk}:{kind}", payload), [address], at=event.timestamp)


def _local(instant: str | datetime) -> datetime:
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return moment.astimezone(TASHKENT)
