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
    HOLD_ENDING = "hold_ending", _("time to pay is running out")
    DATE_OFFERED = "date_offered", _("another date offered")
    TRIP_IN_THREE_DAYS = "trip_in_three_days", _("reminder, three days before")
    TRIP_TOMORROW = "trip_tomorrow", _("reminder, the day before")
    SESSION_CHANGED = "session_changed", _("tour changed")
    CHAT_INVITATION = "chat_invitation", _("way into the tour's chat")
    CHAT_REMOVAL = "chat_removal", _("removal from the tour's chat")
    AGENCY_REQUEST = "agency_request", _("new request for the agency")
    REQUEST_WAITS = "request_waits", _("request that nobody has answered")
    REQUEST_WAITS_PLATFORM = (
        "request_waits_platform",
        _("request that nobody has answered, for the platform"),
    )
    CARD_CLOSED = "card_closed", _("what was decided, under each copy")
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
    WITHDRAWAL_WAITS = "withdrawal_waits", _("withdrawal to be approved")
    PAYOUT_WAITS = "payout_waits", _("payout to be approved")
    BOOKS_PROVED = "books_proved", _("daily proof of the books")
    BOOKS_BROKEN = "books_broken", _("books that do not balance")
    ANNOUNCEMENT = "announcement", _("announcement")


# What somebody may do without; everything else is about his seats and his money.
OPTIONAL = (
    Kind.BOOKING_REQUESTED,
    Kind.HOLD_ENDING,
    Kind.TRIP_IN_THREE_DAYS,
    Kind.TRIP_TOMORROW,
    Kind.AGENCY_PAID,
    Kind.AGENCY_CANCELLED,
    Kind.BONUS_EARNED,
    Kind.BONUS_MATURED,
    Kind.ANNOUNCEMENT,
)
# What loses nothing by waiting for the end of somebody's quiet hours; the rest comes without a
# sound.
PATIENT = (
    Kind.TRIP_IN_THREE_DAYS,
    Kind.AGENCY_PAID,
    Kind.BONUS_EARNED,
    Kind.BONUS_MATURED,
    Kind.BONUS_GRANTED,
    Kind.ANNOUNCEMENT,
)
# Messages with buttons that decide something: every copy shows in the end who did.
CARDS = (
    Kind.AGENCY_REQUEST,
    Kind.REQUEST_WAITS,
    Kind.REQUEST_WAITS_PLATFORM,
    Kind.WITHDRAWAL_WAITS,
    Kind.PAYOUT_WAITS,
)


class NotificationState(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("not needed any more")


class AnnouncementStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SENDING = "sending", _("being sent")
    STOPPED = "stopped", _("stopped")
    DONE = "done", _("done")


class MemberState(models.TextChoices):
    INVITED = "invited", _("has a link")
    JOINED = "joined", _("in the chat")
    LEFT = "left", _("has left")
    REMOVED = "removed", _("removed")
