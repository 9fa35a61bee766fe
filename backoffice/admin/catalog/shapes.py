"""The shapes of a tour's JSON fields, as JSON Schema: for the form that edits them, and for the
check that what the prices, the refunds and the Mini App rely on is there."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

Schema = dict[str, Any]
# For the form: its fields are these, no buttons to add or hide others.
CLOSED = {"x-objectAdd": False, "x-enablePropertiesToggle": False}


def schemas() -> dict[str, Schema]:
    """The schema of each field, its titles in the active language."""
    return {
        "transport_options": transport(),
        "cancellation_policy": policy(),
        "itinerary": itinerary(),
        "inclusions": _texts(_("Included")),
        "exclusions": _texts(_("Not included")),
    }


def transport() -> Schema:
    return _rows(
        _("Transport"),
        _("Option"),
        code={"type": "string", "title": _("Code"), "minLength": 1},
        title={"type": "string", "title": _("Title"), "minLength": 1},
        price={
            "type": "string",
            "title": _("Price per seat, UZS"),
            "pattern": r"^\d{1,9}(\.\d{1,2})?$",
        },
    )


def policy() -> Schema:
    return _rows(
        _("Cancellation policy"),
        _("Step"),
        days_before={"type": "integer", "title": _("Days before the start"), "minimum": 0},
        refund_percent={
            "type": "integer",
            "title": _("Returned, %"),
            "minimum": 0,
            "maximum": 100,
        },
    )


def itinerary() -> Schema:
    return _rows(
        _("Programme"),
        _("Day"),
        day={"type": "integer", "title": _("Day"), "minimum": 1},
        title={"type": "string", "title": _("Title"), "minLength": 1},
        text={"type": "string", "title": _("Text"), "x-format": "textarea"},
    )


def parameters(schema: Schema) -> Schema:
    """A category's schema with its names in the active language (``x-title``)."""
    language = (get_language() or "ru")[:2]
    named = {
        name: {**rules, "title": rules.get("x-title", {}).get(language, name)}
        for name, rules in schema.get("properties", {}).items()
    }
    return {**schema, **CLOSED, "title": _("Parameters"), "properties": named}


def _rows(title: str, row: str, /, **properties: Schema) -> Schema:
    """A list titled ``title`` of rows each titled ``row``."""
    items = {
        **CLOSED,
        "type": "object",
        "title": row,
        "properties": properties,
        "required": list(properties),
    }
    return {"type": "array", "title": title, "items": items}


def _texts(title: str) -> Schema:
    return {"type": "array", "title": title, "items": {"type": "string", "minLength": 1}}
