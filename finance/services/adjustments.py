"""Postings by hand: proposed by one, decided by another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.clock import local_date, local_midnight
from core.locks import lock_row
from core.refusals import Conflict, Invalid
from core.services.events import record
from core.services.proposals import check_decidable
from finance.models import Account, AccountingTransaction, Adjustment
from finance.queries.months import is_closed
from finance.services.months import MonthIsClosed
from finance.services.post import About, Line, account_of, post
from finance.states import ADJUSTABLE_ACCOUNTS, JournalType
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


class WhyAdjust(Invalid):
    message = _("Say what the posting is for.")
    field = "reason"


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

    Refuses with NotAllowed, NotByHand, SameAccount, NothingToPost, DayInFuture, MonthIsClosed and
    WhyAdjust.
    """
    require(by, "finance.adjustment", "add")
    if amount <= 0:
        raise NothingToPost
    if debit == credit:
        raise SameAccount
    _check_day(day, at)
    if not reason.strip():
        raise WhyAdjust

    adjustment = Adjustment.objects.create(
        debit=_account(debit),
        credit=_account(credit),
        amount=amount,
        day=day,
        booking_id=booking_id,
        reason=reason.strip(),
        created_by_id=by.person_id,
        created_at=at,
    )

    record("adjustment.proposed", adjustment, by=by, at=at, amount=amount)
    return adjustment


@act
def decide_adjustment(
    *, adjustment_id: int, approve: bool, by: Actor, at: datetime, note: str = ""
) -> Adjustment:
    """Post a proposed adjustment, or reject it. Refuses with NotFound, NotAllowed, AlreadyDecided,
    OwnProposal, and with MonthIsClosed when its month was closed meanwhile."""
    adjustment = lock_row(Adjustment, pk=adjustment_id)

    require(by, "finance.adjustment", "decide")
    check_decidable(adjustment, by)
    if approve:
        _check_day(adjustment.day, at)

    decide = adjustment.approve if approve else adjustment.reject
    decide(by_id=by.person_id, at=at, note=note.strip())
    if approve:
        adjustment.journal = _post(adjustment, by, at)
    adjustment.save()

    action = "adjustment.approved" if approve else "adjustment.rejected"
    record(action, adjustment, by=by, at=at, amount=adjustment.amount)
    return adjustment


def _check_day(day: date, at: datetime) -> None:
    if day > local_date(at):
        raise DayInFuture
    if is_closed(day):
        raise MonthIsClosed.of(day)


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
