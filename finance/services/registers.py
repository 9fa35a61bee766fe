"""Registers of payouts: handed to the bank together under a number of the day."""

from collections.abc import Collection
from datetime import datetime
from operator import attrgetter

from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.clock import local_date
from core.money import ZERO
from core.refusals import Invalid, NotFound
from core.services.events import record
from finance.models import Payout, PayoutRegister
from finance.papers.results import Numbers
from finance.services.payouts import PayoutMoved, fail_payout, pay_payout
from finance.services.results import OrderKind
from finance.states import PayoutStatus
from partners.roles import require


class NothingToSend(Invalid):
    message = _("Choose payouts that are approved.")


class UnknownPayout(NotFound):
    message = _("There is no payout with this number.")


@act
def make_register(*, payout_ids: Collection[int], by: Actor, at: datetime) -> PayoutRegister:
    """Hand approved payouts to the bank together, under a number of the day.

    Refuses with NotAllowed, NothingToSend, NotFound and PayoutMoved; then none is sent.
    """
    require(by, "finance.payoutregister", "add")
    number_alone()
    payouts = lock_chosen(Payout.objects.all(), payout_ids)

    if not payouts:
        raise NothingToSend
    for payout in payouts:
        if payout.status != PayoutStatus.APPROVED:
            raise PayoutMoved.of(payout)

    register = new_register("P-", by, at)
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


# --- of payouts and of withdrawals alike


def number_alone() -> None:
    """Two registers made at once do not take the same number."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE finance_payoutregister IN SHARE ROW EXCLUSIVE MODE")


def lock_chosen[Row: Model](rows: QuerySet[Row], ids: Collection[int]) -> list[Row]:
    """The rows, locked in the order of their ids. Refuses with NotFound when one is missing."""
    found = list(rows.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    if len(found) != len(set(ids)):
        raise NotFound
    return found


def new_register(prefix: str, by: Actor, at: datetime) -> PayoutRegister:
    """The next of the day's registers whose numbers begin so."""
    day = f"{prefix}{local_date(at):%Y-%m-%d}-"
    made = PayoutRegister.objects.filter(number__startswith=day).count()
    return PayoutRegister.objects.create(
        number=f"{day}{made + 1}", created_by_id=by.person_id, created_at=at
    )


# --- what the bank answers


PAYOUTS: OrderKind[Payout] = OrderKind(
    numbers=Numbers("", _("This is no number of a payout: %(text)s")),
    resource="finance.payout",
    rows=lambda: Payout.objects.select_related("agency", "register"),
    sent=PayoutStatus.SENT,
    paid=PayoutStatus.PAID,
    failed=PayoutStatus.FAILED,
    reference_of=attrgetter("bank_reference"),
    unknown=UnknownPayout,
    moved=PayoutMoved.of,
    pay=lambda pk, **how: pay_payout(payout_id=pk, **how),
    fail=lambda pk, **how: fail_payout(payout_id=pk, **how),
)
