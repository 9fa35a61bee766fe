"""Pages and acts, found by the words of their titles in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.admin.display import list_url
from backoffice.admin.navigation import GROUPS, sees_label
from backoffice.admin.search.hits import Found, Hit
from partners.models import User

MOST = 6
FEWEST_LETTERS_WITHIN = 3


@dataclass(frozen=True, slots=True)
class Place:
    """``right`` is what its reader needs (``catalog.add_tour``); empty: nothing more."""

    title: Any
    address: str
    icon: str
    right: str = ""


ACTS = (
    Place(_("New tour"), "admin:catalog_tour_add", "add", "catalog.add_tour"),
    Place(_("New date"), "admin:catalog_toursession_add", "add", "catalog.add_toursession"),
    Place(_("New promotion"), "admin:catalog_promotion_add", "add", "catalog.add_promotion"),
    Place(_("New promo code"), "admin:catalog_promocode_add", "add", "catalog.add_promocode"),
    Place(_("New agency"), "admin:partners_travelagency_add", "add", "partners.add_travelagency"),
    Place(
        _("New announcement"),
        "admin:notifications_announcement_add",
        "add",
        "notifications.add_announcement",
    ),
    Place(
        _("Upload a registry"),
        "admin:finance_reconciliationfile_add",
        "upload",
        "finance.add_reconciliationfile",
    ),
    Place(_("Home"), "admin:index", "home"),
    Place(_("My account"), "admin:account", "account_circle"),
    Place(_("My views"), "admin:core_savedfilter_changelist", "bookmark", "core.view_savedfilter"),
    Place(
        _("Calendar"),
        "admin:catalog_toursession_calendar",
        "calendar_month",
        "catalog.view_toursession",
    ),
    Place(
        _("Lacking people"),
        "admin:catalog_toursession_lacking",
        "group_off",
        "catalog.change_toursession",
    ),
    Place(
        _("Queue of payouts"),
        "admin:finance_payout_queue",
        "account_balance",
        "finance.approve_payout",
    ),
)


def find_places(user: User, words: str) -> Found | None:
    """Of the pages the role may open those whose title has the words."""
    hits = [hit for hit in _open_to(user) if _says(hit, words)]
    return Found(_("Pages and acts"), "arrow_forward", hits[:MOST]) if hits else None


def _open_to(user: User) -> Iterator[Hit]:
    for place in ACTS:
        if not place.right or user.has_perm(place.right):
            yield Hit(str(place.title), reverse(place.address), icon=place.icon)
    for group in GROUPS.values():
        for item in group.items:
            if sees_label(item.label, user):
                yield Hit(
                    str(item.title), list_url(item.label), text=str(group.title), icon=item.icon
                )


def _says(hit: Hit, words: str) -> bool:
    """Each word begins one of the title's; a longer one may stand anywhere in it."""
    title = hit.title.casefold()
    begun = title.split()
    return bool(words) and all(
        any(each.startswith(word) for each in begun)
        or (len(word) >= FEWEST_LETTERS_WITHIN and word in title)
        for word in words.casefold().split()
    )
