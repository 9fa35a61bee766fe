"""A list of rows as a table of inputs: for JSON fields that hold like objects.

The columns are data; a row of the table becomes an object. Inputs of a column share one name
(``transport_options-price``), so the order of the rows on the page is their order in the list.
``rows.js`` adds, removes and moves rows; without it two blank rows stand ready at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from core.money import round_money

Row = dict[str, Any]
Errors = list[dict[str, list[str]]]
WITHOUT_SCRIPT = 2


class Posted(list[dict[str, str]]):
    """Rows as they were typed."""


@dataclass(frozen=True, slots=True)
class Column:
    """Inputs of one name. A blank cell is left out of its row unless ``keeps_blank``."""

    name: str
    field: forms.Field
    keeps_blank: bool = False
    # Its part of the table's width.
    share: int = 1

    @property
    def is_narrow(self) -> bool:
        """Two of these fit side by side on a phone."""
        return isinstance(self.field, (forms.IntegerField, forms.DecimalField, forms.ChoiceField))

    def is_blank(self, text: str) -> bool:
        """A select is never blank by itself: what it offers first is nobody's choice."""
        return isinstance(self.field, forms.ChoiceField) or not text.strip()


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and the one in which no two rows have the same."""

    columns: Sequence[Column]
    once: str = ""

    def read(self, cells: Callable[[str], Sequence[str]]) -> Posted:
        """The rows typed, from the values of each column; blank ones are none."""
        values = [cells(column.name) for column in self.columns]
        rows = (list(row) for row in zip_longest(*values, fillvalue=""))
        return Posted(self._named(row) for row in rows if not self._is_blank(row))

    def check(self, rows: Sequence[Row]) -> tuple[list[Row], Errors]:
        """The rows as they are kept, and what is wrong with which cell of which row."""
        kept: list[Row] = []
        errors: Errors = []
        for row in rows:
            cleaned, wrong = self._check_row(row)
            if not wrong and self.once in cleaned and self._was(cleaned, kept):
                wrong = {self.once: [gettext("This is here twice.")]}
            kept.append(cleaned)
            errors.append(wrong)
        return kept, errors

    def _check_row(self, row: Row) -> tuple[Row, dict[str, list[str]]]:
        cleaned: Row = {}
        wrong: dict[str, list[str]] = {}
        for column in self.columns:
            try:
                value = column.field.clean(row.get(column.name, ""))
            except ValidationError as error:
                wrong[column.name] = error.messages
                continue
            if column.keeps_blank or value not in (None, "", []):
                cleaned[column.name] = _plain(value)
        return cleaned, wrong

    def _was(self, row: Row, before: list[Row]) -> bool:
        return any(other.get(self.once) == row[self.once] for other in before)

    def _named(self, values: Sequence[str]) -> dict[str, str]:
        return {column.name: text for column, text in zip(self.columns, values, strict=True)}

    def _is_blank(self, values: Sequence[str]) -> bool:
        cells = zip(self.columns, values, strict=True)
        return all(column.is_blank(text) for column, text in cells)


def _plain(value: Any) -> Any:
    """As JSON keeps it: money is a string of two places."""
    return str(round_money(value)) if isinstance(value, Decimal) else value


class RowsWidget(forms.Widget):
    template_name = "admin/rows.html"

    class Media:
        js = ("backoffice/rows.js",)
        css = {"all": ("backoffice/rows.css",)}

    def __init__(
        self,
        table: Table,
        *,
        add: Any,
        number: Any = "",
        is_ordered: bool = True,
        as_cards: bool = False,
    ):
        super().__init__()
        self.table, self.add, self.number = table, add, number
        self.is_ordered, self.as_cards = is_ordered, as_cards

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Posted:
        return self.table.read(lambda column: data.getlist(f"{name}-{column}"))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}-{column.name}" in data for column in self.table.columns)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = value or []
        errors = self.table.check(rows)[1] if isinstance(rows, Posted) else [{} for _ in rows]
        blank = self._shown(name, {}, {})
        context["widget"] |= {
            "columns": self.table.columns,
            "rows": [self._shown(name, *row) for row in zip(rows, errors, strict=True)],
            "blank": blank,
            "spare": [blank] * WITHOUT_SCRIPT,
            "add": self.add,
            "number": self.number,
            "is_ordered": self.is_ordered,
            "as_cards": self.as_cards,
            "widths": " ".join(f"minmax(0, {column.share}fr)" for column in self.table.columns),
        }
        return context

    def _shown(self, name: str, row: Row, errors: dict[str, list[str]]) -> list[dict[str, Any]]:
        return [
            {
                "name": column.name,
                "title": column.field.label,
                "is_required": column.field.required,
                "is_narrow": column.is_narrow,
                "errors": errors.get(column.name, ()),
                "html": self._input(name, column, row.get(column.name), column.name in errors),
            }
            for column in self.table.columns
        ]

    def _input(self, name: str, column: Column, value: Any, is_wrong: bool) -> str:
        attrs = {"aria-invalid": "true"} if is_wrong else {}
        shown = column.field.prepare_value(value)
        return column.field.widget.render(f"{name}-{column.name}", shown, attrs)


class RowsField(forms.Field):
    """A list of objects; ``finish`` puts the last hand to them (numbers, an order).

    ``as_cards`` is for many columns: a row is a card at a desk, too.
    """

    default_error_messages = {"rows": _("Look at the rows marked in red.")}

    def __init__(
        self,
        table: Table,
        *,
        add: Any,
        number: Any = "",
        is_ordered: bool = True,
        as_cards: bool = False,
        finish: Callable[[list[Row]], list[Row]] = list,
        **kwargs: Any,
    ):
        self.table, self.finish = table, finish
        widget = RowsWidget(table, add=add, number=number, is_ordered=is_ordered, as_cards=as_cards)
        super().__init__(**{"required": False, **kwargs, "widget": widget})

    def clean(self, value: Any) -> list[Row]:
        rows, errors = self.table.check(value or [])
        if any(errors):
            raise ValidationError(self.error_messages["rows"], code="rows")
        if self.required and not rows:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.finish(rows)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != (initial or [])
        except ValidationError:
            return True


# --- cells


def words(label: Any, *, required: bool = True, longest: int = 120) -> forms.CharField:
    """A line of text."""
    return forms.CharField(
        label=label, required=required, max_length=longest, widget=UnfoldAdminTextInputWidget()
    )


def paragraph(label: Any, *, longest: int, lines: int = 3) -> forms.CharField:
    """Text of several lines, which may be left empty."""
    box = UnfoldAdminTextareaWidget(attrs={"rows": lines})
    return forms.CharField(label=label, required=False, max_length=longest, widget=box)


def choice(label: Any, choices: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget())


class WholeField(forms.IntegerField):
    """A whole number, typed on a phone's number pad."""

    def __init__(self, label: Any, *, required: bool = True, low: int = 0, high: int):
        pad = UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"})
        super().__init__(label=label, required=required, min_value=low, max_value=high, widget=pad)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class MoneyCell(forms.DecimalField):
    """UZS as people type it: “50 000”, “50000,00”."""

    def __init__(self, label: Any, *, required: bool = True):
        pad = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
        super().__init__(
            label=label,
            required=required,
            min_value=0,
            max_digits=11,
            decimal_places=2,
            widget=pad,
        )

    def to_python(self, value: Any) -> Any:
        text = "".join(str(value or "").split()).replace(",", ".")
        return super().to_python(text)

    def prepare_value(self, value: Any) -> Any:
        """“50000” rather than “50000.00”."""
        text = str(value or "")
        return text.removesuffix(".00") if text else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}
