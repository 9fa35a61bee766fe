"""Checking a value against a JSON Schema: the words that our categories and fields use."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


def faults(value: Any, schema: dict[str, Any], where: str = "") -> Iterator[str]:
    """What is wrong with ``value``, each fault with the place it is at."""
    kind = schema.get("type")
    if kind in TYPES and not _is(value, kind):
        yield _at(where, _("expected: %(kind)s") % {"kind": kind})
        return
    if "enum" in schema and value not in schema["enum"]:
        yield _at(
            where,
            _("expected one of: %(values)s") % {"values": ", ".join(map(str, schema["enum"]))},
        )
    if isinstance(value, str):
        yield from _text_faults(value, schema, where)
    elif isinstance(value, list):
        yield from _list_faults(value, schema, where)
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, where)
    elif isinstance(value, int | float):
        yield from _number_faults(value, schema, where)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, TYPES[kind])


def _text_faults(value: str, schema: dict[str, Any], where: str) -> Iterator[str]:
    if len(value.strip()) < schema.get("minLength", 0):
        yield _at(where, _("this is empty"))
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield _at(where, _("%(value)s does not fit") % {"value": value})


def _number_faults(value: float, schema: dict[str, Any], where: str) -> Iterator[str]:
    low, high = schema.get("minimum", value), schema.get("maximum", value)
    if not low <= value <= high:
        yield _at(where, _("%(value)s is out of range") % {"value": value})


def _list_faults(value: list[Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield _at(where, _("this is empty"))
    if schema.get("uniqueItems") and len({repr(each) for each in value}) < len(value):
        yield _at(where, _("something is here twice"))
    for number, each in enumerate(value, start=1):
        yield from faults(each, schema.get("items", {}), f"{where}[{number}]")


def _object_faults(value: dict[str, Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield _at(f"{where}.{name}", _("this is missing"))
    for name, each in value.items():
        if name in known:
            yield from faults(each, known[name], f"{where}.{name}")
        elif schema.get("additionalProperties") is False:
            yield _at(f"{where}.{name}", _("nothing of this name is known"))


def _at(where: str, fault: str) -> str:
    place = where.lstrip(".")
    return f"{place}: {fault}" if place else fault
