"""Payouts and withdrawals that wait for a second pair of eyes, seen alike."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from core.actor import Actor, Source
from core.clock import now
from core.refusals import NotFound, Refusal
from core.services.proposals import check_other_person
from finance.models import Payout, ReferralPayoutRequest
from finance.queries.doubts import Doubt, doubts_of, payout_doubts
from finance.queries.withdrawals import with_doubts
from finance.services.payouts import PayoutMoved, approve_payout
from finance.services.withdrawals import WithdrawalMoved, approve_withdrawal
from finance.states import PayoutStatus, WithdrawalStatus
from notifications.money_cards import CARDS
from notifications.templates import render
from partners.models import Language, User
from partners.roles import require


class Order(StrEnum):
    PAYOUT = "payout"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Way:
    """How an order of one kind is found, named and approved."""

    resource: str
    rows: Callable[[], QuerySet[Any]]
    waits: str
    moved: Callable[[Any], Refusal]
    maker: str
    name: Callable[[Any], str]
    goes_to: Callable[[Any], str]
    doubts: Callable[[Any, datetime], Iterable[Doubt]]
    approve: Callable[[int, Actor], Any]


WAYS = {
    Order.PAYOUT: Way(
        resource="finance.payout",
        rows=lambda: Payout.objects.select_related("agency"),
        waits=PayoutStatus.CREATED,
        moved=PayoutMoved.of,
        maker="created_by_id",
        name=lambda row: f"№{row.pk}",
        goes_to=lambda row: row.agency.name,
        doubts=payout_doubts,
        approve=lambda number, by: approve_payout(payout_id=number, by=by, at=now()),
    ),
    Order.WITHDRAWAL: Way(
        resource="finance.referralpayoutrequest",
        rows=lambda: with_doubts(ReferralPayoutRequest.objects.select_related("user")),
        waits=WithdrawalStatus.REQUESTED,
        moved=WithdrawalMoved.of,
        maker="user_id",
        name=lambda row: row.number,
        goes_to=lambda row: f"{row.card}, {row.user}",
        doubts=doubts_of,
        approve=lambda number, by: approve_withdrawal(withdrawal_id=number, by=by, at=now()),
    ),
}


def waiting_rows(order: Order) -> QuerySet[Any]:
    """The oldest first."""
    return WAYS[order].rows().filter(status=WAYS[order].waits).order_by("pk")


def waiting_row(order: Order, number: int, user: User) -> Any:
    """Refuses with NotAllowed, NotFound and, once it is decided, PayoutMoved or WithdrawalMoved."""
    way = WAYS[order]
    require(user.actor(Source.BOT), way.resource, "approve")
    row = way.rows().filter(pk=number).first()
    if row is None:
        raise NotFound
    if row.status != way.waits:
        raise way.moved(row)
    return row


def askable_row(order: Order, number: int, user: User) -> Any:
    """As ``waiting_row``; refuses with OwnProposal, too: that, the act would refuse anyway."""
    row = waiting_row(order, number, user)
    check_other_person(getattr(row, WAYS[order].maker), user.actor(Source.BOT))
    return row


def card_of(order: Order, number: int) -> tuple[str, str]:
    """What its card says now, in the active language, and its page's address."""
    found = CARDS[order](number, now())
    if found is None:
        raise NotFound
    kind, payload = found
    return render(kind, payload, get_language() or Language.RU), payload["url"]
