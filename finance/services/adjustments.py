"""Postings by hand: proposed by one, decided by another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.clock import local_date, local_midnight
from core.locks import lock_row
from core.money import ZERO, som
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from core.services.proposals import check_decidable
from finance.models import Account, AccountingTransaction, Adjustment
from finance.queries.months import is_closed
from finance.services.locks import lock_accounts
from finance.services.months import MonthIsClosed
from finance.services.post import About, Line, account_of, post
from finance.states import ADJUSTABLE_ACCOUNTS, AccountKind, JournalType
from partners.models import ReferralPartner, User
from partners.roles import require


class NotByHand(Invalid):
    """The account's balance must agree with rows (bookings, payouts, cases) that acts keep."""

    message = _("The account “{account}” is moved by its own acts only.")


class SameAccount(Invalid):
    message = _("Debit and credit are the same account.")
    field = "credit"


class NothingToPost(Invalid):
    message = _("The amount must be more than zero.")
    field = "amount"


class DayInFuture(Conflict):
    message = _("The day has not come yet.")
    field = "day"


class TwoAgencies(Invalid):
    """A journal belongs to one agency at most, and every line of an agency's account to it."""

    message = _("Debit and credit are accounts of two agencies: post it in two steps.")


class OtherAgencysBooking(Invalid):
    message = _("The booking is another agency's.")
    field = "booking"


class OwnBonus(Conflict):
    """Nobody proposes or approves what moves his own bonus."""

    code = "own_proposal"
    message = _("This is your own bonus: two others have to propose and approve it.")


class WhyAdjust(Invalid):
    message = _("Say what the posting is for.")
    field = "reason"


class MoreThanHisBonus(Conflict):
    """Only refunds may take a person's bonus below zero."""

    message = _("Only {available} of this person's bonus is available.")
    field = "amount"


@dataclass(frozen=True, slots=True)
class Place:
    """An account by its kind and owner."""

    kind: str
    agency_id: int | None = None
    user_id: int | None = None


