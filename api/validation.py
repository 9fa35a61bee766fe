"""Validation errors in the caller's language: pydantic's kinds in our words."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _


def field_errors(errors: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """``[{"field": "travellers.0.kind", "message": …}]``."""
    return [{"field": _field(error["loc"]), "message": _message(error)} for error in errors]


def _field(location: Sequence[Any]) -> str:
    # ("body", "body", "seats"): where it was found and the view's parameter are not the caller's.
    steps = [str(step) for step in location]
    if steps and steps[0] in ("body", "query", "path", "header", "form", "file"):
        place = steps.pop(0)
        if place in ("body", "query", "form") and len(steps) > 1:
            steps.pop(0)
    return ".".join(steps)


def _message(error: dict[str, Any]) -> str:
    limits = error.get("ctx") or {}
    text = _texts().get(error["type"])
    if text is None:
        return _custom(error)
    return text.format(**{key: str(value) for key, value in limits.items()})


def _custom(error: dict[str, Any]) -> str:
    cause = (error.get("ctx") or {}).get("error")
    return str(cause) if cause else str(error["msg"])


def _texts() -> dict[str, str]:
    return {
        "missing": _("This field is required."),
        "extra_forbidden": _("There is no such field."),
        "greater_than_equal": _("Must be at least {ge}."),
        "greater_than": _("Must be more than {gt}."),
        "less_than_equal": _("Must be at most {le}."),
        "less_than": _("Must be less than {lt}."),
        "int_type": _("Must be a whole number."),
        "int_parsing": _("Must be a whole number."),
        "int_from_float": _("Must be a whole number."),
        "string_type": _("Must be text."),
        "string_too_short": _("Must have at least {min_length} characters."),
        "string_too_long": _("Must have at most {max_length} characters."),
        "string_pattern_mismatch": _("Has a wrong form."),
        "bool_type": _("Must be true or false."),
        "bool_parsing": _("Must be true or false."),
        "list_type": _("Must be a list."),
        "too_long": _("Has too many entries: at most {max_length}."),
        "decimal_parsing": _("Must be an amount such as 150000.00."),
        "decimal_type": _("Must be an amount such as 150000.00."),
        "decimal_max_places": _("Must have at most {decimal_places} decimal places."),
        "date_from_datetime_parsing": _("Must be a date such as 2027-05-31."),
        "date_parsing": _("Must be a date such as 2027-05-31."),
        "enum": _("Must be one of: {expected}."),
        "literal_error": _("Must be one of: {expected}."),
        "json_invalid": _("Not JSON."),
    }
