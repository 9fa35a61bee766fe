"""The kinds of things that events are about and the actions there are, as filters offer them."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backoffice.admin.core.sentences import PARTNERS, SENTENCES
from partners.models import User

# Events of the page of settings are of its rows.
SETTINGS_ROW = "constance.constance"
ROWS_OF = {"constance.config": SETTINGS_ROW}
RESOURCE_OF = {row: resource for resource, row in ROWS_OF.items()}

# What actions begin with, and the resource whose readers are offered them.
FAMILIES = {
    "booking": "sales.booking",
    "payment": "finance.paymenttransaction",
    "refund": "finance.refund",
    "invoice": "finance.invoice",
    "tour": "catalog.tour",
    "category": "catalog.tourcategory",
    "session": "catalog.toursession",
    "promotion": "catalog.promotion",
    "promo_code": "catalog.promocode",
    "chat": "catalog.tourchat",
    "media": "core.media",
    "agency": "partners.travelagency",
    "member": "partners.agencymember",
    "invitation": "partners.staffinvitation",
    "view_as": "partners.viewas",
    "user": "partners.user",
    "sign_in": "axes.accessattempt",
    "staff_session": "partners.staffsession",
    "friendship": "partners.friendship",
    "partner": "partners.referralpartner",
    "bonus": "finance.referralbonus",
    "withdrawal": "finance.referralpayoutrequest",
    "payout": "finance.payout",
    "payout_register": "finance.payoutregister",
    "payment_details": "partners.paymentdetailschange",
    "rate": "finance.commissionrate",
    "adjustment": "finance.adjustment",
    "case": "finance.moneycase",
    "registry": "finance.reconciliationfile",
    "month": "finance.closedmonth",
    "books": "finance.accountingtransaction",
    "job": "core.job",
    "schedule": "core.jobschedule",
    "message": "notifications.notification",
    "announcement": "notifications.announcement",
    "log": "core.eventlog",
    "setting": "constance.config",
}
# What events are about: not payments and refunds, which are told of their booking.
KINDS = (
    "sales.booking",
    "finance.invoice",
    "catalog.tour",
    "catalog.tourcategory",
    "catalog.toursession",
    "catalog.promotion",
    "catalog.promocode",
    "catalog.tourchat",
    "core.media",
    "partners.travelagency",
    "partners.agencymember",
    "partners.staffinvitation",
    "partners.user",
    "partners.friendship",
    "partners.referralpartner",
    "finance.referralbonus",
    "finance.referralpayoutrequest",
    "finance.payout",
    "finance.payoutregister",
    "partners.paymentdetailschange",
    "finance.commissionrate",
    "finance.adjustment",
    "finance.moneycase",
    "finance.reconciliationfile",
    "finance.reconciliationrow",
    "finance.closedmonth",
    "finance.accountingtransaction",
    "core.job",
    "core.jobschedule",
    "core.eventseal",
    "notifications.notification",
    "notifications.announcement",
    SETTINGS_ROW,
)
# What libraries call their rows is not what they are here.
TITLES: dict[str, Any] = {
    "constance.config": _("Settings of the platform"),
    SETTINGS_ROW: _("Settings of the platform"),
    "axes.accessattempt": _("Sign-in"),
}


def kinds_for(reader: User) -> list[tuple[str, str]]:
    """Labels and names of the things whose events ``reader`` may see."""
    seen = [label for label in KINDS if _may_see(reader, RESOURCE_OF.get(label, label))]
    return [(label, kind_name(label)) for label in seen]


def actions_for(reader: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """The actions in groups, each under the name of what it is done to."""
    hidden = set() if reader.sees_all_agencies else set(PARTNERS)
    return [
        (kind_name(FAMILIES[family]), _named([each for each in actions if each not in hidden]))
        for family, actions in _families()
        if family in FAMILIES and _may_see(reader, FAMILIES[family])
    ]


def kind_name(label: str) -> str:
    """What the model ``label`` is called, in the reader's language."""
    if label in TITLES:
        return str(TITLES[label])
    model = _model(label)
    return capfirst(str(model._meta.verbose_name)) if model else label


def action_name(action: str) -> str:
    """An action's sentence, with dots where its facts stand; of several sentences the first."""
    if action not in SENTENCES:
        return action
    whole = _without_facts(action)
    first = re.split(r"(?<=[.;:])\s", whole)[0].rstrip(" .:;…")
    return first or whole


def _named(actions: list[str]) -> list[tuple[str, str]]:
    """Two that begin alike are told whole."""
    names = [action_name(action) for action in actions]
    return [
        (action, name if names.count(name) == 1 else _without_facts(action))
        for action, name in zip(actions, names, strict=True)
    ]


def _without_facts(action: str) -> str:
    return re.sub(r"\s?\([^)]*\{\w+\}\)|[“«]?\{\w+\}[”»]?( %)?", "…", str(SENTENCES[action]))


def _families() -> Iterator[tuple[str, list[str]]]:
    order = list(FAMILIES)
    found = sorted(SENTENCES, key=lambda action: (_place(order, action), action))
    for family, actions in groupby(found, key=lambda action: action.partition(".")[0]):
        yield family, list(actions)


def _place(order: list[str], action: str) -> int:
    family = action.partition(".")[0]
    return order.index(family) if family in order else len(order)


def _may_see(reader: User, resource: str) -> bool:
    app, _dot, model = resource.partition(".")
    return reader.has_perm(f"{app}.view_{model}")


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except LookupError:
        return None