@act
def propose_adjustment(
    *,
    debit: Place,
    credit: Place,
    amount: Decimal,
    day: date,
    reason: str,
    booking_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Adjustment:
    """Propose to post ``amount`` UZS by hand on the local ``day``.

    Refuses with NotAllowed, NotByHand, SameAccount, NothingToPost, DayInFuture, MonthIsClosed,
    WhyAdjust, TwoAgencies, OtherAgencysBooking, OwnBonus and MoreThanHisBonus.
    """
    require(by, "finance.adjustment", "add")
    return _propose(
        debit, credit, amount=amount, day=day, reason=reason, booking_id=booking_id, by=by, at=at
    )


@act
def propose_bonus_grant(
    *, user_id: int, amount: Decimal, reason: str, by: Actor, at: datetime
) -> Adjustment:
    """Propose to put ``amount`` UZS on a person's bonus, or, when it is negative, to take it away.

    Of a partner it is a cost of referrals, of anybody else a promotion's: a gift or an apology.
    Refuses with NotAllowed, NotFound, NothingToPost, WhyAdjust, OwnBonus, MoreThanHisBonus and
    MonthIsClosed.
    """
    require(by, "finance.adjustment", "grant")
    person = User.objects.filter(pk=user_id).first()
    if person is None:
        raise NotFound
    is_partner = ReferralPartner.objects.filter(user=person).exists()
    expense = AccountKind.REFERRAL_EXPENSE if is_partner else AccountKind.PROMO_EXPENSE
    sides = [Place(expense), Place(AccountKind.BONUS_AVAILABLE, user_id=person.pk)]
    debit, credit = sides if amount > 0 else sides[::-1]
    return _propose(
        debit, credit, amount=abs(amount), day=local_date(at), reason=reason, by=by, at=at
    )


def _propose(
    debit: Place,
    credit: Place,
    *,
    amount: Decimal,
    day: date,
    reason: str,
    by: Actor,
    at: datetime,
    booking_id: int | None = None,
) -> Adjustment:
    if amount <= 0:
        raise NothingToPost
    if debit == credit:
        raise SameAccount
    _check_day(day, at)
    if not reason.strip():
        raise WhyAdjust

    adjustment = Adjustment(
        debit=_account(debit),
        credit=_account(credit),
        amount=amount,
        day=day,
        booking_id=booking_id,
        reason=reason.strip(),
        created_by_id=by.person_id,
        created_at=at,
    )
    _check_agency(adjustment)
    _check_bonus(adjustment, by)
    adjustment.save()

    record("adjustment.proposed", adjustment, by=by, at=at, amount=amount)
    return adjustment


@act
def decide_adjustment(
    *, adjustment_id: int, approve: bool, by: Actor, at: datetime, note: str = ""
) -> Adjustment:
    """Post a proposed adjustment, or reject it. Refuses with NotFound, NotAllowed, AlreadyDecided,
    OwnProposal, OwnBonus, TwoAgencies, OtherAgencysBooking, and with MonthIsClosed or
    MoreThanHisBonus when its month was closed or the bonus was spent meanwhile."""
    adjustment = lock_row(Adjustment, pk=adjustment_id)

    require(by, "finance.adjustment", "decide")
    check_decidable(adjustment, by)
    if approve:
        _check_day(adjustment.day, at)
        _check_agency(adjustment)
        _check_bonus(adjustment, by)

    decide = adjustment.approve if approve else adjustment.reject
    decide(by_id=by.person_id, at=at, note=note.strip())
    if approve:
        adjustment.journal = _post(adjustment, by, at)
    adjustment.save()

    action = "adjustment.approved" if approve else "adjustment.rejected"
    record(action, adjustment, by=by, at=at, amount=adjustment.amount)
    if approve:
        _record_bonus(adjustment, by, at)
    return adjustment


def _check_day(day: date, at: datetime) -> None:
    if day > local_date(at):
        raise DayInFuture
    if is_closed(day):
        raise MonthIsClosed.of(day)


def _check_agency(adjustment: Adjustment) -> None:
    """Of one agency at most, its booking included."""
    named = {adjustment.debit.agency_id, adjustment.credit.agency_id} - {None}
    if len(named) > 1:
        raise TwoAgencies
    if named and adjustment.booking is not None and adjustment.booking.agency_id not in named:
        raise OtherAgencysBooking


def _check_bonus(adjustment: Adjustment, by: Actor) -> None:
    """It is not one's own, and what is taken from it is there: nobody spends it meanwhile."""
    account = adjustment.debit
    if by.user_id in (account.user_id, adjustment.credit.user_id):
        raise OwnBonus
    if account.kind != AccountKind.BONUS_AVAILABLE:
        return
    balance = lock_accounts([account.pk])[account.pk].balance
    if adjustment.amount > balance:
        raise MoreThanHisBonus(available=som(max(balance, ZERO)))


def _record_bonus(adjustment: Adjustment, by: Actor, at: datetime) -> None:
    """The person hears of it: ``amount`` is below zero when it was taken."""
    for account, sign in ((adjustment.credit, 1), (adjustment.debit, -1)):
        if account.kind == AccountKind.BONUS_AVAILABLE and account.user is not None:
            amount = sign * adjustment.amount
            record(
                "bonus.granted",
                account.user,
                by=by,
                at=at,
                user_id=account.user_id,
                amount=amount,
                reason=adjustment.reason,
                adjustment_id=adjustment.pk,
            )


def _account(place: Place) -> Account:
    if place.kind not in ADJUSTABLE_ACCOUNTS:
        raise NotByHand(account=dict(Account._meta.get_field("kind").choices or ())[place.kind])
    return account_of(place.kind, agency_id=place.agency_id, user_id=place.user_id)


def _post(adjustment: Adjustment, by: Actor, at: datetime) -> AccountingTransaction | None:
    """On the adjustment's own day: now when it is today, else at noon."""
    today = adjustment.day == local_date(at)
    instant = at if today else local_midnight(adjustment.day) + timedelta(hours=12)
    debit, credit = adjustment.debit, adjustment.credit
    lines = [
        Line(debit.kind, adjustment.amount, agency_id=debit.agency_id, user_id=debit.user_id),
        Line(
            credit.kind,
            credit=adjustment.amount,
            agency_id=credit.agency_id,
            user_id=credit.user_id,
        ),
    ]
    about = About(
        booking_id=adjustment.booking_id,
        agency_id=debit.agency_id or credit.agency_id,
        memo=adjustment.reason[:200],
    )
    return post(JournalType.ADJUSTMENT, lines, about=about, by=by, at=instant)
