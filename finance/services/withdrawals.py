"""Bonus to a card: its owner asks, somebody else approves, a provider carries it out.

The money leaves the balance at the request, so that it is spent once; whatever ends otherwise than
paid brings it back. Lock order: withdrawal before accounts.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from constance import config
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from core.actor import Actor
from core.acts import act
from core.clock import TASHKENT
from core.locks import lock_row
from core.money import ZERO, som
from core.refusals import Conflict, Invalid, NotAllowed, NotFound
from core.sealed import Secret
from core.services.events import record
from core.services.proposals import check_other_person
from finance.cards import read_card
from finance.models import AccountingTransaction, ReferralPayoutRequest
from finance.models.withdrawal import mark_of
from finance.queries.withdrawals import is_new_card
from finance.services.bonus import BonusInsufficient
from finance.services.locks import lock_accounts
from finance.services.post import About, Line, account_of, mirror, post
from finance.services.withdrawal_orders import by_hand_from
from finance.states import OPEN_WITHDRAWALS, AccountKind, JournalType, WithdrawalStatus
from partners.models import ReferralPartner, User
from partners.roles import Role, require


class PartnersOnly(NotAllowed):
    message = _("Withdrawals are for referral partners: become one first.")


class WithdrawalOpen(Conflict):
    code = "payout_open"
    message = _("Withdrawal {number} is not finished yet.")


class WithdrawalBelowMinimum(Conflict):
    code = "below_minimum"
    message = _("A withdrawal is {minimum} at least.")
    field = "amount"


class WithdrawalInsufficient(BonusInsufficient):
    field = "amount"


class WithdrawalMoved(Conflict):
    code = "invalid_transition"
    message = _("Withdrawal {number} is “{status}”: this cannot be done with it now.")
    for_good = True

    @classmethod
    def of(cls, withdrawal: ReferralPayoutRequest) -> "WithdrawalMoved":
        return cls(number=withdrawal.number, status=withdrawal.get_status_display())


class CardCoolsDown(Conflict):
    message = _("The card is new: it is paid to from {until} on, unless its owner objects.")


class ProviderHasIt(Conflict):
    """Ended by hand, it would be paid twice."""

    message = _("The provider has accepted it and says itself what becomes of it.")


class ProviderStillAsked(Conflict):
    """It may be paid yet: ended by hand, it would be paid and given back."""

    message = _("The provider is being asked what became of it: end it by hand from {until} on.")


class BonusInDebt(Conflict):
    """Refunds have taken back more than he had left: the debt is paid first."""

    message = _("The balance has fallen to {balance} since: reject it, and the rest nets the debt.")


class PersonDeactivated(Conflict):
    message = _("This person is deactivated.")


class NoReference(Invalid):
    message = _("Give the number under which it was paid.")
    field = "reference"


class WhyEndWithdrawal(Invalid):
    message = _("Say why.")
    field = "reason"


@act
@sensitive_variables("card_number", "card")
def ask_withdrawal(
    *, amount: Decimal, card_number: Secret, by: Actor, at: datetime
) -> ReferralPayoutRequest:
    """Ask for ``amount`` UZS of one's bonus to a card; it leaves the balance at once.

    A card other than before is paid to CARD_COOLDOWN_HOURS later. The caller has checked that
    Telegram vouched for the person just now. Refuses with PartnersOnly, CardMalformed,
    CardMistyped, CardUnknown, WithdrawalOpen, WithdrawalBelowMinimum and WithdrawalInsufficient.
    """
    user_id = by.person_id
    if not ReferralPartner.objects.filter(user_id=user_id).exists():
        raise PartnersOnly
    card, system = read_card(card_number)
    account_id = account_of(AccountKind.BONUS_AVAILABLE, user_id=user_id).pk
    available = lock_accounts([account_id])[account_id].balance

    _check_amount(amount, available, user_id)
    hours = timedelta(hours=config.CARD_COOLDOWN_HOURS)
    held_until = at + hours if is_new_card(user_id, mark_of(card)) and hours else None

    withdrawal = ReferralPayoutRequest(
        user_id=user_id,
        amount=amount,
        card_system=system,
        created_at=at,
        held_until=held_until,
    )
    withdrawal.keep_card(card)
    withdrawal.save()

    lines = [
        Line(AccountKind.BONUS_AVAILABLE, debit=amount, user_id=user_id),
        Line(AccountKind.PAYOUTS_IN_TRANSIT, credit=amount),
    ]
    post(JournalType.PAYOUT, lines, about=_about(withdrawal), by=by, at=at)

    _record("withdrawal.requested", withdrawal, by, at, until=held_until)
    return withdrawal


def _check_amount(amount: Decimal, available: Decimal, user_id: int) -> None:
    """The person's account is locked: nobody else asks beside him."""
    is_open = ReferralPayoutRequest.objects.filter(user_id=user_id, status__in=OPEN_WITHDRAWALS)
    if (open_one := is_open.first()) is not None:
        raise WithdrawalOpen(number=open_one.number)
    if amount < config.MINIMUM_WITHDRAWAL:
        raise WithdrawalBelowMinimum(minimum=som(Decimal(config.MINIMUM_WITHDRAWAL)))
    if amount > available:
        raise WithdrawalInsufficient.with_balance(available)


