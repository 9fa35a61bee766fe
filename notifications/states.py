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
    WITHDRAWAL_REQUESTED = "withdrawal_requested", _("withdrawal asked for")
    WITHDRAWAL_NEW_CARD = "withdrawal_new_card", _("withdrawal to a new card")
    WITHDRAWAL_APPROVED = "withdrawal_approved", _("withdrawal approved")
    WITHDRAWAL_PAID = "withdrawal_paid", _("withdrawal paid")
    WITHDRAWAL_FAILED = "withdrawal_failed", _("withdrawal failed")
    WITHDRAWAL_REJECTED = "withdrawal_rejected", _("withdrawal rejected")
    WITHDRAWAL_CANCELLED = "withdrawal_cancelled", _("withdrawal cancelled")
    BONUS_EARNED = "bonus_earned", _("bonus earned")
    BONUS_MATURED = "bonus_matured", _("bonus that can be used")
    BONUS_REVERSED = "bonus_reversed", _("pending bonus taken back")
    BONUS_CLAWED_BACK = "bonus_clawed_back", _("bonus taken back")
    BONUS_GRANTED = "bonus_granted", _("bonus granted by the platform")
    BONUS_CORRECTED = "bonus_corrected", _("bonus corrected by the platform")
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
