"""What the bank says of each order of a register: tried first, then carried out row by row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.money import som
from core.refusals import Conflict, NotFound, Refusal
from finance.papers.results import Numbers, Result
from partners.roles import require


class AmountDiffers(Conflict):
    message = _("The order is of {amount}; the file says {told}.")


class SaidTwice(Conflict):
    message = _("This order is there twice.")


class OtherReference(Conflict):
    message = _("It is paid already, under another number: {reference}.")


def nobodys_own(row: Any, by: Actor) -> None:
    """Orders of a kind that nobody has made for himself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKind[Row: Model]:
    """What the rows of a file are about: where the orders are, how their states are called, the
    acts that settle them. ``check`` refuses a row to this person, as the acts will."""

    numbers: Numbers
    resource: str
    rows: Callable[[], QuerySet[Row]]
    sent: str
    paid: str
    failed: str
    reference_of: Callable[[Row], str]
    unknown: type[NotFound]
    moved: Callable[[Row], Refusal]
    pay: Callable[..., Any]
    fail: Callable[..., Any]
    check: Callable[[Row, Actor], None] = nobodys_own


class Step(StrEnum):
    """What a row of a result file does to its order."""

    PAY = "pay"
    FAIL = "fail"
    NOTHING = "nothing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row would do, or has done; ``refusal`` says why it does not."""

    result: Result
    order: Any
    step: Step
    refusal: Refusal | None = None

    @property
    def says(self) -> str:
        """What is wrong, in words."""
        return self.result.fault or (self.refusal.detail if self.refusal else "")


def try_results(results: Iterable[Result], of: OrderKind[Any], *, by: Actor) -> list[Plan]:
    """What each row would do to its order now, carried out by ``by``; nothing changes."""
    results = list(results)
    orders = of.rows().in_bulk([result.order_id for result in results])
    seen: set[int] = set()
    plans = []
    for result in results:
        order = orders.get(result.order_id)
        plans.append(_try(result, order, of, by, is_repeated=result.order_id in seen))
        if order is not None:
            seen.add(order.pk)
    return plans


def settle_results(
    results: Iterable[Result], of: OrderKind[Any], *, by: Actor, at: datetime
) -> list[Plan]:
    """Carry the rows out, each by its act in a transaction of its own; how each went.

    What has been carried out before is left alone. Refuses with NotAllowed.
    """
    require(by, of.resource, "settle")
    return [_carry_out(plan, of, by, at) for plan in try_results(results, of, by=by)]


def _try(result: Result, order: Any, of: OrderKind[Any], by: Actor, *, is_repeated: bool) -> Plan:
    if result.fault:
        return Plan(result, order, Step.REFUSED)
    try:
        if is_repeated:
            raise SaidTwice
        return Plan(result, order, _step(result, order, of, by))
    except Refusal as refusal:
        return Plan(result, order, Step.REFUSED, refusal)


def _step(result: Result, order: Any, of: OrderKind[Any], by: Actor) -> Step:
    """Refuses as the acts will, and where the file and the order do not agree."""
    if order is None:
        raise of.unknown
    of.check(order, by)
    if result.amount is not None and result.amount != order.amount:
        raise AmountDiffers(amount=som(order.amount), told=som(result.amount))
    return _pays(result, order, of) if result.is_paid else _fails(order, of)


def _pays(result: Result, order: Any, of: OrderKind[Any]) -> Step:
    if order.status == of.sent:
        return Step.PAY
    if order.status != of.paid:
        raise of.moved(order)
    if (reference := of.reference_of(order)) != result.reference:
        raise OtherReference(reference=reference)
    return Step.NOTHING


def _fails(order: Any, of: OrderKind[Any]) -> Step:
    if order.status in (of.sent, of.paid):
        return Step.FAIL
    if order.status != of.failed:
        raise of.moved(order)
    return Step.NOTHING


def _carry_out(plan: Plan, of: OrderKind[Any], by: Actor, at: datetime) -> Plan:
    result = plan.result
    try:
        if plan.step == Step.PAY:
            of.pay(result.order_id, reference=result.reference, by=by, at=at)
        elif plan.step == Step.FAIL:
            of.fail(result.order_id, reason=result.reason, by=by, at=at)
    except Refusal as refusal:
        return Plan(result, plan.order, Step.REFUSED, refusal)
    return plan
