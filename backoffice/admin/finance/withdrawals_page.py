"""What the page of a withdrawal tells: whose turn it is, what to mind, where the money is from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import COLOURS, change_url, list_url, page_url
from core.clock import TASHKENT
from core.money import som
from finance.models import LedgerEntry, ReferralBonus, ReferralPayoutRequest
from finance.queries.bonus import balance_of, earned_of
from finance.queries.withdrawals import number_of, people_with_card
from finance.services.withdrawal_registers import are_sent_by_hand
from finance.states import WithdrawalStatus
from partners.models import ReferralPartner, User

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Doubt:
    """What to mind before it is approved: ``short`` in the list, ``text`` on the page."""

    short: str
    text: str
    colour: str


def fitting_steps(row: ReferralPayoutRequest, reader: User, at: datetime) -> set[str]:
    """What can be done with it in its state, by this person."""
    if row.user_id == reader.pk:
        return set()
    match row.status:
        case WithdrawalStatus.REQUESTED if _cools(row, at) or row.balance < 0:  # type: ignore[attr-defined]
            return {"reject"}
        case WithdrawalStatus.REQUESTED:
            return {"approve", "reject"}
        case WithdrawalStatus.PROCESSING:
            return {"pay", "fail"}
        case WithdrawalStatus.APPROVED | WithdrawalStatus.PAID:
            return {"fail"}
    return set()


def doubts_of(row: Any, at: datetime) -> Iterable[Doubt]:
    """Of a row ``with_doubts``, the weightiest first; nothing is minded once it has ended."""
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
    if _cools(row, at):
        until = {"until": f"{row.held_until.astimezone(TASHKENT):%d.%m.%Y %H:%M}"}
        text = gettext("The card is new: it is paid to from %(until)s on. Its owner has been told.")
        yield Doubt(gettext("cools down until %(until)s") % until, text % until, "info")


def tell_withdrawal(row: Any, reader: User, at: datetime) -> dict[str, Any]:
    """The page's context."""
    cools = row.status == WithdrawalStatus.REQUESTED and _cools(row, at)
    earned, taken_back = earned_of(row.user_id)
    partner = ReferralPartner.objects.filter(user_id=row.user_id).first()
    bonuses = ReferralBonus.objects.filter(user_id=row.user_id).select_related("booking")
    others = ReferralPayoutRequest.objects.filter(user_id=row.user_id).exclude(pk=row.pk)
    return {
        "withdrawal": row,
        "number": number_of(row),
        "colour": _colour("withdrawal", row),
        "next": _what_next(row, reader, at),
        "left": _time_left(row.held_until - at) if cools else "",
        "doubts": list(doubts_of(row, at)),
        "sharers": [(each, change_url(each)) for each in people_with_card(row)[:SHOWN]]
        if row.card_sharers
        else [],
        "person_url": page_url("partners.user", row.user_id),
        "partner": partner,
        "partner_url": change_url(partner) if partner else "",
        "register_url": change_url(row.register)
        if row.register and reader.has_perm("finance.view_payoutregister")
        else "",
        "balance": balance_of(row.user_id),
        "earned": earned,
        "taken_back": taken_back,
        "bonuses": [
            (each, page_url("sales.booking", each.booking_id), _colour("bonus", each))
            for each in bonuses[:SHOWN]
        ],
        "bonuses_url": list_url("finance.referralbonus", user__id__exact=row.user_id),
        "others": [
            (each, change_url(each), number_of(each), _colour("withdrawal", each))
            for each in others[:SHOWN]
        ],
        "others_url": list_url("finance.referralpayoutrequest", user__id__exact=row.user_id),
        "lines": _lines(row, reader),
        "events": events_of(row, reader),
    }


def _cools(row: ReferralPayoutRequest, at: datetime) -> bool:
    return row.held_until is not None and at < row.held_until


def _time_left(left: timedelta) -> str:
    hours, minutes = divmod(int(left.total_seconds() // 60), 60)
    return gettext("%(hours)s h %(minutes)s min left") % {"hours": hours, "minutes": minutes}


def _colour(kind: str, row: Any) -> str:
    return COLOURS[kind].get(row.status, "plain")


def _lines(row: ReferralPayoutRequest, reader: User) -> list[LedgerEntry]:
    if not reader.has_perm("finance.view_ledgerentry"):
        return []
    rows = LedgerEntry.objects.for_user(reader).filter(transaction__withdrawal_id=row.pk)
    return list(
        rows.order_by("pk").select_related("transaction", "account__agency", "account__user")
    )


def _what_next(row: ReferralPayoutRequest, reader: User, at: datetime) -> str:
    """Whose turn it is."""
    is_by_hand = row.register_id is not None or are_sent_by_hand()
    match row.status:
        case WithdrawalStatus.REQUESTED if row.user_id == reader.pk:
            return gettext("Somebody else has to decide it: it is your own.")
        case WithdrawalStatus.REQUESTED if not _cools(row, at):
            return gettext("An accountant has to approve or reject it.")
        case WithdrawalStatus.APPROVED if is_by_hand:
            return gettext("It waits for a register: choose it in the list and make one.")
        case WithdrawalStatus.APPROVED:
            return gettext("It is handed over to the provider by itself, within minutes.")
        case WithdrawalStatus.PROCESSING if is_by_hand:
            return gettext("The bank has it. Its answer is imported, or written here by hand.")
        case WithdrawalStatus.PROCESSING:
            return gettext("The provider has it, and is asked until it answers.")
    return ""
