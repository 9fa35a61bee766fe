"""What is typed in about registries: the file, what its columns mean, why a row differs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from finance.papers.registry_columns import FIELDS, NEEDED, TIYIN, UZS
from finance.services.reconciliation.registries import Reading
from finance.services.reconciliation.rows import LONGEST_NOTE
from finance.states import RegistrySource, StateThere


class UploadForm(forms.Form):
    source = forms.ChoiceField(
        label=_("Whose registry"), choices=RegistrySource.choices, widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls"}),
    )


class ColumnsForm(forms.Form):
    """Which column is which, the unit, the period, and what the words for states mean."""

    unit = forms.ChoiceField(
        label=_("Amounts are in"),
        choices=[(UZS, _("soʻm")), (TIYIN, _("tiyin"))],
        widget=UnfoldAdminSelectWidget,
    )
    period_start = forms.DateField(label=_("From"), required=False, widget=UnfoldAdminDateWidget)
    period_end = forms.DateField(
        label=_("To, inclusive"),
        required=False,
        help_text=_("Empty: from the first to the last day of the lines."),
        widget=UnfoldAdminDateWidget,
    )

    def __init__(
        self,
        headings: Sequence[str],
        mapping: Mapping[str, Any],
        data: Any = None,
        *,
        period: tuple[date | None, date | None] = (None, None),
        unknown: Iterable[str] = (),
    ):
        initial = {**mapping, "period_start": period[0], "period_end": period[1]}
        super().__init__(data, initial=initial)
        choices = [("", "–"), *((heading, heading) for heading in headings)]
        for name, label in FIELDS.items():
            self.fields[name] = forms.ChoiceField(
                label=str(label).capitalize(),
                choices=choices,
                required=name in NEEDED,
                widget=UnfoldAdminSelectWidget,
            )
        known = mapping.get("states", {})
        posted = data.getlist("word") if data is not None else []
        # Each once, in the order in which they came up.
        self.words = list(dict.fromkeys([*known, *posted, *unknown]))
        for number, word in enumerate(self.words):
            self.fields[f"word-{number}"] = forms.ChoiceField(
                label=f"“{word}”",
                choices=[("", "–"), *StateThere.choices],
                required=False,
                initial=known.get(word, ""),
                widget=UnfoldAdminSelectWidget,
            )
        self.order_fields([*FIELDS, "unit", "period_start", "period_end"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(data.get("period_start")) != bool(data.get("period_end")):
            raise forms.ValidationError({"period_end": _("Give both days of the period or none.")})
        chosen = [data[name] for name in FIELDS if data.get(name)]
        for name in FIELDS:
            if data.get(name) and chosen.count(data[name]) > 1:
                self.add_error(name, _("This column is chosen twice."))
        return data

    @property
    def columns(self) -> list[Any]:
        return [self[name] for name in FIELDS]

    @property
    def meanings(self) -> list[tuple[str, Any]]:
        return [(word, self[f"word-{number}"]) for number, word in enumerate(self.words)]

    def reading(self) -> Reading:
        """How the file is to be read, of a valid form."""
        data = self.cleaned_data
        states = {word: data[f"word-{n}"] for n, word in enumerate(self.words)}
        mapping = {name: data[name] for name in (*FIELDS, "unit")}
        mapping["states"] = {word: meaning for word, meaning in states.items() if meaning}
        period = (data["period_start"], data["period_end"]) if data["period_start"] else None
        return Reading(mapping, period)


def _text(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST_NOTE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class ResolveDialog(BaseDialogForm):
    note = _text(_("Explanation"), _("Whoever looks at the registry later reads it."))


class ReopenDialog(BaseDialogForm):
    reason = _text(_("Why it is open again"))
