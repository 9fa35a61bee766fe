"""The fields of the tour's form that are more than a line of text."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.contrib.forms.widgets import WysiwygWidget
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.rows import (
    Column,
    MoneyCell,
    Row,
    RowsField,
    Table,
    WholeField,
    paragraph,
    words,
)
from catalog.parameters import Kind, Parameter
from catalog.rich_text import clean_html
from catalog.shapes import LANGUAGES

PLACE = Decimal("0.000001")
PAIR = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)")


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, *, longest: int = 300, most: int = 60, **kwargs: Any):
        self.longest, self.most = longest, most
        box = UnfoldAdminTextareaWidget(attrs={"rows": 5})
        help_text = _("One per line.")
        super().__init__(**{"required": False, "widget": box, "help_text": help_text, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = value if isinstance(value, str) else "\n".join(map(str, value or ()))
        return [line.strip() for line in text.splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        if len(value) > self.most:
            raise ValidationError(_("At most %(limit)s lines."), params={"limit": self.most})
        if any(len(line) > self.longest for line in value):
            raise ValidationError(
                _("A line has at most %(limit)s characters."), params={"limit": self.longest}
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


class CoordinatesField(forms.CharField):
    """“41.3265, 69.2345”, as maps copy it: latitude and longitude."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return value
        return ", ".join(f"{number.normalize():f}" for number in value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, tuple) or not (value or "").strip():
            return value or None
        found = PAIR.search(value)
        if not found:
            raise ValidationError(_("Write it like this: 41.3265, 69.2345"))
        try:
            lat, lon = (Decimal(number).quantize(PLACE) for number in found.groups())
        except InvalidOperation:
            lat = lon = Decimal(999)
        if abs(lat) > 90 or abs(lon) > 180:
            raise ValidationError(_("There is no such place on the earth."))
        return lat, lon

    def run_validators(self, value: Any) -> None:
        """Both are numbers by now."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


def _numbered(rows: list[Row]) -> list[Row]:
    return [{"day": number, **row} for number, row in enumerate(rows, start=1)]


def _earliest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row["days_before"])


def programme(**kwargs: Any) -> RowsField:
    table = Table(
        [
            Column("title", words(_("Title")), share=2),
            Column("text", paragraph(_("What happens"), longest=4000), keeps_blank=True, share=4),
        ]
    )
    return RowsField(table, add=_("Add a day"), number=_("Day"), finish=_numbered, **kwargs)


def transport(**kwargs: Any) -> RowsField:
    table = Table(
        [
            Column("title", words(_("Title in Russian")), share=3),
            Column("title_uz", words(_("in Uzbek"), required=False), share=3),
            Column("title_en", words(_("in English"), required=False), share=3),
            Column("price", MoneyCell(_("Price per seat, UZS")), share=2),
            Column("seats", WholeField(_("Seats"), required=False, low=1, high=1000)),
            Column("code", words(_("Code"), required=False, longest=40), share=2),
        ],
        once="code",
    )
    return RowsField(table, add=_("Add a way to get there"), **kwargs)


def policy(**kwargs: Any) -> RowsField:
    table = Table(
        [
            Column("days_before", WholeField(_("Days before the start"), high=365)),
            Column("refund_percent", WholeField(_("Returned, %"), high=100)),
        ],
        once="days_before",
    )
    add = _("Add a step")
    return RowsField(table, add=add, is_ordered=False, finish=_earliest_first, **kwargs)


class RichTextField(forms.CharField):
    """HTML of a few tags. That the editor writes paragraphs its own way is no change."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"required": False, "widget": WysiwygWidget(), **kwargs})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self._same(initial) != self._same(data)

    @staticmethod
    def _same(html: str | None) -> str:
        return clean_html(html or "").replace("<div>", "<p>").replace("</div>", "</p>")


# How a column of the model is asked for, where not as Django would.
FIELDS: dict[str, Callable[..., forms.Field]] = {
    "transport_options": transport,
    "cancellation_policy": policy,
    **{f"itinerary_{language}": programme for language in LANGUAGES},
    **{f"inclusions_{language}": LinesField for language in LANGUAGES},
    **{f"exclusions_{language}": LinesField for language in LANGUAGES},
    **{f"description_{language}": RichTextField for language in LANGUAGES},
}


# --- parameters of the category


class NumberField(forms.DecimalField):
    """A number that stays one in JSON."""

    def clean(self, value: Any) -> int | float | None:
        number = super().clean(value)
        if number is None:
            return None
        return int(number) if number == number.to_integral_value() else float(number)


def parameter_field(parameter: Parameter) -> forms.Field:
    """The question a parameter is; a blank answer leaves the parameter out.

    None must be answered for a draft; ``is_needed`` says which must be before publishing.
    """
    field = _question(parameter)
    field.is_needed = parameter.is_required  # type: ignore[attr-defined]
    return field


def _question(parameter: Parameter) -> forms.Field:
    rules = parameter.rules
    common: dict[str, Any] = {"label": parameter.title, "required": False}
    match parameter.kind:
        case Kind.TEXT:
            line = UnfoldAdminTextInputWidget()
            return forms.CharField(**common, max_length=rules.get("maxLength", 500), widget=line)
        case Kind.INTEGER | Kind.NUMBER:
            return _number_field(parameter, common)
        case Kind.FLAG:
            return _flag_field(common)
        case Kind.CHOICE:
            choices = [("", "—"), *parameter.choices]
            return forms.ChoiceField(**common, choices=choices, widget=UnfoldAdminSelectWidget())
        case Kind.CHOICES:
            boxes = UnfoldAdminCheckboxSelectMultipleWidget()
            return forms.MultipleChoiceField(**common, choices=parameter.choices, widget=boxes)
    return LinesField(**common, longest=rules.get("items", {}).get("maxLength", 300))


def _number_field(parameter: Parameter, common: dict[str, Any]) -> forms.Field:
    rules = parameter.rules
    whole = parameter.kind is Kind.INTEGER
    limits: dict[str, Any] = {"min_value": rules.get("minimum"), "max_value": rules.get("maximum")}
    pad = UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric" if whole else "decimal"})
    pad.input_type = "number"
    if whole:
        return forms.IntegerField(**common, **limits, widget=pad)
    return NumberField(**common, **limits, max_digits=12, decimal_places=3, widget=pad)


def _flag_field(common: dict[str, Any]) -> forms.Field:
    """Not said is another thing than no."""
    return forms.TypedChoiceField(
        **common,
        choices=[("", "—"), ("True", _("yes")), ("False", _("no"))],
        coerce=lambda text: text == "True",
        empty_value=None,
        widget=UnfoldAdminSelectWidget(),
    )
