"""Registers of withdrawals: handed to the bank together, with the cards they go to."""

from collections.abc import Collection
from datetime import datetime
from operator import attrgetter

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.money import ZERO
from core.refusals import Conflict, NotFound
from core.sealed import CannotOpen
from core.services.events import record
from core.services.proposals import check_other_person
from finance.models import PayoutRegister, ReferralPayoutRequest
from finance.models.payout import CARDS
from finance.models.withdrawal import PREFIX
from finance.papers.results import Numbers
from finance.queries.withdrawals import ToCard, order_of
from finance.services.registers import NothingToSend, lock_chosen, new_register, number_alone
from finance.services.results import OrderKind
from finance.services.withdrawals import WithdrawalMoved, fail_withdrawal, pay_withdrawal
from finance.states import WithdrawalStatus
from partners.roles import require


class NoWithdrawalsToSend(NothingToSend):
    message = _("Choose withdrawals that are approved.")


class SentByThemselves(Conflict):
    message = _("Withdrawals are handed over to the provider by themselves: they need no register.")


class CardsForgotten(Conflict):
    message = _("The register is settled: the card numbers are erased, and there is no file.")


class CardDoesNotOpen(Conflict):
    message = _(
        "The card of withdrawal {number} cannot be read: the key it was encrypted with is missing. "
        "No file is made until the key is back or the withdrawal is called off."
    )


class UnknownWithdrawal(NotFound):
    message = _("There is no withdrawal with this number.")


def are_sent_by_hand() -> bool:
    """Whether people carry withdrawals to the bank, for want of a provider that can be asked."""
    return not settings.PAYOUT_API_URL


@act
def send_withdrawals(*, withdrawal_ids: Collection[int], by: Actor, at: datetime) -> PayoutRegister:
    """Hand approved withdrawals to the bank together, under a number of the day.

    Refuses with NotAllowed, SentByThemselves, NoWithdrawalsToSend, NotFound, OwnProposal and
    WithdrawalMoved; then none is sent.
    """
    require(by, "finance.referralpayoutrequest", "send")
    number_alone()
    withdrawals = lock_chosen(ReferralPayoutRequest.objects.all(), withdrawal_ids)

    if not are_sent_by_hand():
        raise SentByThemselves
    if not withdrawals:
        raise NoWithdrawalsToSend
    for withdrawal in withdrawals:
        check_other_person(withdrawal.user_id, by)
        if withdrawal.status != WithdrawalStatus.APPROVED:
            raise WithdrawalMoved.of(withdrawal)

    register = new_register(CARDS, by, at)
    for withdrawal in withdrawals:
        withdrawal.send(at=at, register_id=register.pk)
        withdrawal.save()
        record(
            "withdrawal.sent",
            withdrawal,
            by=by,
            at=at,
            amount=withdrawal.amount,
            card=withdrawal.card,
            register=register.number,
        )

    total = sum((withdrawal.amount for withdrawal in withdrawals), ZERO)
    record("payout_register.made", register, by=by, at=at, amount=total, payouts=len(withdrawals))
    return register


@act
@sensitive_variables()
def show_cards(*, register_id: int, by: Actor, at: datetime) -> list[ToCard]:
    """The orders of a register that are not settled yet, with their cards, for its file; who took
    them is written down. Nothing changes.

    Refuses with NotFound, NotAllowed, CardsForgotten and CardDoesNotOpen.
    """
    register = lock_row(PayoutRegister, pk=register_id)

    require(by, "finance.referralpayoutrequest", "send")
    withdrawals = list(
        register.withdrawals.filter(status=WithdrawalStatus.PROCESSING)  # type: ignore[attr-defined]
        .select_related("user")
        .order_by("pk")
    )
    if not withdrawals:
        raise CardsForgotten
    orders = [_open(withdrawal) for withdrawal in withdrawals]

    total = sum((order.amount for order in orders), ZERO)
    record(
        "withdrawal.cards_shown",
        register,
        by=by,
        at=at,
        register=register.number,
        amount=total,
        withdrawals=len(orders),
    )
    return orders


def _open(withdrawal: ReferralPayoutRequest) -> ToCard:
    try:
        return order_of(withdrawal)
    except CannotOpen:
        raise CardDoesNotOpen(number=withdrawal.number) from None


# --- what the bank answers


WITHDRAWALS: OrderKind[ReferralPayoutRequest] = OrderKind(
    numbers=Numbers(PREFIX, _("“%(text)s” is no number of a withdrawal: those begin with W-.")),
    resource="finance.referralpayoutrequest",
    rows=lambda: ReferralPayoutRequest.objects.select_related("user", "register"),
    sent=WithdrawalStatus.PROCESSING,
    paid=WithdrawalStatus.PAID,
    failed=WithdrawalStatus.FAILED,
    reference_of=attrgetter("provider_reference"),
    unknown=UnknownWithdrawal,
    moved=WithdrawalMoved.of,
    pay=lambda pk, **how: pay_withdrawal(withdrawal_id=pk, **how),
    fail=lambda pk, **how: fail_withdrawal(withdrawal_id=pk, **how),
    check=lambda withdrawal, by: check_other_person(withdrawal.user_id, by),
)
