"""Which partner a booking counts for."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.clock import local_date
from core.locks import lock_row
from core.money import ZERO
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from partners.models import ReferralPartner
from partners.queries.attribution import Brought, percent_of_partner, why_not
from partners.roles import require
from partners.states import NoCredit
from sales.models import Booking
from sales.states import LIVE, ReferralSource


class PartnerFixed(Conflict):
    """What is paid has earned its bonus; what has ended earns none."""

    message = _("The partner can be changed before the payment only; this booking is “{status}”.")


class SamePartner(Conflict):
    message = _("It counts for this partner already.")
    field = "partner"


class NotCredited(Conflict):
    message = _("This partner is not credited with this traveller: {reason}.")
    field = "partner"


class WhyPartnerChanges(Invalid):
    message = _("Say why.")
    field = "reason"


def credit_partner(booking: Booking, brought: Brought) -> None:
    """Write on a new booking whom it counts for and at what rate, or why for nobody."""
    booking.referral_refusal = brought.refusal
    if brought.partner is not None:
        source = ReferralSource.CODE if brought.by_code else ReferralSource.TOUCH
        _credit(booking, brought.partner, source)


@act
def change_partner(
    *, booking_id: int, partner_id: int | None, reason: str, by: Actor, at: datetime
) -> Booking:
    """Staff say whom a booking counts for (None: for nobody), before it is paid.

    Refuses with NotAllowed, NotFound, WhyPartnerChanges, PartnerFixed, SamePartner, and with
    NotCredited for the traveller himself, a ring and a stopped partner.
    """
    booking = lock_row(Booking, pk=booking_id)

    require(by, "sales.booking", "attribute")
    if not reason.strip():
        raise WhyPartnerChanges
    if booking.status not in LIVE:
        raise PartnerFixed(status=booking.get_status_display())
    if partner_id == booking.referral_partner_id:
        raise SamePartner
    before = booking.referral_partner
    partner = _credible(partner_id, booking) if partner_id is not None else None

    booking.referral_refusal = NoCredit.NONE
    if partner is None:
        booking.referral_partner, booking.referral_source = None, ""
        booking.referral_percent = ZERO
    else:
        _credit(booking, partner, ReferralSource.STAFF)
    booking.save()

    record(
        "booking.partner_changed",
        booking,
        by=by,
        at=at,
        before=before.code if before else None,
        after=partner.code if partner else None,
        percent=booking.referral_percent,
        reason=reason.strip()[:300],
    )
    return booking


def _credible(partner_id: int, booking: Booking) -> ReferralPartner:
    partner = ReferralPartner.objects.filter(pk=partner_id).first()
    if partner is None:
        raise NotFound
    refusal = why_not(partner, booking.user)
    if refusal:
        raise NotCredited(reason=refusal.label)
    return partner


def _credit(booking: Booking, partner: ReferralPartner, source: ReferralSource) -> None:
    """The rate is that of the day the booking was asked for, and stays."""
    booking.referral_partner = partner
    booking.referral_source = source
    booking.referral_percent = percent_of_partner(partner, local_date(booking.created_at))
