"""Money without a deal: opening its case, and deciding it. ``sales.services.cases`` has it pay a
booking."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act, require_transaction
from core.locks import lock_row
from core.money import ZERO
from core.refusals import Conflict, Invalid
from core.services.events import record
from finance.models import MoneyCase, PaymentTransaction
from finance.services.post import About, Line, post
from finance.services.proof import check_proof
from finance.states import (
    CASH_ACCOUNTS,
    AccountKind,
    CaseKind,
    CaseStatus,
    Decision,
    JournalType,
)
from partners.roles import Role, require


class NotASum(Invalid):
    message = _("Money without a deal has an amount, and lies at Payme or in the bank.")
    field = "amount"


class CaseKnown(Conflict):
    message = _("This row of the registry has its case already.")


class CaseDecided(Conflict):
    message = _("This has been decided already: {decision}.")


class NotInOurBooks(Conflict):
    message = _("This money was never taken: there is nothing to return, to book or to keep.")


class InOurBooks(Conflict):
    message = _("This money is in our books: say where it goes.")


class NotADecision(Invalid):
    message = _("Choose what becomes of the money.")
    field = "decision"


class WhyKept(Invalid):
    message = _("Say why the platform keeps it.")
    field = "note"


@act
def open_case(
    *,
    kind: str,
    amount: Decimal,
    by: Actor,
    at: datetime,
    cash_account: str = AccountKind.PAYME,
    external_id: str = "",
    registry_row_id: int | None = None,
    payment_id: int | None = None,
    booking_id: int | None = None,
) -> MoneyCase:
    """Take ``amount`` UZS that belongs to no deal into the books, ``cash_account`` against
    ``unmatched``, and put it on the list of what needs a decision.

    Refuses with NotAllowed, NotASum, and CaseKnown for a registry row that has a case.
    """
    if by.role != Role.SYSTEM:
        require(by, "finance.moneycase", "decide")
    if amount <= ZERO or cash_account not in CASH_ACCOUNTS:
        raise NotASum
    if registry_row_id and MoneyCase.objects.filter(registry_row_id=registry_row_id).exists():
        raise CaseKnown

    case = MoneyCase.objects.create(
        kind=kind,
        amount=amount,
        cash_account=cash_account,
        external_id=external_id,
        registry_row_id=registry_row_id,
        payment_id=payment_id,
        booking_id=booking_id,
        created_at=at,
    )

    _post(case, cash_account, AccountKind.UNMATCHED, by=by, at=at)

    _record("case.opened", case, by=by, at=at, what=case.kind)
    return case


@act
def close_case(
    *,
    case_id: int,
    decision: str,
    by: Actor,
    at: datetime,
    reference: str = "",
    proof: str = "",
    note: str = "",
) -> MoneyCase:
    """Decide a case: ``returned`` to the payer (with ``reference`` and the name of a stored file in
    ``proof``), ``kept`` as other income (with a ``note``), or ``nothing`` when the provider has
    taken back what we never had.

    Refuses with NotAllowed, NotFound, CaseDecided, NotADecision, NotInOurBooks, InOurBooks,
    NoReference, NoProof and WhyKept.
    """
    require(by, "finance.moneycase", "decide")
    case = lock_case(case_id)

    if decision == Decision.NOTHING:
        if case.held:
            raise InOurBooks
        goes_to = ""
    else:
        check_held(case)
        goes_to = _goes_to(case, decision, reference=reference, proof=proof, note=note)

    case.close(
        decision=decision, by_id=by.user_id, at=at, reference=reference.strip(), note=note.strip()
    )
    case.proof.name = proof
    case.save()

    if goes_to:
        _post(case, AccountKind.UNMATCHED, goes_to, by=by, at=at)

    record_closed(case, by=by, at=at)
    return case


def lock_case(case_id: int) -> MoneyCase:
    """The case, locked and open. Refuses with NotFound and CaseDecided."""
    case = lock_row(MoneyCase, pk=case_id)
    if case.status != CaseStatus.OPEN:
        raise CaseDecided(decision=case.get_decision_display())
    return case


def check_held(case: MoneyCase) -> None:
    """Refuse with NotInOurBooks what was never taken."""
    if not case.held:
        raise NotInOurBooks


def give_to_booking(
    case: MoneyCase, payment: PaymentTransaction, *, by: Actor, at: datetime
) -> None:
    """Close a locked, held case: its money is ``payment``, whose sale is posted next."""
    require_transaction()
    case.close(decision=Decision.BOOKED, by_id=by.user_id, at=at)
    case.payment = payment
    case.booking_id = payment.booking_id
    case.save()
    # A sale takes its cash at the provider; with this line the money lies where it came to.
    _post(case, AccountKind.UNMATCHED, AccountKind.PAYME, by=by, at=at)
    record_closed(case, by=by, at=at)


def note_late(payment: PaymentTransaction, *, by: Actor, at: datetime) -> None:
    """A locked payment was refused because its seats were gone: it waits for the provider to take
    it back. Once a payment."""
    require_transaction()
    if payment.money_cases.filter(kind=CaseKind.LATE).exists():
        return
    case = MoneyCase.objects.create(
        kind=CaseKind.LATE,
        amount=payment.amount,
        held=False,
        external_id=payment.payme_invoice_id,
        payment=payment,
        booking_id=payment.booking_id,
        created_at=at,
    )
    _record("case.opened", case, by=by, at=at, what=case.kind)


def settle_late(payment: PaymentTransaction, *, by: Actor, at: datetime) -> None:
    """The provider has taken back a locked payment that came late: its case is over."""
    require_transaction()
    waiting = payment.money_cases.select_for_update(of=("self",)).filter(
        kind=CaseKind.LATE, status=CaseStatus.OPEN, held=False
    )
    for case in waiting:
        case.close(decision=Decision.NOTHING, by_id=None, at=at)
        case.save()
        record_closed(case, by=by, at=at)


def record_closed(case: MoneyCase, *, by: Actor, at: datetime) -> None:
    """Building block: the last beat of every decision."""
    _record("case.closed", case, by=by, at=at, decision=case.decision, note=case.note)


def _goes_to(case: MoneyCase, decision: str, *, reference: str, proof: str, note: str) -> str:
    """The account the money goes to, when all is there that the decision needs."""
    if decision == Decision.RETURNED:
        check_proof(reference=reference, proof=proof)
        return case.cash_account
    if decision == Decision.KEPT:
        if not note.strip():
            raise WhyKept
        return AccountKind.OTHER_INCOME
    raise NotADecision


def _post(case: MoneyCase, debit: str, credit: str, *, by: Actor, at: datetime) -> None:
    about = About(booking_id=case.booking_id, memo=f"case {case.pk}")
    lines = [Line(debit, debit=case.amount), Line(credit, credit=case.amount)]
    post(JournalType.ADJUSTMENT, lines, about=about, by=by, at=at)


def _record(action: str, case: MoneyCase, *, by: Actor, at: datetime, **details: Any) -> None:
    record(action, case, by=by, at=at, amount=case.amount, **details)
