"""Tours by their category's parameters: what may be asked, and that as SQL."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.parameters import Kind, Parameter, parameters_of
from catalog.shapes import LANGUAGES, Schema, faults_of
from core.refusals import Invalid

NUMBER: Schema = {"type": "number", "minimum": -(10**15), "maximum": 10**15}
RANGE: Schema = {
    "type": "object",
    "properties": {"min": NUMBER, "max": NUMBER},
    "minProperties": 1,
    "additionalProperties": False,
}

CONTAINS = "AND t.parameters @> %(contained)s::jsonb"
# Each of them by the index of the parameters.
CONTAINS_IN_A_LANGUAGE = "AND ({})".format(
    " OR ".join(f"t.parameters @> %(said_{{n}}_{each})s::jsonb" for each in LANGUAGES)
)
BETWEEN = """
AND CASE WHEN jsonb_typeof(t.parameters -> %(number_{n})s::text) = 'number'
    THEN (t.parameters ->> %(number_{n})s::text)::numeric BETWEEN %(least_{n})s AND %(most_{n})s END
"""


class ParameterInvalid(Invalid):
    message = _("This category has no such parameter.")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is asked for, found to fit the category: values to have, texts to have in a language,
    whichever it is, and ranges, by name."""

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    ranges: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def found(self) -> str:
        """SQL about a tour ``t``."""
        texts = (CONTAINS_IN_A_LANGUAGE.format(n=n) for n in range(len(self.texts)))
        ranges = (BETWEEN.format(n=n) for n in range(len(self.ranges)))
        return " ".join([CONTAINS if self.values else "", *texts, *ranges])

    @property
    def params(self) -> dict[str, Any]:
        params: dict[str, Any] = {"contained": json.dumps(self.values)}
        for n, (name, text) in enumerate(self.texts.items()):
            for language in LANGUAGES:
                params[f"said_{n}_{language}"] = json.dumps({name: {language: text}})
        for n, (name, limits) in enumerate(self.ranges.items()):
            params[f"number_{n}"] = name
            params[f"least_{n}"] = limits.get("min", NUMBER["minimum"])
            params[f"most_{n}"] = limits.get("max", NUMBER["maximum"])
        return params


ANY_PARAMETERS = Parameters()


def ask_for(wanted: dict[str, Any], schema: Schema) -> Parameters:
    """What is ``wanted`` of the tours of a category with this schema.

    A value is equalled, of a list everything is had, in one of its languages where it has several;
    a number is equalled or lies within ``{"min": …, "max": …}``. Refuses with ParameterInvalid what
    the category does not know and a value of another kind; a number may be beyond what the schema
    permits.
    """
    known = {parameter.name: parameter for parameter in parameters_of(schema)}
    for name, value in wanted.items():
        if name not in known:
            raise ParameterInvalid(field=f"parameters.{name}")
        for fault in faults_of(value, _askable(known[name], value)):
            raise ParameterInvalid(fault, field=f"parameters.{name}")
    ranges = {name: value for name, value in wanted.items() if isinstance(value, dict)}
    texts = {name: value for name, value in wanted.items() if known[name].is_translated}
    rest = wanted.keys() - ranges.keys() - texts.keys()
    return Parameters({name: wanted[name] for name in rest}, texts, ranges)


def _askable(parameter: Parameter, value: Any) -> Schema:
    parameter = parameter.parts["ru"]
    match parameter.kind:
        case Kind.INTEGER | Kind.NUMBER:
            return RANGE if isinstance(value, dict) else NUMBER
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.CHOICE | Kind.TEXT:
            return _text(parameter.rules)
    return {"type": "array", "minItems": 1, "items": _text(parameter.rules["items"])}


def _text(rules: Schema) -> Schema:
    return {"type": "string"} | ({"enum": rules["enum"]} if "enum" in rules else {})
