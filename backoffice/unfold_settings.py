"""How Unfold looks here. The sidebar is ``backoffice.admin.navigation``."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def _tab(title: Any, name: str) -> dict[str, Any]:
    """A tab that is lit on its own page only: the list's address begins those of the others."""
    link = reverse(name)
    return {"title": title, "link": link, "active": lambda request: request.path == link}


def tabs(_request: HttpRequest) -> list[dict[str, Any]]:
    """Made for each page: Unfold compares every tab's address with every entry of the sidebar,
    and a lazy one would be resolved each time."""
    return [
        {
            "page": "dates",
            "models": ["catalog.toursession"],
            "items": [
                _tab(_("List"), "admin:catalog_toursession_changelist"),
                _tab(_("Calendar"), "admin:catalog_toursession_calendar"),
                _tab(_("Lacking people"), "admin:catalog_toursession_lacking"),
            ],
        },
        {
            "page": "members",
            "models": ["partners.agencymember", "partners.staffinvitation"],
            "items": [
                _tab(_("Members"), "admin:partners_agencymember_changelist"),
                _tab(_("Invitations"), "admin:partners_staffinvitation_changelist"),
            ],
        },
        {
            "page": "payouts",
            "models": ["finance.payout", "finance.payoutregister"],
            "items": [
                _tab(_("Queue"), "admin:finance_payout_queue")
                | {"permission": "backoffice.admin.navigation.sees_queue"},
                _tab(_("Payouts"), "admin:finance_payout_changelist"),
                _tab(_("Registers"), "admin:finance_payoutregister_changelist")
                | {"permission": "backoffice.admin.navigation.sees_queue"},
            ],
        },
    ]


UNFOLD = {
    "SITE_TITLE": "Circle",
    "SITE_HEADER": "Circle",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "travel_explore",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("backoffice/icon.svg"),
        },
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "8px",
    "SHOW_UI_WARNINGS": False,
    "ENVIRONMENT": "backoffice.admin.finance.calls.mode_label",
    "STYLES": [
        lambda request: static("backoffice/circle.css"),
        lambda request: static("backoffice/wayfinding.css"),
    ],
    "SCRIPTS": [
        lambda request: static("backoffice/timer.js"),
        lambda request: static("backoffice/names.js"),
        lambda request: static("backoffice/keys.js"),
        lambda request: static("backoffice/once.js"),
        lambda request: static("backoffice/kept.js"),
        lambda request: static("backoffice/wrong.js"),
    ],
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .014 195)",
            "100": "oklch(94.5% .035 195)",
            "200": "oklch(89.5% .065 195)",
            "300": "oklch(82.5% .095 195)",
            "400": "oklch(73.5% .115 196)",
            "500": "oklch(63.5% .108 197)",
            "600": "oklch(52.5% .092 199)",
            "700": "oklch(44.5% .077 201)",
            "800": "oklch(38.0% .063 203)",
            "900": "oklch(33.0% .052 205)",
            "950": "oklch(25.0% .042 208)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "backoffice.admin.navigation.sidebar",
    },
    "TABS": "backoffice.unfold_settings.tabs",
    "ACCOUNT": {"navigation": [{"title": _("My account"), "link": reverse_lazy("admin:account")}]},
    "DASHBOARD_CALLBACK": "backoffice.admin.home.context",
}
