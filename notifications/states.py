"""States and kinds of messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    BOOKING_REQUESTED = "booking_requested", _("request received")
    BOOKING_APPROVED = "booking_approved", _("request approved")
    BOOKING_REJECTED = "booking_rejected", _("request rejected")
    BOOKING_EXPIRED = "booking_expired", _("hold expired")
    BOOKING_PAID = "booking_paid", _("booking paid")
    BOOKING_CANCELLED = "booking_cancelled", _("booking cancelled")
    BOOKING_REFUNDED = "booking_refunded", _("payment refunded")
    AGENCY_REQUEST = "agency_request", _("new request for the agency")
    AGENCY_PAID = "agency_paid", _("booking paid, for the agency")
    AGENCY_CANCELLED = "agency_cancelled", _("booking ended, for the agency")
    EXPORT_READY = "export_ready", _("scheduled export")
    EXPORT_FAILED = "export_failed", _("scheduled export that failed")
    AGENCY_PAYOUT_PAID = "agency_payout_paid", _("payout paid, for the agency")
    AGENCY_PAYOUT_FAILED = "agency_payout_failed", _("payout failed, for the agency")
    BOOKS_PROVED = "books_proved", _("daily proof of the books")
    BOOKS_BROKEN = "books_broken", _("books that do not balance")
    ANNOUNCEMENT = "announcement", _("announcement")


class NotificationState(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class AnnouncementStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SENDING = "sending", _("being sent")
    STOPPED = "stopped", _("stopped")
    DONE = "done", _("done")
