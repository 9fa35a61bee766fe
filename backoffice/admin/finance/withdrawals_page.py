"""What the page of a withdrawal tells: whose turn it is, what to mind, where the money is from."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import COLOURS, change_url, list_url, page_url
from finance.models import LedgerEntry, ReferralBonus, ReferralPayoutRequest
from finance.queries.bonus import balance_of, earned_of
from finance.queries.doubts import cools_down, doubts_of
from finance.queries.withdrawals import people_with_card
from finance.services.withdrawal_registers import are_sent_by_hand
from finance.states import WithdrawalStatus
from partners.models import ReferralPartner, User

SHOWN = 5


def fitting_steps(row: ReferralPayoutRequest, reader: User, at: datetime) -> set[str]:
    """What can be done with it in its state, by this person."""
    if row.user_id == reader.pk:
        return set()
    match row.status:
        case WithdrawalStatus.REQUESTED if cools_down(row, at) or row.balance < 0:  # type: ignore[attr-defined]
            return {"reject"}
        case WithdrawalStatus.REQUESTED:
            return {"approve", "reject"}
        case WithdrawalStatus.PROCESSING:
            return {"pay", "fail"}
        case WithdrawalStatus.APPROVED | WithdrawalStatus.PAID:
            return {"fail"}
    return set()


def tell_withdrawal(row: Any, reader: User, at: datetime) -> dict[str, Any]:
    """The page's context."""
    cools = row.status == WithdrawalStatus.REQUESTED and cools_down(row, at)
    earned, taken_back = earned_of(row.user_id)
    partner = ReferralPartner.objects.filter(user_id=row.user_id).first()
    bonuses = ReferralBonus.objects.filter(user_id=row.user_id).select_related("booking")
    others = ReferralPayoutRequest.objects.filter(user_id=row.user_id).exclude(pk=row.pk)
    return {
        "withdrawal": row,
        "number": row.number,
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
            (each, change_url(each), each.number, _colour("withdrawal", each))
            for each in others[:SHOWN]
        ],
        "others_url": list_url("finance.referralpayoutrequest", user__id__exact=row.user_id),
        "lines": _lines(row, reader),
        "events": events_of(row, reader),
    }


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
        case WithdrawalStatus.REQUESTED if not cools_down(row, at):
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
