"""What a tour's page says beside its form: how far the tour is, what is missing, its next dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.helpers import AdminForm
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.catalog.in_words import children_in_words, policy_in_words
from backoffice.admin.display import COLOURS, list_url
from catalog.models import Tour
from catalog.queries.calendar import starting_within
from catalog.queries.tour_faults import Need, needs_of
from catalog.services.tours import TEXTS
from catalog.shapes import LANGUAGES
from catalog.states import TourStatus
from core.clock import local_date, now

NEXT_DATES = 4
YEAR = 366
# The tab each field or part of the page is on.
TABS = {
    "gallery": "photos",
    "parameters": "params",
    "cancellation_policy": "terms",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the form; ``badge`` is short, ``errors`` are counted."""

    id: str
    title: str
    icon: str
    errors: int = 0
    badge: str = ""


def tour_page(tour: Tour | None, form: AdminForm) -> dict[str, Any]:
    """The context of ``admin/catalog/tour.html``."""
    page: dict[str, Any] = {
        "tabs": list(_tabs(tour, form)),
        "languages": dict.fromkeys(LANGUAGES),
        "unnumbered": {"days": "%(days)s", "share": "%(share)s"},
    }
    return page | _about(tour) if tour else page


def _about(tour: Tour) -> dict[str, Any]:
    needs = needs_of(tour)
    coming = starting_within(tour.sessions.all(), local_date(now()), days=YEAR)  # type: ignore[arg-type]
    return {
        "colour": COLOURS["tour"].get(tour.status, "plain"),
        "cover": tour.gallery.select_related("media").first(),
        "needs": [(need, _address(tour, need)) for need in needs],
        "missing": [need.words for need in needs if not need.is_met],
        "sessions": list(coming[:NEXT_DATES]),
        "dates_url": list_url("catalog.toursession", tour__id__exact=tour.pk),
        "add_date_url": f"{reverse('admin:catalog_toursession_add')}?tour={tour.pk}",
        "rule_url": f"{reverse('admin:catalog_toursession_by_rule')}?tour={tour.pk}",
        "calendar_url": f"{reverse('admin:catalog_toursession_calendar')}?tour={tour.pk}",
        "preview_url": action_url(tour, "show_preview"),
        "moves": list(_moves(tour)),
        "policy_words": policy_in_words(tour.cancellation_policy),
        "children_words": children_in_words(tour),
    }


def action_url(tour: Tour, name: str) -> str:
    return reverse(f"admin:catalog_tour_{name}", args=[tour.pk])


def _address(tour: Tour, need: Need) -> str:
    """Where on the page, or on which other page, a need is met."""
    if need.field == "sessions":
        return f"{reverse('admin:catalog_toursession_add')}?tour={tour.pk}"
    tab = TABS.get(need.field) or need.field.rpartition("_")[2]
    return f"#{tab}" if need.field in TABS else f"#{tab}:{need.field}"


def _moves(tour: Tour) -> Iterator[tuple[str, str, str, str]]:
    """Address, title, icon and colour of the buttons that fit the tour's state."""
    if tour.status != TourStatus.PUBLISHED:
        yield action_url(tour, "publish"), _("Publish"), "storefront", "primary"
    if tour.status != TourStatus.ARCHIVED:
        yield action_url(tour, "archive"), _("Archive"), "archive", ""
    yield action_url(tour, "duplicate"), _("Duplicate"), "content_copy", ""


# --- tabs


def _tabs(tour: Tour | None, form: AdminForm) -> Iterator[Tab]:
    wrong = _errors_by_tab(form)
    for id, title, icon in (
        ("ru", _("Russian"), "translate"),
        ("uz", _("Uzbek"), "translate"),
        ("en", _("English"), "translate"),
        ("params", _("Parameters"), "tune"),
        ("terms", _("Terms"), "gavel"),
        ("transport", _("Transport"), "directions_bus"),
        ("fiscal", _("Receipt"), "receipt_long"),
    ):
        badge = _translated(tour, id) if tour and id in ("uz", "en") else ""
        yield Tab(id, title, icon, wrong.get(id, 0), badge)
    badge = str(tour.gallery.count()) if tour else ""
    yield Tab("photos", _("Photos"), "photo_library", badge=badge)


def _translated(tour: Tour, language: str) -> str:
    """How much of what is said in Russian is said in ``language``; empty when all of it is."""
    said = [text for text in TEXTS if getattr(tour, f"{text}_ru")]
    there = [text for text in said if getattr(tour, f"{text}_{language}")]
    return "" if len(there) == len(said) else f"{len(there)}/{len(said)}"


def _errors_by_tab(form: AdminForm) -> dict[str, int]:
    counted = {}
    for fieldset in form:
        names = [_name(field) for line in fieldset for field in line if not _is_shown(field)]
        counted[fieldset.classes] = len(form.form.errors.keys() & set(names))
    parameters = [name for name in form.form.errors if name.startswith("param_")]
    counted["params"] = counted.get("params", 0) + len(parameters)
    return counted


def _name(field: Any) -> str:
    return str(field.field.name)


def _is_shown(field: Any) -> bool:
    """Read only: its name is kept elsewhere."""
    return bool(getattr(field, "is_readonly", False))
