"""Withdrawals that a provider carries which can be asked (``finance.outbound``): claimed before a
word is said to it, looked up until it is known what became of them.

Only in the first day a withdrawal may be handed over again, only after it somebody may end it by
hand, and only when the provider never said that it has it. It is asked for a week more: should the
money have gone out after all, that is written down.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.services.events import record
from finance.models import ReferralPayoutRequest
from finance.states import WithdrawalStatus

AT_ONCE = 5
# So many calls are over before the claim is.
CLAIM = timedelta(minutes=5)
SOONEST = timedelta(minutes=1)
LATEST = timedelta(hours=1)
LATEST_AFTER_SILENCE = timedelta(minutes=10)
HANDED_OVER_WITHIN = timedelta(hours=24)
WATCHED_FOR = timedelta(days=7)


@act
def take_up_withdrawals(*, by: Actor, at: datetime) -> list[ReferralPayoutRequest]:
    """Take a few approved withdrawals, the oldest first, to 'processing': they are about to be
    handed over. A worker killed after this leaves them to be looked up."""
    approved = ReferralPayoutRequest.objects.filter(status=WithdrawalStatus.APPROVED)
    withdrawals = _unlocked(approved.order_by("approved_at", "pk"))

    for withdrawal in withdrawals:
        withdrawal.send(at=at, register_id=None)
        withdrawal.look_up_at = at + CLAIM
        withdrawal.save()
        record(
            "withdrawal.sent",
            withdrawal,
            by=by,
            at=at,
            amount=withdrawal.amount,
            card=withdrawal.card,
        )
    return withdrawals


@act
def claim_look_ups(*, by: Actor, at: datetime) -> list[ReferralPayoutRequest]:
    """A few withdrawals of which the provider is to be asked now, nobody else's meanwhile."""
    open_or_watched = Q(status=WithdrawalStatus.PROCESSING) | Q(
        status=WithdrawalStatus.FAILED, ended_at__gt=at - WATCHED_FOR
    )
    due = ReferralPayoutRequest.objects.filter(open_or_watched, register=None, look_up_at__lte=at)
    withdrawals = _unlocked(due.order_by("look_up_at", "pk"))

    for withdrawal in withdrawals:
        _look_up_at(withdrawal, at + CLAIM)
    return withdrawals


@act
def look_up_later(
    *, withdrawal_id: int, has_it: bool, by: Actor, at: datetime
) -> ReferralPayoutRequest:
    """Ask again after as long as it has been on its way: an hour at most, ten minutes where the
    provider said nothing. What was settled meanwhile stands. Refuses with NotFound."""
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)

    if withdrawal.look_up_at is None or withdrawal.sent_at is None:
        return withdrawal

    if has_it and withdrawal.accepted_at is None:
        withdrawal.accepted_at = at
    longest = LATEST if has_it else LATEST_AFTER_SILENCE
    _look_up_at(withdrawal, at + min(max(at - withdrawal.sent_at, SOONEST), longest))
    return withdrawal


@act
def note_paid_after_all(
    *, withdrawal_id: int, reference: str, by: Actor, at: datetime
) -> ReferralPayoutRequest:
    """The provider paid what was ended by hand: the person has the money twice, and staff have to
    take the bonus back. Written down once. Refuses with NotFound."""
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)

    if withdrawal.status != WithdrawalStatus.FAILED or withdrawal.look_up_at is None:
        return withdrawal

    withdrawal.look_up_at = None
    withdrawal.provider_reference = reference[:64]
    withdrawal.save()

    record(
        "withdrawal.paid_after_all",
        withdrawal,
        by=by,
        at=at,
        amount=withdrawal.amount,
        card=withdrawal.card,
        reference=withdrawal.provider_reference,
    )
    return withdrawal


def may_be_handed_over(withdrawal: ReferralPayoutRequest, at: datetime) -> bool:
    """Whether one that never arrived may go out again."""
    if withdrawal.status != WithdrawalStatus.PROCESSING:
        return False
    return withdrawal.sent_at is not None and at < withdrawal.sent_at + HANDED_OVER_WITHIN


def by_hand_from(withdrawal: ReferralPayoutRequest) -> datetime | None:
    """From when on one on its way may be ended by hand; None where nobody else carries it."""
    if withdrawal.status != WithdrawalStatus.PROCESSING or withdrawal.look_up_at is None:
        return None
    return withdrawal.sent_at and withdrawal.sent_at + HANDED_OVER_WITHIN + CLAIM


def _unlocked(rows: QuerySet[ReferralPayoutRequest]) -> list[ReferralPayoutRequest]:
    chosen = rows.select_related("user")
    return list(chosen.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])


def _look_up_at(withdrawal: ReferralPayoutRequest, instant: datetime) -> None:
    """Past the history: when it is asked is no change of the withdrawal."""
    withdrawal.look_up_at = instant
    ReferralPayoutRequest.objects.filter(pk=withdrawal.pk).update(
        look_up_at=instant, accepted_at=withdrawal.accepted_at
    )
