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
from sales.states import LIVE, BookingStatus, ReferralSource


class PartnerFixed(Conflict):
    """What is paid has earned its bonus; what has ended earns none."""

    message = _("The partner can be changed before the payment only; this booking is “{status}”.")


class SamePartner(Conflict):
    message = _("It counts for this partner already.")
    field = "partner"


class NotCredited(Conflict):
    message = _("This partner is not credited with this traveller: {reason}.")
    field = "partner"


class OwnCredit(Conflict):
    """Staff do not credit bookings to themselves."""

    code = "own_proposal"
    message = _("This partner is you: somebody else has to decide it.")
    field = "partner"


class WhyPartnerChanges(Invalid):
    message = _("Say why.")
    field = "reason"


def credit_partner(booking: Booking, brought: Brought) -> None:
    """Write on a new booking whom it counts for and at what rate, or why for nobody."""
    booking.referral_refusal = brought.refusal
    if brought.partner is None:
        return
    if _is_ring(brought.partner, booking):
        booking.referral_refusal = NoCredit.RING
        return
    source = ReferralSource.CODE if brought.by_code else ReferralSource.TOUCH
    _credit(booking, brought.partner, source)


@act
def change_partner(
    *, booking_id: int, partner_id: int | None, reason: str, by: Actor, at: datetime
) -> Booking:
    """Staff say whom a booking counts for (None: for nobody), before it is paid.

    Refuses with NotAllowed, NotFound, WhyPartnerChanges, PartnerFixed, SamePartner, OwnCredit, and
    with NotCredited for the traveller himself, a ring and a stopped partner.
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
    partner = _credible(partner_id, booking, by) if partner_id is not None else None

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


def _credible(partner_id: int, booking: Booking, by: Actor) -> ReferralPartner:
    partner = ReferralPartner.objects.select_related("user").filter(pk=partner_id).first()
    if partner is None:
        raise NotFound
    if partner.user_id == by.person_id:
        raise OwnCredit
    refusal = why_not(partner, booking.user)
    if not refusal and _is_ring(partner, booking):
        refusal = NoCredit.RING
    if refusal:
        raise NotCredited(reason=refusal.label)
    return partner


def _is_ring(partner: ReferralPartner, booking: Booking) -> bool:
    """Whether the traveller is himself credited with a booking of the partner's."""
    credited = Booking.objects.filter(
        user_id=partner.user_id, referral_partner__user_id=booking.user_id
    )
    return credited.filter(status__in=(*LIVE, BookingStatus.PAID)).exists()


def _credit(booking: Booking, partner: ReferralPartner, source: ReferralSource) -> None:
    """The rate is that of the day the booking was asked for, and stays."""
    booking.referral_partner = partner
    booking.referral_source = source
    booking.referral_percent = percent_of_partner(partner, local_date(booking.created_at))
