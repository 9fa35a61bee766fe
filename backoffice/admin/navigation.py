"""The sidebar: by work, not by table; what each role does all day comes first and stands open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.admin.badges import badges
from backoffice.admin.counting import in_figures
from backoffice.admin.display import list_url
from core.clock import now
from partners.models import User
from partners.roles import Role


@dataclass(frozen=True, slots=True)
class Item:
    """A list in the sidebar; it is lit on the pages of the lists ``also``, too."""

    label: str
    title: Any
    icon: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    title: Any
    items: tuple[Item, ...]


GROUPS = {
    "sales": Group(
        _("Sales"),
        (
            Item("sales.bookingrequest", _("To approve"), "inbox"),
            Item("sales.booking", _("Bookings"), "confirmation_number"),
            Item("sales.bookingtraveller", _("Travellers"), "groups"),
            Item("sales.bookingcomment", _("Comments"), "comment"),
            Item("sales.customtriprequest", _("Custom trips"), "explore"),
        ),
    ),
    "tours": Group(
        _("Tours"),
        (
            Item("catalog.tour", _("Tours"), "landscape"),
            Item("catalog.toursession", _("Dates"), "calendar_month"),
            Item("catalog.promotion", _("Promotions"), "sell"),
            Item("catalog.promocode", _("Promo codes"), "local_activity"),
            Item("catalog.tourchat", _("Tour chats"), "forum", ("notifications.chatmember",)),
            Item("core.media", _("Pictures"), "photo_library"),
        ),
    ),
    "money": Group(
        _("Money"),
        (
            Item("finance.paymenttransaction", _("Payments"), "payments"),
            Item("finance.refund", _("Refunds"), "undo"),
            Item("finance.moneycase", _("Needs a decision"), "help_center"),
            Item("finance.payout", _("Payouts"), "account_balance", ("finance.payoutregister",)),
            Item("finance.referralpayoutrequest", _("Withdrawals"), "credit_card"),
            Item(
                "finance.reconciliationfile",
                _("Reconciliation"),
                "compare_arrows",
                ("finance.reconciliationrow",),
            ),
            Item("finance.invoice", _("Invoices"), "sms"),
            Item("partners.paymentdetailschange", _("Payment details"), "contact_page"),
        ),
    ),
    "books": Group(
        _("Books"),
        (
            Item("finance.report", _("Reports"), "monitoring"),
            Item("finance.account", _("Accounts"), "account_balance_wallet"),
            Item("finance.adjustment", _("By hand"), "edit_note"),
            Item("finance.commissionrate", _("Commission"), "percent"),
            Item("finance.closedmonth", _("Months"), "event_available"),
            Item("core.job", _("My exports"), "download"),
        ),
    ),
    "people": Group(
        _("People"),
        (
            Item("partners.user", _("People"), "person"),
            Item("partners.travelagency", _("Agencies"), "storefront"),
            Item("partners.agencymember", _("Members"), "badge", ("partners.staffinvitation",)),
            Item("partners.referralpartner", _("Referral partners"), "campaign"),
            Item("partners.staffsession", _("Staff sessions"), "devices"),
            Item("partners.viewas", _("Views as staff"), "visibility"),
            Item("core.permissions", _("Who may what"), "rule"),
        ),
    ),
    "messages": Group(
        _("Messages and log"),
        (
            Item("notifications.notification", _("Messages"), "send"),
            Item("notifications.announcement", _("Announcements"), "notifications"),
            Item(
                "notifications.operations",
                _("Operations"),
                "monitor_heart",
                ("notifications.chatpace",),
            ),
            Item("core.eventlog", _("Log of actions"), "history"),
        ),
    ),
    "seldom": Group(
        _("Seldom needed"),
        (
            Item("sales.tripproposal", _("Proposals"), "request_quote"),
            Item("sales.dateoffer", _("Other dates"), "event_repeat"),
            Item("catalog.tourcategory", _("Categories"), "category"),
            Item("finance.accountingtransaction", _("Journals"), "menu_book"),
            Item("finance.ledgerentry", _("Ledger lines"), "format_list_numbered"),
            Item("finance.referralbonus", _("Bonuses"), "redeem"),
            Item("core.jobschedule", _("Scheduled exports"), "schedule_send"),
            Item("finance.providercall", _("Provider calls"), "cloud_sync"),
            Item("partners.partnerrate", _("Partners' rates"), "percent"),
            Item("partners.referraltouch", _("Arrivals by links"), "login"),
            Item("partners.friendship", _("Friendships"), "diversity_3"),
            Item("partners.accesstoken", _("Sign-ins"), "key"),
            Item("otp_totp.totpdevice", _("Second factors"), "phonelink_lock"),
            Item("axes.accessattempt", _("Failed sign-ins"), "lock_person"),
            Item("core.eventseal", _("Seals"), "verified"),
            Item("core.eventdelivery", _("Not told yet"), "hourglass_top"),
            Item("core.idempotencykey", _("Kept answers"), "content_copy"),
            Item("constance.config", _("Settings"), "tune"),
        ),
    ),
}
# What each role opens all day comes first and does not fold away.
DAILY = {
    Role.MANAGER: ("sales", "tours"),
    Role.OWNER: ("sales", "tours"),
    Role.ACCOUNTANT: ("money", "books"),
    Role.SUPPORT: ("sales", "people", "messages"),
    Role.ADMIN: ("sales", "money"),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation, of what the role may see."""
    user = request.user
    if not isinstance(user, User):
        return []
    home = {"title": _("Home"), "icon": "home", "link": reverse("admin:index")}
    waiting, daily = badges(user, now()), DAILY.get(user.role, ())
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for name in (*daily, *(name for name in GROUPS if name not in daily)):
        items = [_called(item, user) for item in GROUPS[name].items if sees_label(item.label, user)]
        if items:
            groups.append(_group(GROUPS[name], items, waiting, request.path, name not in daily))
    return groups


def sees_queue(request: HttpRequest) -> bool:
    """Payouts of all agencies are the platform's."""
    user = request.user
    return (
        isinstance(user, User) and user.sees_all_agencies and user.has_perm("finance.view_payout")
    )


def sees_label(label: str, user: User) -> bool:
    """Whether the role may open the list of ``label``."""
    app, _dot, model = label.partition(".")
    return user.has_perm(f"{app}.view_{model}")


def _called(item: Item, user: User) -> Item:
    """To who works for one agency alone it is not a list."""
    is_own = item.label == "partners.travelagency" and not user.sees_all_agencies
    return replace(item, title=_("My agency")) if is_own and len(user.agency_ids) == 1 else item


def _group(
    group: Group, items: list[Item], waiting: Mapping[str, int], path: str, folds: bool
) -> dict[str, Any]:
    """One that is folded tells what waits in it."""
    entries = [_entry(item, waiting.get(item.label, 0), path) for item in items]
    hidden = sum(waiting.get(item.label, 0) for item in items) if folds else 0
    return {"title": group.title, "collapsible": folds, "items": entries} | _badge(hidden)


def _entry(item: Item, waiting: int, path: str) -> dict[str, Any]:
    places = [list_url(label) for label in (item.label, *item.also)]
    return {
        "title": item.title,
        "icon": item.icon,
        "link": places[0],
        "active": any(path.startswith(place) for place in places),
    } | _badge(waiting)


def _badge(waiting: int) -> dict[str, Any]:
    if not waiting:
        return {}
    return {"badge": in_figures(waiting), "badge_variant": "warning", "badge_style": "solid"}
