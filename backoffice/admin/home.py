"""The first page: what waits for this person, and how the day is going. Every figure is a link."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from backoffice.admin.base import staff
from backoffice.admin.catalog.under_filled import lacks
from backoffice.admin.display import list_url
from backoffice.admin.figures import Figure
from backoffice.admin.finance.home import finance_home
from backoffice.admin.sales.decisions import undo_rows
from catalog.models import TourSession
from catalog.queries.calendar import starting_within
from core.clock import local_date, local_midnight, now
from core.money import ZERO, som
from finance.models import Account
from finance.queries.overview import refunds_waiting
from finance.states import AGENCY_ACCOUNTS, AccountKind
from notifications.models import Notification
from notifications.queries.operations import due_messages
from notifications.states import NotificationState
from partners.models import User
from partners.roles import Role
from sales.models import Booking
from sales.queries.decisions import fresh_decisions
from sales.queries.waiting import waiting_requests
from sales.states import BookingStatus

SHOWN = 8
WEEK = 7


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's dashboard callback."""
    user, at = staff(request), now()
    return {**context, "home": _home(user, at)}


def _home(user: User, at: datetime) -> dict[str, Any]:
    waiting = waiting_requests(Booking.objects.for_staff(user), at)
    home: dict[str, Any] = {"at": at, "person": user, "figures": _figures(user, at)}
    if user.has_perm("sales.view_bookingrequest"):
        home["requests"] = list(waiting.select_related("session__tour", "user", "agency")[:SHOWN])
        home["requests_url"] = list_url("sales.bookingrequest")
        home["may_decide"] = user.has_perm("sales.approve_booking")
        home["undo"] = undo_rows(fresh_decisions(user, at))
    if user.role in (Role.ACCOUNTANT, Role.ADMIN):
        home["finance"] = finance_home(at)
    if user.has_perm("catalog.view_toursession") and user.role != Role.ACCOUNTANT:
        sessions = TourSession.objects.for_user(user).select_related("tour")
        home["sessions"] = list(starting_within(sessions, local_date(at), days=WEEK)[:SHOWN])
        home["sessions_url"] = list_url("catalog.toursession")
    if user.has_perm("catalog.change_toursession"):
        home["lacks"] = lacks(user, at, most=SHOWN // 2)
        home["lacks_url"] = reverse("admin:catalog_toursession_lacking")
    return home


def _figures(user: User, at: datetime) -> list[Figure]:
    if not user.sees_all_agencies:
        return [*_agency_bookings(user, at), *_agency_money(user)]
    figures = [] if user.role in (Role.ACCOUNTANT, Role.ADMIN) else [_refunds()]
    if user.has_perm("notifications.view_notification"):
        figures.append(_outbox(user, at))
    return figures


def _agency_bookings(user: User, at: datetime) -> list[Figure]:
    since = local_midnight(local_date(at).replace(day=1))
    paid = Q(status=BookingStatus.PAID, paid_at__gte=since)
    counts = Booking.objects.for_staff(user).aggregate(
        approved=Count("pk", filter=Q(status=BookingStatus.APPROVED)),
        paid=Count("pk", filter=paid),
    )
    return [
        Figure(
            _("Waiting for payment"),
            str(counts["approved"]),
            _("approved, not paid yet"),
            list_url("sales.booking", status__exact=BookingStatus.APPROVED),
            "hourglass_top",
        ),
        Figure(
            _("Paid bookings"),
            str(counts["paid"]),
            _("this month"),
            list_url("sales.booking", status__exact=BookingStatus.PAID),
            "confirmation_number",
        ),
    ]


def _agency_money(user: User) -> list[Figure]:
    """The agency's own balances; for its owner with a link to the lines."""
    balances = dict.fromkeys(AGENCY_ACCOUNTS, ZERO)
    rows = Account.objects.filter(agency_id__in=user.agency_ids, kind__in=list(balances))
    for kind, balance in rows.values_list("kind", "balance"):
        balances[AccountKind(kind)] += balance
    sees = user.has_perm("finance.view_account")
    url = list_url("finance.account") if sees else list_url("finance.paymenttransaction")
    pending = balances[AccountKind.AGENCY_PENDING]
    available = balances[AccountKind.AGENCY_AVAILABLE]
    reserve = balances[AccountKind.AGENCY_RESERVE]
    return [
        Figure(_("Pending"), som(pending), _("until the tours are over"), url, "schedule"),
        Figure(_("Available"), som(available), _("for the next payout"), url, "savings"),
        *(
            [Figure(_("Reserve"), som(reserve), _("held back for a while"), url, "lock_clock")]
            if reserve
            else []
        ),
    ]


def _refunds() -> Figure:
    waiting = refunds_waiting()
    return Figure(
        _("Refunds waiting"),
        str(waiting.count),
        som(waiting.amount) if waiting.amount else _("nothing to return"),
        list_url("finance.refund", status__exact="requested"),
        "undo",
        "warning" if waiting.count else "",
    )


def _outbox(user: User, at: datetime) -> Figure:
    due = due_messages(at)
    # Without a bot nothing leaves, and that is as it should be.
    minds = settings.TELEGRAM_BOT_TOKEN and user.has_perm("notifications.view_operations")
    if minds and due.oldest and due.is_stuck(at):
        return Figure(
            _("Messages are stuck"),
            str(due.count),
            _("late by %(age)s") % {"age": timesince(due.oldest, at, depth=1)},
            list_url("notifications.operations"),
            "error",
            "danger",
        )
    states = Notification.objects.filter(
        state__in=[NotificationState.QUEUED, NotificationState.FAILED]
    ).aggregate(
        queued=Count("pk", filter=Q(state=NotificationState.QUEUED)),
        failed=Count("pk", filter=Q(state=NotificationState.FAILED)),
    )
    state = NotificationState.FAILED if states["failed"] else NotificationState.QUEUED
    return Figure(
        _("Messages queued"),
        str(states["queued"]),
        _("failed: %(n)s") % {"n": states["failed"]},
        list_url("notifications.notification", state__exact=state),
        "send",
        "danger" if states["failed"] else "",
    )
