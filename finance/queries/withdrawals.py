"""Withdrawals to cards."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from core.fields import MoneyField
from core.money import ZERO
from core.sealed import Secret
from finance.models import Account, ReferralPayoutRequest
from finance.queries.overview import Pile, pile_of
from finance.queries.payouts import LANGUAGE_OF_BANKS
from finance.states import AccountKind, WithdrawalStatus
from partners.models import ReferralPartner, User


def is_new_card(user_id: int, mark: str) -> bool:
    """Whether a card with this mark is another than before: the person has asked for money to other
    cards, and this one was never approved for him. The first card of all is not a changed one."""
    asked = ReferralPayoutRequest.objects.filter(user_id=user_id)
    known = asked.filter(card_mark=mark, approved_at__isnull=False)
    return not known.exists() and asked.exclude(card_mark=mark).exists()


def with_doubts(
    rows: QuerySet[ReferralPayoutRequest],
) -> QuerySet[ReferralPayoutRequest]:
    """Each withdrawal with what to mind of it: ``card_sharers`` other people have asked for money
    to its card, its person's ``balance`` is so much, he ``is_stopped`` as a partner."""
    same_card = ReferralPayoutRequest.objects.filter(card_mark=OuterRef("card_mark")).order_by()
    sharers = (
        same_card.exclude(user_id=OuterRef("user_id"))
        .values("card_mark")
        .annotate(n=Count("user_id", distinct=True))
        .values("n")
    )
    accounts = Account.objects.filter(
        user_id=OuterRef("user_id"), kind=AccountKind.BONUS_AVAILABLE
    ).values("balance")
    stopped = ReferralPartner.objects.filter(user_id=OuterRef("user_id"), is_active=False)
    return rows.annotate(
        card_sharers=Coalesce(Subquery(sharers), Value(0)),
        balance=Coalesce(Subquery(accounts), Value(ZERO), output_field=MoneyField()),
        is_stopped=Exists(stopped),
    )


def people_with_card(withdrawal: ReferralPayoutRequest) -> QuerySet[User]:
    """The other people who have asked for money to the same card."""
    same = ReferralPayoutRequest.objects.filter(card_mark=withdrawal.card_mark)
    return User.objects.filter(pk__in=same.values("user_id")).exclude(pk=withdrawal.user_id)


def waiting_for(rows: QuerySet[Any], user_id: int, at: datetime) -> QuerySet[Any]:
    """Those that the person may decide now: asked for by others, to cards that have cooled down."""
    cooling = Q(held_until__gt=at)
    return rows.filter(status=WithdrawalStatus.REQUESTED).exclude(cooling | Q(user_id=user_id))


def cooling_down(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """Requests to new cards, which are not paid to yet."""
    return rows.filter(status=WithdrawalStatus.REQUESTED, held_until__gt=at)


def withdrawals_waiting() -> Pile:
    """Requests that wait for a second pair of eyes."""
    return pile_of(ReferralPayoutRequest.objects.filter(status=WithdrawalStatus.REQUESTED))


def withdrawals_to_send() -> Pile:
    """Approved ones that nobody has handed over yet."""
    return pile_of(ReferralPayoutRequest.objects.filter(status=WithdrawalStatus.APPROVED))


# --- what who pays it out is told


@dataclass(frozen=True, slots=True)
class ToCard:
    """A withdrawal as a bank or a provider takes it, the purpose in Russian."""

    number: str
    key: str
    holder: str
    card: Secret
    system: str
    amount: Decimal
    purpose: str


@sensitive_variables()
def order_of(withdrawal: ReferralPayoutRequest) -> ToCard:
    """The order; its person should be loaded with it. Raises CannotOpen."""
    with translation.override(LANGUAGE_OF_BANKS):
        purpose = _("Bonus of a referral partner, withdrawal No. %(number)s") % {
            "number": withdrawal.number
        }
    return ToCard(
        number=withdrawal.number,
        key=str(withdrawal.key),
        holder=str(withdrawal.user),
        card=withdrawal.open_card(),
        system=withdrawal.card_system,
        amount=withdrawal.amount,
        purpose=purpose,
    )
