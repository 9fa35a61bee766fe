"""What to mind before money is paid out: on the pages, and in the accountants' chat."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from core.clock import TASHKENT
from core.money import som
from finance.models import Payout, ReferralPayoutRequest
from finance.queries.payouts import Standing, has_changed_account, standing_of
from finance.states import PayoutStatus, WithdrawalStatus
from partners.models import AgencyStatus


@dataclass(frozen=True, slots=True)
class Doubt:
    """``short`` in a list, ``text`` where there is room; ``weight`` is danger, warning or info."""

    short: str
    text: str
    weight: str


def doubts_of(row: Any, at: datetime) -> Iterable[Doubt]:
    """Of a withdrawal ``with_doubts``, the weightiest first; nothing is minded once it has ended.

    Its person should be loaded with it.
    """
    if row.status not in (WithdrawalStatus.REQUESTED, WithdrawalStatus.APPROVED):
        return
    if row.balance < 0:
        text = gettext(
            "Refunds have taken the balance to %(balance)s since. Reject it: the money returns, "
            "and the rest pays the debt."
        ) % {"balance": som(row.balance)}
        yield Doubt(gettext("balance below zero"), text, "danger")
    if row.card_sharers:
        text = gettext("Other people have asked for money to this card, too: %(n)s.") % {
            "n": row.card_sharers
        }
        yield Doubt(gettext("card of others: %(n)s") % {"n": row.card_sharers}, text, "danger")
    if not row.user.is_active:
        text = gettext("This person is deactivated.")
        yield Doubt(gettext("deactivated"), text, "danger")
    if row.is_stopped:
        text = gettext("This partner is stopped: he earns nothing more. What he has is still his.")
        yield Doubt(gettext("partner stopped"), text, "warning")
    if cools_down(row, at):
        until = {"until": f"{row.held_until.astimezone(TASHKENT):%d.%m.%Y %H:%M}"}
        text = gettext("The card is new: it is paid to from %(until)s on. Its owner has been told.")
        yield Doubt(gettext("cools down until %(until)s") % until, text % until, "info")


def cools_down(row: ReferralPayoutRequest, at: datetime) -> bool:
    """Whether its card is new and not paid to yet."""
    return row.held_until is not None and at < row.held_until


def payout_doubts(payout: Payout, at: datetime) -> Iterable[Doubt]:
    """Of a payout that waits for a second pair of eyes; its agency should be loaded with it."""
    if payout.status != PayoutStatus.CREATED:
        return
    standing = standing_of(payout.agency, at)
    yield from _hindrances(payout, standing)
    if has_changed_account(payout):
        text = gettext("It goes to another bank account than the payout before: make sure of it.")
        yield Doubt(gettext("another account"), text, "warning")


def _hindrances(payout: Payout, standing: Standing) -> Iterable[Doubt]:
    """Why it cannot be approved as it is."""
    if payout.agency.status == AgencyStatus.BLOCKED:
        text = gettext("The agency is blocked: nothing is paid out to it.")
        yield Doubt(gettext("agency blocked"), text, "danger")
    if standing.details_proposed:
        text = gettext("New payment details of the agency wait for a decision: decide them first.")
        yield Doubt(gettext("new details"), text, "danger")
    if standing.available < payout.amount:
        text = gettext("Only %(available)s is available now: cancel this payout and make another.")
        available = {"available": som(standing.available)}
        yield Doubt(gettext("balance has fallen"), text % available, "danger")
