"""What the platform pays back and out, approved by the dozen: each by a decision of its own."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.admin.act_form import reason_field
from backoffice.admin.bulk import Bulk, Together
from core.money import ZERO, som
from finance.models import Payout, ReferralPayoutRequest, Refund
from finance.services.payouts import approve_payout
from finance.services.refund import approve_refund
from finance.services.withdrawal_registers import are_sent_by_hand, send_withdrawals
from finance.services.withdrawals import approve_withdrawal, reject_withdrawal


def _together(rows: Sequence[Any]) -> list[str]:
    total = sum((row.amount for row in rows), ZERO)
    return [gettext("Together: %(amount)s.") % {"amount": som(total)}] if len(rows) > 1 else []


def _on_approval() -> str:
    told = gettext("Each person is told. The money left his balance when he asked.")
    if are_sent_by_hand():
        return f"{told} " + gettext(
            "It waits for a register, and can be called off until it is paid."
        )
    return f"{told} " + gettext("The provider is then asked to pay it to the card, by itself.")


class ReasonForm(forms.Form):
    reason = reason_field(_("Reason"), _("Each of them is told."))


def _booked(refund: Refund) -> str:
    return f"{refund.payment.booking.code} · {refund.payment.booking.user}"


def _refund(refund: Refund) -> str:
    return f"{som(refund.amount)} · {refund.get_method_display()} · {refund.get_status_display()}"


def _payout(payout: Payout) -> str:
    return f"{som(payout.amount)} · {payout.get_status_display()}"


def _withdrawal(row: ReferralPayoutRequest) -> str:
    return f"{som(row.amount)} · {row.card} · {row.get_status_display()}"


REFUNDS = Bulk(
    title=_("Approve the selected refunds"),
    lead=lambda: gettext(
        "Each refund is then to be carried out. No money moves and nobody is told by this; an "
        "approval can be taken back by rejecting the refund before it is sent."
    ),
    button=_("Approve"),
    done=_("approved"),
    act=lambda row: partial(approve_refund, refund_id=row.pk),
    name=_booked,
    note=_refund,
    heed=_together,
)
PAYOUTS = Bulk(
    title=_("Approve the selected payouts"),
    lead=lambda: gettext(
        "Each amount leaves its agency's balance and waits for a register to the bank; the "
        "agency's bank details stay as they are now. Until the bank has it, it can be called off."
    ),
    button=_("Approve"),
    done=_("approved"),
    act=lambda row: partial(approve_payout, payout_id=row.pk),
    note=_payout,
    heed=_together,
)
WITHDRAWALS = Bulk(
    title=_("Approve the selected withdrawals"),
    lead=_on_approval,
    button=_("Approve"),
    done=_("approved"),
    act=lambda row: partial(approve_withdrawal, withdrawal_id=row.pk),
    note=_withdrawal,
    heed=_together,
)
REJECTED_WITHDRAWALS = Bulk(
    title=_("Reject the selected withdrawals"),
    lead=lambda: gettext(
        "The money returns to each person's balance, and he is told the reason. He can ask anew."
    ),
    button=_("Reject"),
    done=_("rejected"),
    act=lambda row: partial(reject_withdrawal, withdrawal_id=row.pk),
    form=ReasonForm,
    note=_withdrawal,
    heed=_together,
    is_dangerous=True,
)
REGISTER = Together(
    title=_("Make a register of the selected withdrawals"),
    lead=lambda: gettext(
        "One register of all of them is made, to be downloaded and sent; they count as sent from "
        "then on. Nothing is paid by this."
    ),
    button=_("Make the register"),
    act=lambda ids: partial(send_withdrawals, withdrawal_ids=ids),
    done=lambda register: gettext("Register %(number)s is made.") % {"number": register},
    note=_withdrawal,
    heed=_together,
)
