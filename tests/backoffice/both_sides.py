"""A row of Silk Road's and one of Nomad's in every table, for walks over all pages.

What belongs to no agency has a row on Silk Road's side alone; what belongs to one person (his
exports) has a row of each of ours, and on the other side that of a colleague.
"""

from dataclasses import dataclass, field
from typing import Any

from axes.models import AccessAttempt
from django.apps import apps
from django.db.models import Model
from django_otp.plugins.otp_totp.models import TOTPDevice

from sales.models import BookingRequest
from tests import factories
from tests.cast import Cast

# Who walks, by the role.
WALKERS = {
    "traveller": "traveller",
    "manager": "silk_manager",
    "owner": "silk_owner",
    "accountant": "accountant",
    "support": "support",
    "admin": "admin",
}
# Whose rows they are: the factory's field that names the person.
PERSONAL = {"core.job": "requested_by", "core.jobschedule": "owner", "core.savedfilter": "owner"}


@dataclass
class Side:
    """The ids of one side's rows, and of a version of those that have a history, by model."""

    rows: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, Any] = field(default_factory=dict)

    def put(self, *rows: Model) -> None:
        for row in rows:
            label = row._meta.label_lower
            self.rows[label] = row.pk
            if hasattr(type(row), "history"):
                self.versions[label] = type(row).history.filter(id=row.pk).first().pk


@dataclass
class BothSides:
    own: Side
    theirs: Side
    # By the model, then by the role of the person whose row it is.
    personal: dict[str, dict[str, Any]]

    def own_row(self, label: str, role: str) -> Any:
        return self.personal.get(label, {}).get(role) or self.own.rows.get(label)


def both_sides(cast: Cast) -> BothSides:
    own, theirs = _side_of(cast, "silk"), _side_of(cast, "nomad")
    personal = {}
    for label, name in PERSONAL.items():
        make = factories.FACTORIES[apps.get_model(label)]
        personal[label] = {
            role: make(**{name: getattr(cast, who)}).pk for role, who in WALKERS.items()
        }
        theirs.put(make(**{name: cast.second_accountant}))
    own.put(
        # Whom support may look over the shoulder of; his telephone, and a failed try of somebody's.
        cast.silk_owner,
        TOTPDevice.objects.create(user=cast.nomad_owner, name="telephone"),
        AccessAttempt.objects.create(
            username="nomad.owner", ip_address="192.0.2.1", failures_since_start=1
        ),
    )
    theirs.put(cast.nomad_owner)
    for model, make in factories.FACTORIES.items():
        if model._meta.label_lower not in {*own.rows, *personal}:
            own.put(make())
    return BothSides(own, theirs, personal)


def _side_of(cast: Cast, name: str) -> Side:
    agency, tour = getattr(cast, name), getattr(cast, f"{name}_tour")
    session = getattr(cast, f"{name}_session")
    manager = getattr(cast, f"{name}_manager")
    request, paid = cast.request(session=session), cast.paid(session=session)
    payment, journal = paid.payments.get(), paid.journals.first()
    rejected = factories.booking(
        session=session, user=cast.traveller, status="rejected", cancelled_at=factories.NOW
    )
    chat = factories.tour_chat(session=session)
    side = Side()
    side.put(
        agency,
        manager.memberships.get(),
        tour,
        session,
        chat,
        request,
        BookingRequest.objects.get(pk=request.pk),
        payment,
        journal,
        journal.entries.filter(account__agency=agency).first() or journal.entries.first(),
        agency.accounts.first(),
        factories.staff_invitation(agency=agency),
        factories.tour_photo(tour=tour),
        factories.promotion(tour=tour),
        factories.promo_code(agency=agency),
        factories.booking_traveller(booking=request),
        factories.booking_comment(booking=request),
        factories.date_offer(booking=rejected),
        factories.trip_proposal(agency=agency),
        factories.refund(payment=payment),
        factories.invoice(booking=request),
        factories.payout(agency=agency),
        factories.commission_rate(
            agency=agency,
            status="approved",
            decided_by=cast.second_accountant,
            decided_at=factories.NOW,
        ),
        factories.payment_details_change(agency=agency),
        factories.media(agency=agency),
        factories.notification(agency=agency),
        factories.chat_member(chat=chat, user=cast.traveller),
        factories.event(agency_id=agency.pk, object_id=request.pk),
    )
    return side
