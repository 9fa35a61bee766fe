"""Where "g" and a letter lead, for those whose role may go there."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.admin.display import list_url
from backoffice.admin.navigation import GROUPS, sees_label
from partners.models import User

# None of Unfold's own: c, e, f.
LETTERS = {
    "r": "sales.bookingrequest",
    "b": "sales.booking",
    "t": "catalog.tour",
    "d": "catalog.toursession",
    "m": "finance.paymenttransaction",
    "p": "finance.payout",
    "a": "partners.travelagency",
    "u": "partners.user",
    "l": "core.eventlog",
}


@dataclass(frozen=True, slots=True)
class Way:
    letter: str
    title: Any
    url: str


def ways_for(user: User) -> list[Way]:
    """Home first, then lists, by the names they have in the sidebar."""
    titles = {item.label: item.title for group in GROUPS.values() for item in group.items}
    return [
        Way("h", _("Home"), reverse("admin:index")),
        *(
            Way(letter, titles[label], list_url(label))
            for letter, label in LETTERS.items()
            if sees_label(label, user)
        ),
    ]
