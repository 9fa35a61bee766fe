"""How values look in lists and pages: money, colours of states, links."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import TourSession
from catalog.states import ChatStatus, SessionStatus, TourStatus
from core.models.job import JobStatus
from core.models.proposal import ProposalStatus as Proposed
from core.money import som
from finance.states import (
    BonusStatus,
    CaseStatus,
    InvoiceStatus,
    PaymentState,
    PayoutStatus,
    RefundStatus,
    RegistryStatus,
    RowOutcome,
    WithdrawalStatus,
)
from notifications.states import AnnouncementStatus, MemberState, NotificationState
from partners.models import AgencyStatus, User
from partners.states import InvitationState
from sales.states import BookingStatus, ProposalStatus, TripStatus

# What a state asks of the reader: green is done, orange waits for somebody, red went wrong.
COLOURS: dict[str, dict[str, str]] = {
    "booking": {
        BookingStatus.REQUESTED: "warning",
        BookingStatus.APPROVED: "info",
        BookingStatus.PAID: "success",
        BookingStatus.REJECTED: "danger",
    },
    "tour": {TourStatus.DRAFT: "warning", TourStatus.PUBLISHED: "success"},
    "session": {
        SessionStatus.OPEN: "success",
        SessionStatus.CLOSED: "warning",
        SessionStatus.CANCELLED: "danger",
    },
    "invitation": {
        InvitationState.WAITING: "warning",
        InvitationState.ACCEPTED: "success",
        InvitationState.REVOKED: "danger",
    },
    "agency": {AgencyStatus.ACTIVE: "success", AgencyStatus.BLOCKED: "danger"},
    "payment": {
        PaymentState.CREATED: "warning",
        PaymentState.PERFORMED: "success",
        PaymentState.REFUNDED: "info",
    },
    "refund": {
        RefundStatus.REQUESTED: "warning",
        RefundStatus.APPROVED: "info",
        RefundStatus.SENT: "info",
        RefundStatus.FAILED: "danger",
        RefundStatus.DONE: "success",
        RefundStatus.REJECTED: "plain",
    },
    "case": {CaseStatus.OPEN: "warning", CaseStatus.CLOSED: "success"},
    "invoice": {
        InvoiceStatus.NEW: "warning",
        InvoiceStatus.CREATED: "warning",
        InvoiceStatus.SENT: "info",
        InvoiceStatus.PAID: "success",
        InvoiceStatus.FAILED: "danger",
        InvoiceStatus.UNKNOWN: "danger",
    },
    "payout": {
        PayoutStatus.CREATED: "warning",
        PayoutStatus.APPROVED: "info",
        PayoutStatus.SENT: "info",
        PayoutStatus.PAID: "success",
        PayoutStatus.FAILED: "danger",
    },
    "proposal": {
        Proposed.PROPOSED: "warning",
        Proposed.APPROVED: "success",
        Proposed.REJECTED: "danger",
    },
    "bonus": {
        BonusStatus.PENDING: "warning",
        BonusStatus.AVAILABLE: "success",
        BonusStatus.REVERSED: "danger",
    },
    "withdrawal": {
        WithdrawalStatus.REQUESTED: "warning",
        WithdrawalStatus.APPROVED: "info",
        WithdrawalStatus.PROCESSING: "info",
        WithdrawalStatus.PAID: "success",
        WithdrawalStatus.FAILED: "danger",
        WithdrawalStatus.REJECTED: "danger",
        WithdrawalStatus.CANCELLED: "plain",
    },
    "chat": {ChatStatus.BOUND: "success", ChatStatus.LOST: "danger"},
    "member": {
        MemberState.INVITED: "warning",
        MemberState.JOINED: "success",
        MemberState.REMOVED: "danger",
    },
    "message": {
        NotificationState.QUEUED: "warning",
        NotificationState.SENDING: "info",
        NotificationState.SENT: "success",
        NotificationState.FAILED: "danger",
    },
    "announcement": {
        AnnouncementStatus.DRAFT: "warning",
        AnnouncementStatus.SENDING: "info",
        AnnouncementStatus.STOPPED: "danger",
        AnnouncementStatus.DONE: "success",
    },
    "job": {
        JobStatus.QUEUED: "warning",
        JobStatus.RUNNING: "info",
        JobStatus.DONE: "success",
        JobStatus.FAILED: "danger",
    },
    "trip": {TripStatus.OPEN: "warning", TripStatus.ACCEPTED: "success"},
    "offer": {
        ProposalStatus.OFFERED: "warning",
        ProposalStatus.ACCEPTED: "success",
        ProposalStatus.DECLINED: "danger",
    },
    "registry": {RegistryStatus.TRIED: "warning", RegistryStatus.TAKEN: "success"},
    "row": {
        RowOutcome.MATCHED: "success",
        RowOutcome.MISSING_HERE: "danger",
        RowOutcome.MISSING_THERE: "danger",
        RowOutcome.AMOUNT_DIFFERS: "danger",
        RowOutcome.TWICE: "warning",
        RowOutcome.STATE_DIFFERS: "danger",
        RowOutcome.BOOKING_DIFFERS: "warning",
    },
}


def money(amount: Decimal | None) -> SafeString | str:
    """An amount that does not break over two lines."""
    return "" if amount is None else format_html('<span class="c-money">{}</span>', som(amount))


def change_url(obj: Model) -> str:
    """The admin page of a row."""
    return page_url(obj._meta.label_lower, obj.pk)


def page_url(label: str, pk: Any) -> str:
    """The admin page of the row ``pk`` of the model ``label`` (``app.model``)."""
    return reverse(f"admin:{label.replace('.', '_')}_change", args=[pk])


def list_url(label: str, **query: object) -> str:
    """The admin list of the model ``label``, filtered."""
    tail = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"admin:{label.replace('.', '_')}_changelist") + (f"?{tail}" if tail else "")


def link(url: str, text: object) -> SafeString:
    return format_html('<a href="{}" class="c-link">{}</a>', url, text)


def two_lines(first: object, second: object = "") -> SafeString:
    """A value with a quieter line under it."""
    return format_html(
        '<span class="c-two"><span>{}</span><span class="c-quiet">{}</span></span>', first, second
    )


def badge(text: object, colour: str = "") -> SafeString:
    return format_html('<span class="c-badge c-{}">{}</span>', colour or "plain", text)


def state_badge(kind: str, state: str, text: object) -> SafeString:
    """A state of a ``kind`` of COLOURS, in its colour."""
    return badge(text, COLOURS[kind].get(state, ""))


def session_words(session: TourSession) -> tuple[str, str]:
    """A date's state in words and its colour; its tour should be loaded."""
    if session.waits_for_tour:
        return _("not on sale: the tour is not published"), "plain"
    return session.get_status_display(), COLOURS["session"].get(session.status, "plain")


