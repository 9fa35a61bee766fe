"""A category's JSON Schema as rows a person edits, and back.

What the rows do not speak of (``minItems``, the length of an answer) stays as it was for a question
that keeps its name and kind.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backoffice.admin.rows import Column, Row, RowsField, Table, choice, paragraph, words
from catalog.parameters import TRANSLATED, Kind, in_three_languages, kind_of, names_in_order
from catalog.shapes import LANGUAGES, Schema
from core.codes import code_from

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
TEXTS: Schema = {"type": "array", "items": TEXT, "uniqueItems": True}
# What a question of a kind is before anything is said of it.
NEW: dict[Kind, Schema] = {
    Kind.TEXT: TEXT,
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.FLAG: {"type": "boolean"},
    Kind.CHOICE: {"type": "string"},
    Kind.CHOICES: {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    Kind.TEXTS: TEXTS,
    Kind.TRANSLATED_TEXT: in_three_languages(TEXT),
    Kind.TRANSLATED_TEXTS: in_three_languages(TEXTS),
}
KINDS = (
    (Kind.TEXT, _("a line of text")),
    (Kind.INTEGER, _("a whole number")),
    (Kind.NUMBER, _("a number")),
    (Kind.FLAG, _("yes or no")),
    (Kind.CHOICE, _("one of a list")),
    (Kind.CHOICES, _("several of a list")),
    (Kind.TEXTS, _("a list of texts")),
    (Kind.TRANSLATED_TEXT, _("a line of text in three languages")),
    (Kind.TRANSLATED_TEXTS, _("a list of texts in three languages")),
)
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
NUMBERS = (Kind.INTEGER, Kind.NUMBER)
LISTS = (Kind.CHOICE, Kind.CHOICES)


class Limit(forms.DecimalField):
    """The least or the most a number may be."""

    def __init__(self, label: Any):
        super().__init__(label=label, required=False, max_digits=12, decimal_places=3)
        self.widget = words(label).widget

    def clean(self, value: Any) -> str:
        number = super().clean(value)
        return "" if number is None else f"{number.normalize():f}"


def questions_field() -> RowsField:
    yes_or_no = [("", _("may be left out")), ("yes", _("must be answered"))]
    table = Table(
        [
            Column("title_ru", words(_("Question in Russian"))),
            Column("title_uz", words(_("in Uzbek"), required=False)),
            Column("title_en", words(_("in English"), required=False)),
            Column("kind", choice(_("Answer"), KINDS)),
            Column("required", _optional(choice(_("Needed"), yes_or_no))),
            Column("low", Limit(_("Not below"))),
            Column("high", Limit(_("Not above"))),
            Column("name", words(_("Name in the API"), required=False, longest=40)),
            Column("choices", paragraph(_("List, one a line: code = ru | uz | en"), longest=4000)),
        ],
        once="name",
    )
    return RowsField(
        table, label=_("Parameters"), add=_("Add a parameter"), as_cards=True, finish=_checked
    )


def _optional(field: forms.Field) -> forms.Field:
    field.required = False
    return field


# --- from rows


def schema_of(rows: Sequence[Row], before: Schema) -> Schema:
    """The schema that the rows say, in their order, with what only ``before`` knows of them."""
    if not rows and not before:
        return {}
    known = before.get("properties", {})
    properties = {row["name"]: _rules(row, known.get(row["name"], {})) for row in rows}
    # A kind that no row can say is nobody's to lose here.
    properties |= {name: rules for name, rules in known.items() if kind_of(rules) is None}
    base = before or {"$schema": DRAFT, "type": "object", "additionalProperties": False}
    schema = {**base, "properties": properties, "required": _required(rows, before)}
    if not schema["required"] and "required" not in before:
        del schema["required"]
    if "x-order" in before or list(properties) != list(known):
        schema["x-order"] = list(properties)
    return schema


def _required(rows: Sequence[Row], before: Schema) -> list[str]:
    """Their order says nothing: the same names stay as they were written."""
    names = [row["name"] for row in rows if row.get("required")]
    was: list[str] = before.get("required", [])
    return was if sorted(was) == sorted(names) else names


def _rules(row: Row, before: Schema) -> Schema:
    kind = Kind(row["kind"])
    rules = _unsaid_of(kind, before)
    rules["x-title"] = {
        language: row[f"title_{language}"] for language in LANGUAGES if row.get(f"title_{language}")
    }
    if kind in NUMBERS:
        for name, keyword in (("low", "minimum"), ("high", "maximum")):
            rules.pop(keyword, None)
            if row.get(name):
                rules[keyword] = _number(row[name])
    if kind in LISTS:
        labels = labels_of(row.get("choices", ""))
        place = rules if kind is Kind.CHOICE else rules["items"]
        place["enum"] = list(labels)
        rules["x-labels"] = {value: names for value, names in labels.items() if names}
        if not rules["x-labels"]:
            del rules["x-labels"]
    return rules


def _unsaid_of(kind: Kind, before: Schema) -> Schema:
    """The rules that no row speaks of; a text keeps them when it is to be translated."""
    was = kind_of(before)
    if TRANSLATED.get(was) is kind:
        return in_three_languages({key: rule for key, rule in before.items() if key[:2] != "x-"})
    return deepcopy(before if was is kind else NEW[kind])


def labels_of(text: str) -> dict[str, dict[str, str]]:
    """“easy = лёгкая | oson | easy” a line: labels by code; a code left out is made."""
    labels: dict[str, dict[str, str]] = {}
    for line in _lines_of(text):
        code, names = line.split("=", 1) if "=" in line else ("", line)
        parts = [part.strip() for part in names.split("|")]
        value = code.strip() or code_from(parts[-1] or parts[0], taken=labels)
        labels[value] = {
            language: part for language, part in zip(LANGUAGES, parts, strict=False) if part
        }
    return labels


def _lines_of(text: str) -> list[str]:
    """Those that say something."""
    return [line for line in text.splitlines() if line.strip(" \t=|")]


def _number(text: str) -> int | float:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _checked(rows: list[Row]) -> list[Row]:
    """Named, and each with what its kind needs."""
    taken = {row["name"] for row in rows if row.get("name")}
    for row in rows:
        if not row.get("name"):
            row["name"] = _named(row.get("title_en") or row["title_ru"], taken)
            taken.add(row["name"])
        _check(row)
    return rows


def _named(title: str, taken: Collection[str]) -> str:
    """A name like ``title`` that begins with a letter: “3 meals” is ``n_3_meals``."""
    codes = {name.replace("_", "-") for name in taken}
    code = code_from(title, taken=codes)
    if code[0].isdigit():
        code = code_from(f"n {code}", taken=codes)
    return code.replace("-", "_")


def _check(row: Row) -> None:
    if fault := _fault_of(row):
        raise ValidationError(fault, params={"title": row["title_ru"]})


def _fault_of(row: Row) -> Any:
    """What is wrong with a row, if anything is."""
    if not NAME.fullmatch(row["name"]):
        return _("“%(title)s”: a name is of small Latin letters, digits and _.")
    if row["kind"] in LISTS:
        return _fault_of_list(row.get("choices", ""))
    low, high = row.get("low"), row.get("high")
    if row["kind"] in NUMBERS and low and high and Decimal(low) > Decimal(high):
        return _("“%(title)s”: the limits are the wrong way round.")
    return None


def _fault_of_list(text: str) -> Any:
    labels = labels_of(text)
    if not labels:
        return _("“%(title)s”: write its list.")
    if len(labels) < len(_lines_of(text)):
        return _("“%(title)s”: something in its list is here twice.")
    return None


# --- to rows


def rows_of(schema: Schema) -> list[Row]:
    """The rows that say the schema."""
    required = set(schema.get("required", ()))
    rows = []
    for name in names_in_order(schema):
        rules = schema["properties"][name]
        if kind_of(rules) is not None:
            rows.append(_row(name, rules, is_required=name in required))
    return rows


def _row(name: str, rules: Schema, *, is_required: bool) -> Row:
    titles: Mapping[str, str] = rules.get("x-title", {"ru": name})
    values = rules.get("enum") or rules.get("items", {}).get("enum", ())
    labels = rules.get("x-labels", {})
    return {
        "name": name,
        "kind": str(kind_of(rules)),
        **{f"title_{language}": titles.get(language, "") for language in LANGUAGES},
        "required": "yes" if is_required else "",
        "low": str(rules.get("minimum", "")),
        "high": str(rules.get("maximum", "")),
        "choices": "\n".join(_line(value, labels.get(value, {})) for value in values),
    }


def _line(value: str, labels: Mapping[str, str]) -> str:
    names = " | ".join(labels.get(language, "") for language in LANGUAGES)
    return f"{value} = {names}"
