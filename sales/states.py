"""States of deals, and their named groups."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BookingStatus(models.TextChoices):
    REQUESTED = "requested", _("requested")
    APPROVED = "approved", _("approved")
    PAID = "paid", _("paid")
    REJECTED = "rejected", _("rejected")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")


class ReferralSource(models.TextChoices):
    """How the partner who brought a booking is known."""

    CODE = "code", _("typed code")
    TOUCH = "touch", _("first touch")
    STAFF = "staff", _("set by staff")


class CancelReason(models.TextChoices):
    NONE = "", _("none")
    TRAVELLER = "traveller", _("by the traveller")
    AGENCY = "agency", _("by the agency")
    PLATFORM = "platform", _("by the platform")
    REFUND = "refund", _("refunded at the provider")
    SESSION = "session", _("the date was cancelled")


class TravellerKind(models.TextChoices):
    ADULT = "adult", _("adult")
    CHILD = "child", _("child")
    INFANT = "infant", _("infant")


class TripStatus(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    CLOSED = "closed", _("closed")


class ProposalStatus(models.TextChoices):
    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("expired")


# The session's seats are taken.
HOLDS_SEATS = (BookingStatus.APPROVED, BookingStatus.PAID)
# Still running: the promo use and the bonus are held.
LIVE = (BookingStatus.REQUESTED, BookingStatus.APPROVED)
# The promo use counts against its limit.
USES_PROMO = (*LIVE, BookingStatus.PAID)
OVER = (BookingStatus.REJECTED, BookingStatus.CANCELLED, BookingStatus.EXPIRED)
