"""The shapes of a tour's JSON fields, as JSON Schema (draft 2020-12). Pure, no database.

What the prices, the refunds, the Mini App and the forms rely on is said here once.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

Schema = dict[str, Any]
LANGUAGES = ("ru", "uz", "en")


def _rows(*, optional: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """A list of objects with these properties, all required but the ``optional``."""
    items = {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
    return {"type": "array", "items": items}


WORDS: Schema = {"type": "string", "minLength": 1, "maxLength": 120, "pattern": r"\S"}
TRANSPORT = _rows(
    code={"type": "string", "pattern": r"^[a-z0-9][a-z0-9-]{0,39}$"},
    title=WORDS,
    title_uz={"type": "string", "maxLength": 120},
    title_en={"type": "string", "maxLength": 120},
    price={"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$"},
    seats={"type": ["integer", "null"], "minimum": 1, "maximum": 1000},
    optional=("title_uz", "title_en", "seats"),
)
POLICY = _rows(
    days_before={"type": "integer", "minimum": 0, "maximum": 365},
    refund_percent={"type": "integer", "minimum": 0, "maximum": 100},
)
ITINERARY = _rows(
    day={"type": "integer", "minimum": 1, "maximum": 60},
    title=WORDS,
    text={"type": "string", "maxLength": 4000},
)
POINTS: Schema = {"type": "array", "maxItems": 60, "items": {**WORDS, "maxLength": 300}}

SHAPES: dict[str, Schema] = {
    "transport_options": TRANSPORT,
    "cancellation_policy": POLICY,
    **{f"itinerary_{language}": ITINERARY for language in LANGUAGES},
    **{f"inclusions_{language}": POINTS for language in LANGUAGES},
    **{f"exclusions_{language}": POINTS for language in LANGUAGES},
}
# Of the rows of a field, no two have the same.
ONCE = {"transport_options": "code", "cancellation_policy": "days_before"}


def field_faults(name: str, value: Any) -> list[str]:
    """What is wrong with the value of the tour's field ``name``, in words."""
    faults = list(faults_of(value, SHAPES[name]))
    key = ONCE.get(name)
    if key and not faults and len({row[key] for row in value}) < len(value):
        faults.append(_("Something is here twice."))
    return faults


def faults_of(value: Any, schema: Schema) -> Iterator[str]:
    """What is wrong with ``value``, each fault with the place it is at."""
    found = Draft202012Validator(schema).iter_errors(value)
    for error in sorted(found, key=lambda fault: [str(step) for step in fault.absolute_path]):
        yield _at(error, _sentence(error))


def placed_faults(value: Any, schema: Schema, *, but: str = "") -> Iterator[tuple[str, str]]:
    """As :func:`faults_of`, in pairs of the property of ``value`` and the fault further in.

    Faults of ``value`` itself against the keyword ``but`` are left out.
    """
    for error in Draft202012Validator(schema).iter_errors(value):
        if error.path:
            yield str(error.path.popleft()), _at(error, _sentence(error))
        elif error.validator == "additionalProperties" and isinstance(value, dict):
            for name in sorted(value.keys() - schema.get("properties", {}).keys()):
                yield name, _sentence(error)
        elif error.validator != but:
            yield "", _sentence(error)


def schema_faults(schema: Any) -> list[str]:
    """What is wrong with a schema itself."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return [_at(error, error.message)]
    return []


def _at(error: ValidationError | SchemaError, sentence: str) -> str:
    steps = [f"[{step + 1}]" if isinstance(step, int) else str(step) for step in error.path]
    place = ".".join(steps).replace(".[", "[")
    return f"{place}: {sentence}" if place else sentence


def _sentence(error: ValidationError) -> str:
    """The fault in the reader's language; the library speaks English only."""
    limit: Any = error.validator_value
    value: Any = error.instance
    sentences: Mapping[str, str] = {
        "type": _("expected: %(limit)s"),
        "enum": _("expected one of: %(limit)s"),
        "required": _("this is missing: %(limit)s"),
        "additionalProperties": _("nothing of this name is known"),
        "minimum": _("at least %(limit)s"),
        "maximum": _("at most %(limit)s"),
        "minLength": _("this is empty"),
        "pattern": _("%(value)s does not fit"),
        "maxLength": _("at most %(limit)s characters"),
        "minItems": _("this is empty"),
        "maxItems": _("at most %(limit)s rows"),
        "uniqueItems": _("something is here twice"),
    }
    if error.validator == "required":
        limit = [name for name in limit if name not in value]
    shown = ", ".join(map(str, limit)) if isinstance(limit, list) else limit
    sentence = sentences.get(str(error.validator))
    return sentence % {"limit": shown, "value": value} if sentence else error.message
