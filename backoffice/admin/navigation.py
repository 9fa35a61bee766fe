"""The sidebar: by work, not by table; badges count what waits for somebody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.admin.catalog.under_filled import lacking_for
from backoffice.admin.display import list_url
from core.clock import now
from core.models.proposal import ProposalStatus
from finance.models import Payout, ReferralPayoutRequest, Refund
from finance.queries import overview
from finance.queries.cases import open_cases
from finance.queries.month_list import months_waiting
from finance.states import PayoutStatus, RefundStatus, WithdrawalStatus
from notifications.models import Notification
from notifications.states import NotificationState
from partners.models import PaymentDetailsChange, User
from partners.roles import Role
from sales.models import Booking
from sales.queries.waiting import waiting_requests

Count = Callable[[User], int]


def requests_waiting(user: User) -> int:
    return waiting_requests(Booking.objects.for_staff(user), now()).count()


def refunds_waiting(user: User) -> int:
    # An agency has nothing to do about a refund.
    if not user.sees_all_agencies:
        return 0
    todo = (RefundStatus.REQUESTED, RefundStatus.APPROVED, RefundStatus.FAILED)
    return Refund.objects.filter(status__in=todo).count()


def cases_waiting(user: User) -> int:
    return open_cases()[0]


def payouts_waiting(user: User) -> int:
    if not user.sees_all_agencies:
        return 0
    return Payout.objects.filter(status=PayoutStatus.CREATED).count()


def sees_queue(request: HttpRequest) -> bool:
    """Payouts of all agencies are the platform's."""
    user = request.user
    return (
        isinstance(user, User) and user.sees_all_agencies and user.has_perm("finance.view_payout")
    )


def details_waiting(user: User) -> int:
    if not user.has_perm("partners.decide_paymentdetailschange"):
        return 0
    return PaymentDetailsChange.objects.filter(status=ProposalStatus.PROPOSED).count()


def rates_waiting(user: User) -> int:
    return overview.rates_waiting() if user.sees_all_agencies else 0


def adjustments_waiting(user: User) -> int:
    return overview.adjustments_waiting().count


def months_open(user: User) -> int:
    return months_waiting(now())


def dates_lacking(user: User) -> int:
    if not user.has_perm("catalog.change_toursession"):
        return 0
    return int(lacking_for(user, now()).count())


def withdrawals_waiting(user: User) -> int:
    waiting = WithdrawalStatus.REQUESTED
    return ReferralPayoutRequest.objects.for_user(user).filter(status=waiting).count()


def messages_failed(user: User) -> int:
    if not user.sees_all_agencies:
        return 0
    return Notification.objects.filter(state=NotificationState.FAILED).count()


@dataclass(frozen=True, slots=True)
class Item:
    """A list in the sidebar; ``waiting`` is counted for its badge."""

    label: str
    title: Any
    icon: str
    waiting: Count | None = None