def session_badge(session: TourSession) -> SafeString:
    return badge(*session_words(session))


def minutes_left(until: datetime | None, at: datetime) -> SafeString | str:
    """A countdown badge, kept running by ``timer.js``: red under a quarter of an hour."""
    if until is None:
        return ""
    minutes = int((until - at).total_seconds() // 60)
    colour = "danger" if minutes < 15 else "warning" if minutes < 30 else "plain"
    text = _("time is over") if minutes < 0 else _("%(n)s min") % {"n": minutes}
    return format_html(
        '<span class="c-badge c-{}" data-until="{}" data-unit="{}" data-over="{}">{}</span>',
        colour,
        until.isoformat(),
        _("min"),
        _("time is over"),
        text,
    )


def fill_bar(taken: int, capacity: int, asked: int = 0) -> SafeString:
    """Seats taken of a session, as a bar with its figures; ``asked`` are those of requests."""
    share = round(100 * taken / capacity) if capacity else 0
    more = min(round(100 * asked / capacity), 100 - share) if capacity else 0
    colour = "danger" if taken >= capacity else "warning" if share >= 80 else "success"
    return format_html(
        '<span class="c-fill" title="{}%"><span class="c-fill-bar">'
        '<span class="c-bg-{}" style="width:{}%"></span>'
        '<span class="c-fill-asked" style="width:{}%"></span></span><span>{}/{}</span></span>',
        share,
        colour,
        share,
        more,
        taken,
        capacity,
    )


def contact(user: User) -> SafeString:
    """Phone and Telegram name, both to be tapped."""
    ways = []
    if user.phone:
        ways.append((f"tel:{user.phone}", user.phone))
    if user.username:
        ways.append((f"https://t.me/{user.username}", f"@{user.username}"))
    links = format_html_join(" ", '<a href="{}" class="c-link" rel="noreferrer">{}</a>', ways)
    return format_html('<span class="c-contact">{}</span>', links)
