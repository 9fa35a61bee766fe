"""The parameters of a category's tours: its JSON Schema read as questions. Pure, no database.

A property of the schema is a text, a number, a yes or no, one of a list, several of a list, or a
list of texts. ``x-title`` names it and ``x-labels`` its values, each ``{ru, uz, en}``; the schema's
``x-order`` says in which order they are asked: PostgreSQL keeps none for the keys of an object.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.shapes import Schema, faults_of, placed_faults, schema_faults


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One question; ``choices`` are pairs of value and label in the active language."""

    name: str
    title: str
    kind: Kind
    is_required: bool
    rules: Schema
    choices: tuple[tuple[str, str], ...] = ()

    def shown(self, value: Any) -> str:
        """A value of it, as a person reads it."""
        if self.kind is Kind.FLAG:
            return _("yes") if value else _("no")
        values = value if isinstance(value, list) else [value]
        labels = dict(self.choices)
        return ", ".join(labels.get(str(each), str(each)) for each in values)


def parameters_of(schema: Schema) -> list[Parameter]:
    """The questions of a category's schema, in its order; of a kind nobody can ask, none."""
    required = set(schema.get("required", ()))
    found = []
    for name in names_in_order(schema):
        rules = schema["properties"][name]
        kind = kind_of(rules)
        if kind is not None:
            title = _in_language(rules.get("x-title"), name)
            choices = tuple(_choices(rules))
            found.append(Parameter(name, title, kind, name in required, rules, choices))
    return found


def answers_of(values: Mapping[str, Any], schema: Schema) -> list[tuple[Parameter, str]]:
    """What is answered of the schema's questions, as a person reads it."""
    return [
        (each, each.shown(values[each.name]))
        for each in parameters_of(schema)
        if values.get(each.name) not in (None, "", [])
    ]


def names_in_order(schema: Schema) -> list[str]:
    """The names of the schema's properties: those of ``x-order`` first."""
    known = schema.get("properties", {})
    ordered = [name for name in schema.get("x-order", ()) if name in known]
    return list(dict.fromkeys([*ordered, *known]))


def kind_of(rules: Any) -> Kind | None:
    """What kind of question a property is; None for one that the form cannot ask."""
    if not isinstance(rules, dict):
        return None
    items = rules.get("items")
    items = items if isinstance(items, dict) else {}
    match rules.get("type"), "enum" in rules, items.get("type"), "enum" in items:
        case "string", True, _, _:
            return Kind.CHOICE
        case "string", False, _, _:
            return Kind.TEXT
        case "array", _, "string", True:
            return Kind.CHOICES
        case "array", _, "string", False:
            return Kind.TEXTS
        case "integer" | "number" | "boolean" as plain, _, _, _:
            return {"integer": Kind.INTEGER, "number": Kind.NUMBER}.get(plain, Kind.FLAG)
    return None


# What the form reads besides the rules.
NAMES: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
LABELS: Schema = {"x-title": NAMES, "x-labels": {"type": "object", "additionalProperties": NAMES}}
WORDING: Schema = {
    "properties": {
        "properties": {"additionalProperties": {"properties": LABELS}},
        "x-order": {"type": "array", "items": {"type": "string"}},
    },
}


def category_faults(schema: Any) -> list[str]:
    """Why ``schema`` cannot be a category's: not a JSON Schema, or not one a form can ask."""
    if schema == {}:
        return []
    faults = schema_faults(schema)
    if faults:
        return faults
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return [_("The schema must be of an object with properties.")]
    return [*faults_of(schema, WORDING)] or [
        _("A form cannot ask for “%(name)s”: give it a type it knows.") % {"name": name}
        for name, rules in schema.get("properties", {}).items()
        if kind_of(rules) is None
    ]


def parameter_faults(values: Any, schema: Schema, *, may_lack: bool = False) -> list[str]:
    """What is wrong with a tour's parameters, each fault named as the form names the field.

    With ``may_lack`` required ones may be left out: a draft is not finished.
    """
    titles = {each.name: each.title for each in parameters_of(schema)}
    faults = []
    for name, found in faults_by_parameter(values, schema, may_lack=may_lack).items():
        place = titles.get(name, name)
        faults += [f"{place}: {sentence}" if place else sentence for sentence in found]
    return faults


def faults_by_parameter(
    values: Any, schema: Schema, *, may_lack: bool = False
) -> dict[str, list[str]]:
    """What is wrong with which parameter; under "" what is wrong with all of them."""
    missing = [] if may_lack else missing_parameters(values, schema)
    faults = {name: [_("This is needed for tours of this category.")] for name in missing}
    for step, sentence in placed_faults(values, schema or {"type": "object"}, but="required"):
        faults.setdefault(step, []).append(sentence)
    return faults


def missing_parameters(values: Any, schema: Schema) -> list[str]:
    """The required parameters that are not given."""
    given = values if isinstance(values, dict) else {}
    return [name for name in schema.get("required", ()) if name not in given]


def _choices(rules: Schema) -> Iterator[tuple[str, str]]:
    labels = rules.get("x-labels", {})
    for value in rules.get("enum") or rules.get("items", {}).get("enum", ()):
        yield value, _in_language(labels.get(value), value)


def _in_language(names: Mapping[str, str] | None, otherwise: str) -> str:
    names = names or {}
    return names.get((get_language() or "ru")[:2]) or names.get("ru") or otherwise
