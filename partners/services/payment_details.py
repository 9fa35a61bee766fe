"""Where an agency's money goes: proposed by one of the platform's people, decided by another."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.models.proposal import ProposalStatus
from core.refusals import Conflict, Faults, Invalid, NotFound
from core.services.events import field_names, record
from core.services.proposals import check_decidable
from partners.models import Collection, PaymentDetailsChange, TravelAgency
from partners.roles import require


class DetailsFaults(Faults):
    """What is wrong with the details, by field."""


class WhyChange(Invalid):
    message = _("Say why: which letter or contract asks for it.")
    field = "reason"


class NothingNew(Conflict):
    message = _("The agency has these details already.")


class ChangeProposed(Conflict):
    message = _("Another change of these details waits for a decision.")


@dataclass(frozen=True, slots=True)
class Details:
    """An agency's payment details, whole: what is empty becomes empty."""

    bank_name: str = ""
    bank_account: str = ""
    bank_mfo: str = ""
    tax_id: str = ""
    collection: str = Collection.PLATFORM
    payme_merchant_id: str = ""

    @classmethod
    def of(cls, agency: TravelAgency | PaymentDetailsChange) -> "Details":
        return cls(**{name: getattr(agency, name) for name in cls.__dataclass_fields__})


@act
def propose_details(
    *, agency_id: int, details: Details, reason: str, by: Actor, at: datetime
) -> PaymentDetailsChange:
    """Propose new payment details; the agency keeps its own until somebody else has agreed.

    Refuses with NotAllowed, NotFound, WhyChange, DetailsFaults, NothingNew and ChangeProposed.
    """
    require(by, "partners.paymentdetailschange", "add")
    # Proposals of one agency come one after another.
    agency = lock_row(TravelAgency, pk=agency_id)

    if not reason.strip():
        raise WhyChange
    change = PaymentDetailsChange(
        agency=agency,
        **asdict(details),
        reason=reason.strip(),
        created_by_id=by.person_id,
        created_at=at,
    )
    _check(change)
    if details == Details.of(agency):
        raise NothingNew
    if agency.details_changes.filter(status=ProposalStatus.PROPOSED).exists():  # type: ignore[attr-defined]
        raise ChangeProposed

    change.save()

    _record("payment_details.proposed", change, by, at, changes=_changed(change))
    return change


@act
def decide_details(
    *, change_id: int, approve: bool, by: Actor, at: datetime, note: str = ""
) -> PaymentDetailsChange:
    """Give the agency the details that somebody else has proposed, or reject them. Payouts that are
    approved keep theirs. Refuses with NotFound, NotAllowed, AlreadyDecided and OwnProposal."""
    agency_id = (
        PaymentDetailsChange.objects.filter(pk=change_id)
        .values_list("agency_id", flat=True)
        .first()
    )
    if agency_id is None:
        raise NotFound
    agency = lock_row(TravelAgency, pk=agency_id)
    change = lock_row(PaymentDetailsChange, pk=change_id)

    require(by, "partners.paymentdetailschange", "decide")
    check_decidable(change, by)

    changed = _changed(change, agency)
    decide = change.approve if approve else change.reject
    decide(by_id=by.person_id, at=at, note=note.strip())
    change.save()
    if approve:
        details = asdict(Details.of(change))
        for name, value in details.items():
            setattr(agency, name, value)
        agency.save(update_fields=list(details))

    if approve:
        _record("payment_details.approved", change, by, at, changes=changed)
    else:
        _record("payment_details.rejected", change, by, at, reason=change.decision_note)
    return change


def _check(change: PaymentDetailsChange) -> None:
    try:
        change.clean_fields(
            exclude=[f.name for f in change._meta.fields if f.name not in asdict(Details())]
        )
    except ValidationError as error:
        raise DetailsFaults.of(error.message_dict) from None
    if change.collection == Collection.SPLIT and not change.payme_merchant_id:
        faults = {"payme_merchant_id": [str(_("To split payments the agency needs a cashbox."))]}
        raise DetailsFaults.of(faults)


def _changed(change: PaymentDetailsChange, agency: TravelAgency | None = None) -> list[Any]:
    """What the fields are called that would change; never what they hold."""
    now = asdict(Details.of(agency or change.agency))
    new = asdict(Details.of(change))
    names = field_names(change, [name for name in new if new[name] != now[name]])
    return [{"changed": {"fields": names}}]


def _record(
    action: str, change: PaymentDetailsChange, by: Actor, at: datetime, **details: Any
) -> None:
    record(action, change, by=by, at=at, agency_id=change.agency_id, **details)
