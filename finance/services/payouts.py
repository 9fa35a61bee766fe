"""Payouts to agencies: one makes it, another approves it, the bank carries it out.

The agency's balance is net of everything, so that a debt is paid by what comes next. Lock order:
payout before accounts.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.money import som
from core.refusals import Conflict, Invalid, NotFound, Refusal
from core.services.events import record
from core.services.proposals import check_other_person
from finance.models import AccountingTransaction, Payout
from finance.queries.payouts import (
    NEEDED_DETAILS,
    Obstacle,
    Standing,
    has_proposed_details,
    missing_details,
    next_period,
    standing_of,
)
from finance.services.locks import lock_accounts
from finance.services.post import About, Line, account_of, mirror, post
from finance.states import AccountKind, JournalType, PayoutSource, PayoutStatus
from partners.models import AgencyStatus, TravelAgency, User
from partners.roles import PLATFORM, require


class AgencyBlocked(Conflict):
    message = _("The agency is blocked: nothing is paid out to it.")


class DetailsMissing(Conflict):
    message = _("Payment details are missing: {fields}.")


class DetailsProposed(Conflict):
    message = _("New payment details of the agency wait for a decision: decide them first.")


class PayoutOpen(Conflict):
    code = "payout_open"
    message = _("Payout №{number} is not finished yet.")


class BelowMinimum(Conflict):
    code = "below_minimum"
    message = _("A payout is {minimum} at least; available: {available}.")


class NegativeBalance(BelowMinimum):
    message = _("The balance is below zero: {available}. What becomes available next pays it.")


class BalanceFell(Conflict):
    message = _("Only {available} is available now: cancel this payout and make another.")


class PayoutMoved(Conflict):
    message = _("Payout №{number} is “{status}”; that is no longer possible.")
    for_good = True

    @classmethod
    def of(cls, payout: Payout) -> "PayoutMoved":
        return cls(number=payout.pk, status=payout.get_status_display())


class NoBankReference(Invalid):
    message = _("Give the number of the bank's order.")
    field = "reference"


class WhyEnd(Invalid):
    message = _("Say why.")
    field = "reason"


def refusals_of(standing: Standing) -> list[Refusal]:
    """Why no payout is made for the agency, in the words in which ``create_payout`` says it."""
    return [_REFUSALS[obstacle](standing) for obstacle in standing.obstacles]


_REFUSALS: dict[Obstacle, Callable[[Standing], Refusal]] = {
    Obstacle.BLOCKED: lambda _standing: AgencyBlocked(),
    Obstacle.DETAILS: lambda standing: DetailsMissing(fields=", ".join(standing.missing_details)),
    Obstacle.OPEN: lambda standing: PayoutOpen(number=_number(standing.open_payout)),
    Obstacle.NEGATIVE: lambda standing: NegativeBalance(available=som(standing.available)),
    Obstacle.BELOW: lambda standing: BelowMinimum(
        minimum=som(standing.minimum), available=som(standing.available)
    ),
}


def _number(payout: Payout | None) -> int:
    return payout.pk if payout else 0


@act
def create_payout(*, agency_id: int, source: str, by: Actor, at: datetime) -> Payout:
    """Make a payout of all that is available to the agency; the money moves at its approval.

    ``source`` is a PayoutSource; an owner asks for his own agency only, and always as AGENCY.
    Refuses with NotAllowed, NotFound, AgencyBlocked, DetailsMissing, PayoutOpen, NegativeBalance
    and BelowMinimum.
    """
    require(by, "finance.payout", "add")
    agency = _own_agency(agency_id, by)
    _lock_available(agency_id)

    standing = standing_of(agency, at)
    for refusal in refusals_of(standing):
        raise refusal

    start, end = next_period(agency_id, at)
    payout = Payout.objects.create(
        agency=agency,
        source=source if by.role in PLATFORM else PayoutSource.AGENCY,
        amount=standing.available,
        period_start=start,
        period_end=end,
        created_by_id=by.person_id,
        created_at=at,
    )

    _record("payout.created", payout, by, at)
    return payout


@act
def approve_payout(*, payout_id: int, by: Actor, at: datetime) -> Payout:
    """The second pair of eyes agrees: the money leaves the agency's balance, the bank details stay
    as they are now.

    Refuses with NotFound, NotAllowed, PayoutMoved, OwnProposal, AgencyBlocked, DetailsProposed,
    DetailsMissing and BalanceFell.
    """
    payout = lock_row(Payout, pk=payout_id)
    available = _lock_available(payout.agency_id)

    require(by, "finance.payout", "approve")
    if payout.status != PayoutStatus.CREATED:
        raise PayoutMoved.of(payout)
    check_other_person(payout.created_by_id, by)
    agency = _payable_agency(payout.agency_id)
    if available < payout.amount:
        raise BalanceFell(available=som(available))

    for name in NEEDED_DETAILS:
        setattr(payout, name, getattr(agency, name))
    payout.approve(by_id=by.person_id, at=at)
    payout.save()

    lines = [
        Line(AccountKind.AGENCY_AVAILABLE, debit=payout.amount, agency_id=payout.agency_id),
        Line(AccountKind.PAYOUTS_IN_TRANSIT, credit=payout.amount),
    ]
    post(JournalType.PAYOUT, lines, about=_about(payout), by=by, at=at)

    _record("payout.approved", payout, by, at)
    return payout


@act
def cancel_payout(*, payout_id: int, reason: str, by: Actor, at: datetime) -> Payout:
    """Drop a payout that nobody has approved; no money has moved. Refuses with NotFound,
    NotAllowed, WhyEnd and PayoutMoved."""
    payout = lock_row(Payout, pk=payout_id)

    require(by, "finance.payout", "cancel")
    if not reason.strip():
        raise WhyEnd
    if payout.status != PayoutStatus.CREATED:
        raise PayoutMoved.of(payout)

    payout.cancel(at=at, note=reason.strip())
    payout.save()

    _record("payout.cancelled", payout, by, at, reason=payout.note)
    return payout


@act
def pay_payout(*, payout_id: int, reference: str, by: Actor, at: datetime) -> Payout:
    """The bank has carried it out under ``reference``. Refuses with NotFound, NotAllowed,
    NoBankReference and PayoutMoved."""
    payout = lock_row(Payout, pk=payout_id)

    require(by, "finance.payout", "settle")
    if not reference.strip():
        raise NoBankReference
    if payout.status != PayoutStatus.SENT:
        raise PayoutMoved.of(payout)

    payout.pay(at=at, reference=reference.strip()[:64])
    payout.save()

    lines = [
        Line(AccountKind.PAYOUTS_IN_TRANSIT, debit=payout.amount),
        Line(AccountKind.BANK, credit=payout.amount),
    ]
    post(JournalType.PAYOUT, lines, about=_about(payout), by=by, at=at)

    _record("payout.paid", payout, by, at, reference=payout.bank_reference)
    return payout


@act
def fail_payout(*, payout_id: int, reason: str, by: Actor, at: datetime) -> Payout:
    """The money comes back to the agency's balance: the bank refused it or returned it, maybe after
    it had said 'paid', or it was called off on its way.

    Refuses with NotFound, NotAllowed, WhyEnd and PayoutMoved.
    """
    payout = lock_row(Payout, pk=payout_id)

    require(by, "finance.payout", "settle")
    if not reason.strip():
        raise WhyEnd
    if payout.status not in (PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.PAID):
        raise PayoutMoved.of(payout)

    was_paid = payout.status == PayoutStatus.PAID
    payout.fail(at=at, note=reason.strip())
    payout.save()

    if was_paid:
        lines = [
            Line(AccountKind.BANK, debit=payout.amount),
            Line(AccountKind.AGENCY_AVAILABLE, credit=payout.amount, agency_id=payout.agency_id),
        ]
        post(JournalType.PAYOUT, lines, about=_about(payout, payout.note), by=by, at=at)
    else:
        mirror(_approval_of(payout), type=JournalType.PAYOUT, by=by, at=at, memo=payout.note[:200])

    _record("payout.failed", payout, by, at, reason=payout.note)
    return payout


def _own_agency(agency_id: int, by: Actor) -> TravelAgency:
    """The agency, when the platform asks or its own owner. Refuses with NotFound."""
    agency = TravelAgency.objects.filter(pk=agency_id).first()
    if agency is None:
        raise NotFound
    if by.role not in PLATFORM:
        # He may own one agency and manage another.
        person = User.objects.get(pk=by.person_id)
        if agency_id not in person.agency_ids_for("finance.payout", "add"):
            raise NotFound
    return agency


def _lock_available(agency_id: int) -> Decimal:
    """The agency's available balance, locked: one payout is made or approved at a time."""
    account = account_of(AccountKind.AGENCY_AVAILABLE, agency_id=agency_id)
    return lock_accounts([account.pk])[account.pk].balance


def _payable_agency(agency_id: int) -> TravelAgency:
    # Asked before the agency is read: details decided in between are then seen.
    if has_proposed_details(agency_id):
        raise DetailsProposed
    agency = TravelAgency.objects.get(pk=agency_id)
    if agency.status == AgencyStatus.BLOCKED:
        raise AgencyBlocked
    if missing := missing_details(agency):
        raise DetailsMissing(fields=", ".join(missing))
    return agency


def _approval_of(payout: Payout) -> AccountingTransaction:
    journals = payout.journals.filter(type=JournalType.PAYOUT)  # type: ignore[attr-defined]
    first: AccountingTransaction = journals.earliest("pk")
    return first


def _about(payout: Payout, memo: str = "") -> About:
    return About(agency_id=payout.agency_id, payout_id=payout.pk, memo=memo[:200])


def _record(action: str, payout: Payout, by: Actor, at: datetime, **details: Any) -> None:
    record(
        action, payout, by=by, at=at, agency_id=payout.agency_id, amount=payout.amount, **details
    )
