"""Withdrawals that a provider carries which can be asked (``finance.outbound``): claimed before a
word is said to it, looked up until it is known what became of them.

Only in the first day a withdrawal may be handed over again, only after it somebody may end it by
hand: so none goes both ways.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

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
    due = ReferralPayoutRequest.objects.filter(
        status=WithdrawalStatus.PROCESSING, register=None, look_up_at__lte=at
    )
    withdrawals = _unlocked(due.order_by("look_up_at", "pk"))

    for withdrawal in withdrawals:
        _look_up_at(withdrawal, at + CLAIM)
    return withdrawals


@act
def look_up_later(
    *, withdrawal_id: int, is_known: bool, by: Actor, at: datetime
) -> ReferralPayoutRequest:
    """Ask again after as long as it has been on its way: an hour at most, ten minutes where the
    provider said nothing. What was settled meanwhile stands. Refuses with NotFound."""
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)

    if withdrawal.status != WithdrawalStatus.PROCESSING or withdrawal.sent_at is None:
        return withdrawal

    longest = LATEST if is_known else LATEST_AFTER_SILENCE
    _look_up_at(withdrawal, at + min(max(at - withdrawal.sent_at, SOONEST), longest))
    return withdrawal


def may_be_handed_over(withdrawal: ReferralPayoutRequest, at: datetime) -> bool:
    """Whether one that never arrived may go out again."""
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
    ReferralPayoutRequest.objects.filter(pk=withdrawal.pk).update(look_up_at=instant)
