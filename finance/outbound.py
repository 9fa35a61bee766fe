"""Money's way to Payme and to the payout provider: claim -> carry -> record, in two transactions.

The intent is committed before the other side is asked, the outcome recorded after. An outcome that
is not known is written down as such and looked up (refunds by ``sales.outbound``), never tried
again blindly.
"""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor, job
from core.clock import now
from core.locks import lock_row
from core.refusals import TryAgain
from core.sealed import CannotOpen
from finance.models import ReferralPayoutRequest, Refund
from finance.providers.payme.subscribe import Down, Refused, Subscribe, Unknown
from finance.providers.payme.subscribe import client as payme_client
from finance.providers.payouts import Answer, CardOrder, PayoutProvider, State
from finance.providers.payouts.api import client as payouts_client
from finance.queries.withdrawals import order_of
from finance.services.provider_calls import record_call
from finance.services.refund import fail_refund, note_refund, send_refund
from finance.services.withdrawal_orders import (
    claim_look_ups,
    look_up_later,
    may_be_handed_over,
    note_paid_after_all,
    take_up_withdrawals,
)
from finance.services.withdrawals import fail_withdrawal, pay_withdrawal
from finance.states import Provider, WithdrawalStatus

log = structlog.get_logger(__name__)
# No claim is begun later than so many seconds after the job: it would run out under the calls.
LONGEST_RUN = 60

type Payouts = PayoutProvider[CardOrder]
type Carry = Callable[[Payouts, ReferralPayoutRequest, datetime], Answer | None]


def payme() -> Subscribe:
    """Payme's Subscribe API; every call of it is kept for inspection."""
    return payme_client(on_call=partial(_keep, Provider.PAYME))


def _keep(provider: str, asked: bytes, answer: dict[str, Any] | None, milliseconds: int) -> None:
    record_call(
        provider=provider,
        body=asked,
        answer=answer,
        remote_ip=None,
        milliseconds=milliseconds,
        at=now(),
    )


def push_refund(*, refund_id: int, by: Actor, at: datetime) -> Refund:
    """Ask Payme to give a whole payment back, and say what came of it.

    Payme answers by calling CancelTransaction, which completes the refund; ``done`` when that has
    come already, ``sent`` when it is still to come or nobody knows, ``failed`` when Payme refuses
    or was not reached. Refuses with what ``send_refund`` refuses.
    """
    refund = send_refund(refund_id=refund_id, by=by, at=at)
    what: dict[str, Any] = {"refund_id": refund_id, "by": by, "at": at}
    try:
        payme().cancel(refund.payment.payme_invoice_id)
    except Refused as error:
        fail_refund(note=_("Payme refused: %s") % error, **what)
    except Down:
        fail_refund(note=_("Payme was not reached; nothing was sent."), **what)
    except Unknown as error:
        note_refund(note=_("Payme did not answer (%s): look it up.") % error, **what)
    return Refund.objects.get(pk=refund_id)


# --- withdrawals


def carry_withdrawals(*, at: datetime) -> int:
    """Ask the payout provider what became of withdrawals, hand approved ones over; returns how many
    were carried. Without PAYOUT_API_URL nothing goes this way."""
    provider = payouts_client(on_call=partial(_keep, Provider.PAYOUTS))
    if provider is None:
        return 0
    until = time.monotonic() + LONGEST_RUN
    asked = _go_through(claim_look_ups, _find_out, provider, at, until)
    return asked + _go_through(take_up_withdrawals, _hand_over, provider, at, until)


def _go_through(
    claim: Callable[..., list[ReferralPayoutRequest]],
    carry: Carry,
    provider: Payouts,
    at: datetime,
    until: float,
) -> int:
    carried = 0
    while time.monotonic() < until and (claimed := claim(by=job(), at=at)):
        answers = []
        for withdrawal in claimed:
            answers.append(carry(provider, withdrawal, at))
            _record(withdrawal, answers[-1], at)
        carried += len(claimed)
        if not any(answers):
            break
    return carried


def _hand_over(
    provider: Payouts, withdrawal: ReferralPayoutRequest, _at: datetime
) -> Answer | None:
    """What is known after it was handed over; None when nothing is."""
    try:
        answers = provider.hand_over("", [order_of(withdrawal)])
    except CannotOpen:
        log.error("a card number does not open: its key is gone", withdrawal=withdrawal.pk)
        return None
    except OSError:
        return None
    return next(iter(answers), None)


def _find_out(provider: Payouts, withdrawal: ReferralPayoutRequest, at: datetime) -> Answer | None:
    """What became of it. What never arrived is handed over again, under the same key."""
    try:
        answer = provider.look_up(str(withdrawal.key))
    except OSError:
        answer = None
    if may_be_handed_over(withdrawal, at):
        arrived = answer is None or answer.state != State.UNKNOWN
        return answer if arrived else _hand_over(provider, withdrawal, at)
    log.warning(
        "a withdrawal is on its way for more than a day",
        withdrawal=withdrawal.pk,
        state=answer.state if answer else "silence",
    )
    return answer


def _record(withdrawal: ReferralPayoutRequest, answer: Answer | None, at: datetime) -> None:
    try:
        _settle(withdrawal.pk, answer, at)
    except TryAgain:
        # It is looked up when its claim is over.
        log.warning(
            "an answer was not recorded: the withdrawal is locked", withdrawal=withdrawal.pk
        )


def _watch(answer: Answer | None, what: dict[str, Any]) -> None:
    """One that was ended by hand after the provider's silence."""
    if answer is not None and answer.state == State.PAID:
        log.error("a withdrawal ended by hand was paid after all", withdrawal=what["withdrawal_id"])
        note_paid_after_all(reference=answer.reference, **what)
    else:
        look_up_later(has_it=False, **what)


def _has_it(answer: Answer | None) -> bool:
    return answer is not None and answer.state == State.ACCEPTED


@transaction.atomic
def _settle(withdrawal_id: int, answer: Answer | None, at: datetime) -> None:
    """Under the withdrawal's lock: what was settled meanwhile, by an earlier answer, stands."""
    what: dict[str, Any] = {"withdrawal_id": withdrawal_id, "by": job(), "at": at}
    row = lock_row(ReferralPayoutRequest, pk=withdrawal_id)
    if row.status == WithdrawalStatus.FAILED:
        _watch(answer, what)
        return
    if row.status != WithdrawalStatus.PROCESSING:
        return
    match answer:
        case Answer(state=State.PAID, reference=reference):
            pay_withdrawal(reference=reference, **what)
        case Answer(state=State.FAILED, reason=reason):
            fail_withdrawal(reason=reason, **what)
        case _:
            look_up_later(has_it=_has_it(answer), **what)