@act
def cancel_withdrawal(*, withdrawal_id: int, by: Actor, at: datetime) -> ReferralPayoutRequest:
    """Its owner takes it back before it is approved; the money is his again. What he has cancelled
    already stays so. Refuses with NotFound (also another's) and WithdrawalMoved."""
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)

    if withdrawal.user_id != by.person_id:
        raise NotFound
    if withdrawal.status == WithdrawalStatus.CANCELLED:
        return withdrawal
    if withdrawal.status != WithdrawalStatus.REQUESTED:
        raise WithdrawalMoved.of(withdrawal)

    withdrawal.cancel(at=at)
    withdrawal.save()

    _bring_back(withdrawal, by, at)

    _record("withdrawal.cancelled", withdrawal, by, at)
    return withdrawal


@act
def approve_withdrawal(*, withdrawal_id: int, by: Actor, at: datetime) -> ReferralPayoutRequest:
    """The second pair of eyes agrees: it may be handed over.

    Refuses with NotFound, NotAllowed, WithdrawalMoved, OwnProposal, PersonDeactivated,
    CardCoolsDown and BonusInDebt.
    """
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)
    account_id = account_of(AccountKind.BONUS_AVAILABLE, user_id=withdrawal.user_id).pk
    balance = lock_accounts([account_id])[account_id].balance

    require(by, "finance.referralpayoutrequest", "approve")
    if withdrawal.status != WithdrawalStatus.REQUESTED:
        raise WithdrawalMoved.of(withdrawal)
    check_other_person(withdrawal.user_id, by)
    if not User.objects.filter(pk=withdrawal.user_id, is_active=True).exists():
        raise PersonDeactivated
    if withdrawal.held_until is not None and at < withdrawal.held_until:
        raise CardCoolsDown(until=f"{withdrawal.held_until.astimezone(TASHKENT):%d.%m.%Y %H:%M}")
    if balance < ZERO:
        raise BonusInDebt(balance=som(balance))

    withdrawal.approve(by_id=by.person_id, at=at)
    withdrawal.save()

    _record("withdrawal.approved", withdrawal, by, at)
    return withdrawal


@act
def reject_withdrawal(
    *, withdrawal_id: int, reason: str, by: Actor, at: datetime
) -> ReferralPayoutRequest:
    """The second pair of eyes says no; the money is the person's again. Refuses with NotFound,
    NotAllowed, OwnProposal, WhyEndWithdrawal and WithdrawalMoved."""
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)

    require(by, "finance.referralpayoutrequest", "reject")
    check_other_person(withdrawal.user_id, by)
    if not reason.strip():
        raise WhyEndWithdrawal
    if withdrawal.status != WithdrawalStatus.REQUESTED:
        raise WithdrawalMoved.of(withdrawal)

    withdrawal.reject(at=at, note=reason.strip())
    withdrawal.save()

    _bring_back(withdrawal, by, at)

    _record("withdrawal.rejected", withdrawal, by, at, reason=withdrawal.note)
    return withdrawal


