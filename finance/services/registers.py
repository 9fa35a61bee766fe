"""Registers of payouts: handed to the bank together, and what the bank says of each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.clock import local_date
from core.money import ZERO, som
from core.refusals import Conflict, Invalid, NotFound, Refusal
from core.services.events import record
from finance.models import Payout, PayoutRegister
from finance.papers.results import Result
from finance.services.payouts import PayoutMoved, fail_payout, pay_payout
from finance.states import PayoutStatus
from partners.roles import require


class NothingToSend(Invalid):
    message = _("Choose payouts that are approved.")


class AmountDiffers(Conflict):
    message = _("The payout is of {amount}; the file says {told}.")


class SaidTwice(Conflict):
    message = _("This payout is there twice.")


class UnknownPayout(NotFound):
    message = _("There is no payout with this number.")


class OtherReference(Conflict):
    message = _("It is paid already, under another number: {reference}.")


@act
def make_register(*, payout_ids: Collection[int], by: Actor, at: datetime) -> PayoutRegister:
    """Hand approved payouts to the bank together, under a number of the day.

    Refuses with NotAllowed, NothingToSend, NotFound and PayoutMoved; then none is sent.
    """
    require(by, "finance.payoutregister", "add")
    _number_alone()
    payouts = list(
        Payout.objects.select_for_update(of=("self",)).filter(pk__in=payout_ids).order_by("pk")
    )

    if not payout_ids:
        raise NothingToSend
    if len(payouts) != len(set(payout_ids)):
        raise NotFound
    for payout in payouts:
        if payout.status != PayoutStatus.APPROVED:
            raise PayoutMoved.of(payout)

    register = PayoutRegister.objects.create(
        number=_next_number(at), created_by_id=by.person_id, created_at=at
    )
    for payout in payouts:
        payout.send(register_id=register.pk)
        payout.save()
        record(
            "payout.sent",
            payout,
            by=by,
            at=at,
            agency_id=payout.agency_id,
            amount=payout.amount,
            register=register.number,
        )

    total = sum((payout.amount for payout in payouts), ZERO)
    record("payout_register.made", register, by=by, at=at, amount=total, payouts=len(payouts))
    return register


def _number_alone() -> None:
    """Two registers made at once do not take the same number."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE finance_payoutregister IN SHARE ROW EXCLUSIVE MODE")


def _next_number(at: datetime) -> str:
    day = f"P-{local_date(at):%Y-%m-%d}-"
    made = PayoutRegister.objects.filter(number__startswith=day).count()
    return f"{day}{made + 1}"


# --- what the bank answers


class Step(StrEnum):
    """What a row of a result file does to its payout."""

    PAY = "pay"
    FAIL = "fail"
    NOTHING = "nothing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row would do, or has done; ``refusal`` says why it does not."""

    result: Result
    payout: Payout | None
    step: Step
    refusal: Refusal | None = None

    @property
    def says(self) -> str:
        """What is wrong, in words."""
        return self.result.fault or (self.refusal.detail if self.refusal else "")


def try_results(results: Iterable[Result]) -> list[Plan]:
    """What each row would do to its payout now; nothing changes."""
    results = list(results)
    payouts = Payout.objects.select_related("agency", "register").in_bulk(
        [result.payout_id for result in results]
    )
    seen: set[int] = set()
    plans = []
    for result in results:
        payout = payouts.get(result.payout_id)
        plans.append(_plan(result, payout, is_repeated=result.payout_id in seen))
        if payout is not None:
            seen.add(payout.pk)
    return plans


def settle_results(results: Iterable[Result], *, by: Actor, at: datetime) -> list[Plan]:
    """Carry the rows out, each by its act in a transaction of its own; how each went.

    What has been carried out before is left alone. Refuses with NotAllowed.
    """
    require(by, "finance.payout", "settle")
    return [_carry_out(plan, by, at) for plan in try_results(results)]


def _plan(result: Result, payout: Payout | None, *, is_repeated: bool) -> Plan:
    if result.fault:
        return Plan(result, payout, Step.REFUSED)
    if payout is None:
        return Plan(result, None, Step.REFUSED, UnknownPayout())
    if is_repeated:
        return Plan(result, payout, Step.REFUSED, SaidTwice())
    if result.amount is not None and result.amount != payout.amount:
        refusal = AmountDiffers(amount=som(payout.amount), told=som(result.amount))
        return Plan(result, payout, Step.REFUSED, refusal)
    return _pays(result, payout) if result.is_paid else _fails(result, payout)


def _pays(result: Result, payout: Payout) -> Plan:
    if payout.status == PayoutStatus.SENT:
        return Plan(result, payout, Step.PAY)
    if payout.status != PayoutStatus.PAID:
        return Plan(result, payout, Step.REFUSED, PayoutMoved.of(payout))
    if payout.bank_reference != result.reference:
        refusal = OtherReference(reference=payout.bank_reference)
        return Plan(result, payout, Step.REFUSED, refusal)
    return Plan(result, payout, Step.NOTHING)


def _fails(result: Result, payout: Payout) -> Plan:
    if payout.status in (PayoutStatus.SENT, PayoutStatus.PAID):
        return Plan(result, payout, Step.FAIL)
    if payout.status == PayoutStatus.FAILED:
        return Plan(result, payout, Step.NOTHING)
    return Plan(result, payout, Step.REFUSED, PayoutMoved.of(payout))


def _carry_out(plan: Plan, by: Actor, at: datetime) -> Plan:
    result = plan.result
    try:
        if plan.step == Step.PAY:
            pay_payout(payout_id=result.payout_id, reference=result.reference, by=by, at=at)
        elif plan.step == Step.FAIL:
            fail_payout(payout_id=result.payout_id, reason=result.reason, by=by, at=at)
    except Refusal as refusal:
        return Plan(result, plan.payout, Step.REFUSED, refusal)
    return plan
