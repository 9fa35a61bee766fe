"""The parameters of a category's tours: its JSON Schema read as questions. Pure, no database.

A property of the schema is a text, a number, a yes or no, one of a list, several of a list, or a
list of texts. A text and a list of texts may be asked for in three languages: ``{ru, uz, en}``, of
which Russian is needed. ``x-title`` names a property and ``x-labels`` its values, in three
languages, too; the schema's ``x-order`` says in which order they are asked: PostgreSQL keeps none
for the keys of an object.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.shapes import LANGUAGES, Schema, faults_of, placed_faults, schema_faults


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXTS = "texts"
    TRANSLATED_TEXT = "translated_text"
    TRANSLATED_TEXTS = "translated_texts"


# What may be asked for in three languages, and what it is called then.
TRANSLATED: dict[Kind | None, Kind] = {
    Kind.TEXT: Kind.TRANSLATED_TEXT,
    Kind.TEXTS: Kind.TRANSLATED_TEXTS,
}
BLANK: tuple[Any, ...] = (None, "", [], {})


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
        return ", ".join(self.points(value))

    def points(self, value: Any) -> list[str]:
        """A value of it, as a person reads it: one by one what there are several of."""
        if isinstance(value, dict):
            value = _in_language(value, "")
        if self.kind is Kind.FLAG:
            return [_("yes") if value else _("no")]
        values = value if isinstance(value, list) else [value]
        labels = dict(self.choices)
        return [labels.get(str(each), str(each)) for each in values]

    @property
    def is_translated(self) -> bool:
        return self.kind in TRANSLATED.values()

    @property
    def parts(self) -> "dict[str, Parameter]":
        """What it asks for in each language; with one answer for all of them, itself as Russian.

        The names of parts are nobody else's: a category's own have no hyphen.
        """
        if not self.is_translated:
            return {"ru": self}
        kind = Kind.TEXT if self.kind is Kind.TRANSLATED_TEXT else Kind.TEXTS
        return {
            language: replace(
                self,
                name=f"{self.name}-{language}",
                title=f"{self.title} {language.upper()}",
                kind=kind,
                is_required=self.is_required and language == "ru",
                rules=rules,
            )
            for language in LANGUAGES
            for rules in [self.rules["properties"][language]]
        }


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
        (each, shown)
        for each in parameters_of(schema)
        if values.get(each.name) not in BLANK and (shown := each.shown(values[each.name]))
    ]


def said_in(language: str, value: Any) -> Any:
    """What a value says in ``language``; what has only one is in Russian."""
    if isinstance(value, dict):
        return value.get(language)
    return value if language == "ru" else None


def untranslated_in(language: str, values: Mapping[str, Any], schema: Schema) -> list[str]:
    """The titles of what is told in Russian because nobody has written it in ``language``."""
    return [
        each.title
        for each, _shown in answers_of(values, schema)
        if each.is_translated and said_in(language, values[each.name]) in BLANK
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
        case "string", is_listed, _, _:
            return Kind.CHOICE if is_listed else Kind.TEXT
        case "array", _, "string", are_listed:
            return Kind.CHOICES if are_listed else Kind.TEXTS
        case "object", _, _, _:
            return _translated_kind(rules)
        case "integer" | "number" | "boolean" as plain, _, _, _:
            return {"integer": Kind.INTEGER, "number": Kind.NUMBER}.get(plain, Kind.FLAG)
    return None


def _translated_kind(rules: Schema) -> Kind | None:
    said = rules.get("properties")
    if not isinstance(said, dict) or {*said} != {*LANGUAGES}:
        return None
    alike = in_three_languages(said["ru"])
    if any(rules.get(each) != alike[each] for each in ("required", "additionalProperties")):
        return None
    kinds = {kind_of(each) for each in said.values()}
    return TRANSLATED.get(kinds.pop()) if len(kinds) == 1 else None


def in_three_languages(rules: Schema) -> Schema:
    """The rules of a text, or of a list of texts, that is asked for in each language."""
    return {
        "type": "object",
        "properties": dict.fromkeys(LANGUAGES, rules),
        "required": ["ru"],
        "additionalProperties": False,
    }


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
    asked = parameters_of(schema)
    titles = {part.name: part.title for each in asked for part in each.parts.values()}
    titles |= {each.name: each.title for each in asked}
    faults = []
    for name, found in faults_by_parameter(values, schema, may_lack=may_lack).items():
        place = titles.get(name, name)
        faults += [f"{place}: {sentence}" if place else sentence for sentence in found]
    return faults


def faults_by_parameter(
    values: Any, schema: Schema, *, may_lack: bool = False
) -> dict[str, list[str]]:
    """What is wrong with which parameter, of a translated one with which part of it; under "" what
    is wrong with all of them."""
    missing = [] if may_lack else missing_parameters(values, schema)
    faults = {name: [_("This is needed for tours of this category.")] for name in missing}
    for step, sentence in placed_faults(values, schema or {"type": "object"}, but="required"):
        faults.setdefault(step, []).append(sentence)
    said = values if isinstance(values, dict) else {}
    for each in parameters_of(schema):
        if each.is_translated and each.name in faults and isinstance(said.get(each.name), dict):
            del faults[each.name]
            faults |= _faults_by_language(each, said[each.name])
    return faults


def _faults_by_language(asked: Parameter, value: dict[str, Any]) -> dict[str, list[str]]:
    lacks_russian = [_("Write it in Russian, too: that is shown where it is not translated.")]
    faults = {} if "ru" in value else {asked.parts["ru"].name: lacks_russian}
    for language, sentence in placed_faults(value, asked.rules, but="required"):
        faults.setdefault(f"{asked.name}-{language}", []).append(sentence)
    return faults


def missing_parameters(values: Any, schema: Schema) -> list[str]:
    """The required parameters that are not given."""
    given = values if isinstance(values, dict) else {}
    return [name for name in schema.get("required", ()) if name not in given]


def taken_over(values: Mapping[str, Any], before: Schema, after: Schema) -> dict[str, Any]:
    """The values of a tour whose category has changed: a text that is asked for in three languages
    now is the Russian one."""
    names = texts_taken_over(before, after)
    return {
        name: {"ru": value} if name in names and isinstance(value, str | list) else value
        for name, value in values.items()
    }


def texts_taken_over(before: Schema, after: Schema) -> list[str]:
    """The names of the texts that are asked for in three languages now and were not before."""
    was = {each.name: each.kind for each in parameters_of(before)}
    return [p.name for p in parameters_of(after) if TRANSLATED.get(was.get(p.name)) is p.kind]


def _choices(rules: Schema) -> Iterator[tuple[str, str]]:
    labels = rules.get("x-labels", {})
    for value in rules.get("enum") or rules.get("items", {}).get("enum", ()):
        yield value, _in_language(labels.get(value), value)


def _in_language(names: Mapping[str, Any] | None, otherwise: Any) -> Any:
    names = names or {}
    return names.get((get_language() or "ru")[:2]) or names.get("ru") or otherwise