GROUPS: tuple[tuple[Any, tuple[Item, ...]], ...] = (
    (
        _("Sales"),
        (
            Item("sales.bookingrequest", _("To approve"), "inbox", requests_waiting),
            Item("sales.booking", _("Bookings"), "confirmation_number"),
            Item("sales.customtriprequest", _("Custom trips"), "explore"),
            Item("sales.tripproposal", _("Proposals"), "request_quote"),
            Item("sales.dateoffer", _("Other dates"), "event_repeat"),
            Item("sales.bookingcomment", _("Comments"), "comment"),
            Item("sales.bookingtraveller", _("Travellers"), "groups"),
        ),
    ),
    (
        _("Tours"),
        (
            Item("catalog.tour", _("Tours"), "landscape"),
            Item("catalog.toursession", _("Dates"), "calendar_month", dates_lacking),
            Item("catalog.promotion", _("Promotions"), "sell"),
            Item("catalog.promocode", _("Promo codes"), "local_activity"),
            Item("catalog.tourcategory", _("Categories"), "category"),
            Item("catalog.tourchat", _("Tour chats"), "forum"),
            Item("core.media", _("Pictures"), "photo_library"),
        ),
    ),
    (
        _("Money"),
        (
            Item("finance.paymenttransaction", _("Payments"), "payments"),
            Item("finance.invoice", _("Invoices"), "sms"),
            Item("finance.refund", _("Refunds"), "undo", refunds_waiting),
            Item("finance.moneycase", _("Needs a decision"), "help_center", cases_waiting),
            Item("finance.payout", _("Payouts"), "account_balance", payouts_waiting),
            Item(
                "partners.paymentdetailschange",
                _("Payment details"),
                "contact_page",
                details_waiting,
            ),
            Item("finance.commissionrate", _("Commission"), "percent", rates_waiting),
            Item("finance.reconciliationfile", _("Reconciliation"), "compare_arrows"),
            Item("finance.referralbonus", _("Bonuses"), "redeem"),
            Item(
                "finance.referralpayoutrequest",
                _("Withdrawals"),
                "credit_card",
                withdrawals_waiting,
            ),
        ),
    ),
    (
        _("Books"),
        (
            Item("finance.report", _("Reports"), "monitoring"),
            Item("core.job", _("My exports"), "download"),
            Item("core.jobschedule", _("Scheduled exports"), "schedule_send"),
            Item("finance.account", _("Accounts"), "account_balance_wallet"),
            Item("finance.accountingtransaction", _("Journals"), "menu_book"),
            Item("finance.ledgerentry", _("Ledger lines"), "format_list_numbered"),
            Item("finance.adjustment", _("By hand"), "edit_note", adjustments_waiting),
            Item("finance.closedmonth", _("Months"), "event_available", months_open),
        ),
    ),
    (
        _("People"),
        (
            Item("partners.travelagency", _("Agencies"), "storefront"),
            Item("partners.agencymember", _("Members"), "badge"),
            Item("partners.user", _("People"), "person"),
            Item("partners.referralpartner", _("Referral partners"), "campaign"),
            Item("partners.partnerrate", _("Partners' rates"), "percent"),
            Item("partners.referraltouch", _("Arrivals by links"), "login"),
            Item("partners.friendship", _("Friendships"), "diversity_3"),
            Item("partners.accesstoken", _("Sign-ins"), "key"),
        ),
    ),
    (
        _("Messages and log"),
        (
            Item("notifications.notification", _("Messages"), "send", messages_failed),
            Item("notifications.operations", _("Operations"), "monitor_heart"),
            Item("notifications.announcement", _("Announcements"), "notifications"),
            Item("core.eventlog", _("Log of actions"), "history"),
            Item("finance.providercall", _("Provider calls"), "cloud_sync"),
            Item("core.eventseal", _("Seals"), "verified"),
            Item("core.eventdelivery", _("Not told yet"), "hourglass_top"),
            Item("core.idempotencykey", _("Kept answers"), "content_copy"),
            Item("constance.config", _("Settings"), "tune"),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation, of what the role may see."""
    user = request.user
    if not isinstance(user, User):
        return []
    home = {"title": _("Home"), "icon": "home", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [home]}]
    # The daily work stays open; the rest folds away.
    daily = {2, 3} if user.role == Role.ACCOUNTANT else {0, 1}
    for number, (title, items) in enumerate(GROUPS):
        shown = [_entry(item, user) for item in items if _may_see(item, user)]
        if shown:
            groups.append({"title": title, "collapsible": number not in daily, "items": shown})
    return groups


def _may_see(item: Item, user: User) -> bool:
    app, _dot, model = item.label.partition(".")
    return user.has_perm(f"{app}.view_{model}")


def _entry(item: Item, user: User) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "title": item.title,
        "icon": item.icon,
        "link": list_url(item.label),
    }
    if item.waiting is not None:
        entry |= {"badge": item.waiting(user), "badge_variant": "warning", "badge_style": "solid"}
    return entry