@act
def pay_withdrawal(
    *, withdrawal_id: int, reference: str, by: Actor, at: datetime
) -> ReferralPayoutRequest:
    """The card has the money, under the provider's ``reference``; its number is forgotten.

    Refuses with NotFound, NotAllowed, OwnProposal, ProviderHasIt, ProviderStillAsked, NoReference
    and WithdrawalMoved.
    """
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)

    _check_may_settle(withdrawal, by, at)
    if not reference.strip():
        raise NoReference
    if withdrawal.status != WithdrawalStatus.PROCESSING:
        raise WithdrawalMoved.of(withdrawal)

    withdrawal.pay(at=at, reference=reference.strip())
    withdrawal.save()

    lines = [
        Line(AccountKind.PAYOUTS_IN_TRANSIT, debit=withdrawal.amount),
        Line(AccountKind.BANK, credit=withdrawal.amount),
    ]
    post(JournalType.PAYOUT, lines, about=_about(withdrawal), by=by, at=at)

    _record("withdrawal.paid", withdrawal, by, at, reference=withdrawal.provider_reference)
    return withdrawal


@act
def fail_withdrawal(
    *, withdrawal_id: int, reason: str, by: Actor, at: datetime
) -> ReferralPayoutRequest:
    """The money comes back to the person's balance: the provider refused it or returned it, maybe
    after it had said 'paid', or it was called off on its way.

    Refuses with NotFound, NotAllowed, OwnProposal, ProviderHasIt, ProviderStillAsked,
    WhyEndWithdrawal and WithdrawalMoved.
    """
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)

    _check_may_settle(withdrawal, by, at)
    if not reason.strip():
        raise WhyEndWithdrawal
    status = withdrawal.status
    on_its_way = (WithdrawalStatus.APPROVED, WithdrawalStatus.PROCESSING)
    if status not in (*on_its_way, WithdrawalStatus.PAID):
        raise WithdrawalMoved.of(withdrawal)

    withdrawal.fail(at=at, note=reason.strip())
    if by.role == Role.SYSTEM:
        # The provider has said so itself: it is not asked any more.
        withdrawal.look_up_at = None
    withdrawal.save()

    if status == WithdrawalStatus.PAID:
        lines = [
            Line(AccountKind.BANK, debit=withdrawal.amount),
            Line(AccountKind.BONUS_AVAILABLE, credit=withdrawal.amount, user_id=withdrawal.user_id),
        ]
        post(JournalType.PAYOUT, lines, about=_about(withdrawal), by=by, at=at)
    else:
        _bring_back(withdrawal, by, at)

    _record("withdrawal.failed", withdrawal, by, at, reason=withdrawal.note)
    return withdrawal


def _check_may_settle(withdrawal: ReferralPayoutRequest, by: Actor, at: datetime) -> None:
    """The provider's own answer comes by a job, everything else by somebody else than its owner,
    and not while the provider may still pay it."""
    if by.role == Role.SYSTEM:
        return
    require(by, "finance.referralpayoutrequest", "settle")
    check_other_person(withdrawal.user_id, by)
    until = by_hand_from(withdrawal)
    if until is None:
        return
    if withdrawal.accepted_at is not None:
        raise ProviderHasIt
    if at < until:
        raise ProviderStillAsked(until=f"{until.astimezone(TASHKENT):%d.%m.%Y %H:%M}")


def _bring_back(withdrawal: ReferralPayoutRequest, by: Actor, at: datetime) -> None:
    """Mirror the request's journal: the balance is what it was."""
    asked = AccountingTransaction.objects.filter(withdrawal_id=withdrawal.pk).order_by("pk")[0]
    mirror(asked, type=JournalType.PAYOUT, by=by, at=at, memo=withdrawal.note[:200])


def _about(withdrawal: ReferralPayoutRequest) -> About:
    return About(withdrawal_id=withdrawal.pk)


def _record(
    action: str, withdrawal: ReferralPayoutRequest, by: Actor, at: datetime, **details: Any
) -> None:
    record(
        action,
        withdrawal,
        by=by,
        at=at,
        amount=withdrawal.amount,
        card=withdrawal.card,
        **details,
    )
