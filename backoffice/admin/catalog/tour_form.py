"""The form of a tour: what ``create_tour`` and ``change_tour`` take, asked for in parts."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.catalog.tour_fields import CoordinatesField, parameter_field
from catalog.models import Tour, TourCategory
from catalog.parameters import BLANK, Parameter, faults_by_parameter, parameters_of, said_in
from catalog.services.tours import EDITABLE, set_values
from core.ids import id_of

PREFIX = "param_"
TONGUES = {"ru": _("Russian"), "uz": _("Uzbek"), "en": _("English")}
IN_RUSSIAN = _("What is left empty here is shown in Russian.")
# The category whose parameters the page asked for; another one may have been chosen since.
ASKED = "asked_category"
# Where a fault of a column is shown that the form asks for under another name.
SHOWN_AT = {"meeting_lat": "coordinates", "meeting_lon": "coordinates"}
# “70” rather than “70.00”.
PERCENTS = {"child_percent", "infant_percent"}


class TourForm(forms.ModelForm):  # type: ignore[type-arg]
    """Checks as the acts do, with every fault at its field and nothing typed lost."""

    coordinates = CoordinatesField(
        label=_("Coordinates of the meeting point"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "41.3265, 69.2345"}),
        help_text=_("Paste them from a map: latitude, longitude."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in PERCENTS & self.fields.keys():
            percent = Decimal(self.initial.get(name, 100))
            self.initial[name] = Decimal(f"{percent.normalize():f}")
        if "category" not in self.fields:
            # Somebody who may only look.
            return
        tour = self.instance
        if tour.meeting_lat is not None and tour.meeting_lon is not None:
            self.initial["coordinates"] = (tour.meeting_lat, tour.meeting_lon)
        for parameter in self.parameters:
            for language, part in parameter.parts.items():
                self.fields[PREFIX + part.name] = parameter_field(part)
                if language != "ru":
                    self.fields[PREFIX + part.name].help_text = IN_RUSSIAN
                answer = said_in(language, tour.parameters.get(parameter.name))
                if answer is not None:
                    self.initial[PREFIX + part.name] = _initial(answer)

    # --- parameters

    @cached_property
    def chosen_category(self) -> TourCategory | None:
        """The one chosen, or the tour's own."""
        chosen = self.data.get("category") if self.is_bound else self.initial.get("category")
        key = id_of(str(chosen or ""))
        return None if key is None else TourCategory.objects.filter(pk=key).first()

    @property
    def schema(self) -> dict[str, Any]:
        return self.chosen_category.parameters_schema if self.chosen_category else {}

    @cached_property
    def parameters(self) -> list[Parameter]:
        return parameters_of(self.schema)

    @property
    def questions(self) -> list[tuple[Parameter, list[tuple[Any, forms.BoundField]]]]:
        """Each with the field it is answered in, a translated one with a field a language."""
        return [(parameter, list(self._labelled(parameter))) for parameter in self.parameters]

    def _labelled(self, parameter: Parameter) -> Iterator[tuple[Any, forms.BoundField]]:
        for language, part in parameter.parts.items():
            label = TONGUES[language] if parameter.is_translated else part.title
            yield label, self[PREFIX + part.name]

    @property
    def dropped(self) -> list[str]:
        """What the tour says today and the category does not ask: gone once this is saved."""
        if not self.instance.pk:
            return []
        titles = {p.name: p.title for p in parameters_of(self.instance.category.parameters_schema)}
        known = self.schema.get("properties", {})
        return [titles.get(name, name) for name in self.instance.parameters if name not in known]

    def _parameters(self) -> dict[str, Any]:
        answers = {parameter.name: self._answer(parameter) for parameter in self.parameters}
        return {name: value for name, value in answers.items() if value not in BLANK}

    def _answer(self, parameter: Parameter) -> Any:
        said = {
            language: self.cleaned_data.get(PREFIX + part.name)
            for language, part in parameter.parts.items()
        }
        if not parameter.is_translated:
            return said["ru"]
        return {language: text for language, text in said.items() if text not in BLANK}

    # --- the whole

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        category = data.get("category")
        asked = self.data.get(ASKED)
        # Before a category was chosen nothing was asked, so nothing answered can be lost.
        if category and asked and asked != str(category.pk):
            self.add_error(
                "category",
                _("Another category asks for other parameters: fill them in, then save."),
            )
        return data

    def values(self) -> dict[str, Any]:
        """For the acts: all that is said of a new tour, what changed of another."""
        names = self.changed_data if self.instance.pk else list(self.cleaned_data)
        given = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        values = {name: value for name, value in given.items() if name in EDITABLE}
        if "coordinates" in given:
            lat, lon = given["coordinates"] or (None, None)
            values |= {"meeting_lat": lat, "meeting_lon": lon}
        return values | {"parameters": self._parameters()}

    def _post_clean(self) -> None:
        """In place of the model's own check, the acts'. The acts look again."""
        if "category" not in self.cleaned_data:
            return
        tour = self._candidate()
        _changed, faults = set_values(tour, self.values())
        self._show(faults)

    def _candidate(self) -> Tour:
        """The tour as it is now, or one to be."""
        if self.instance.pk:
            return Tour.objects.get(pk=self.instance.pk)
        return Tour(agency=self.cleaned_data.get("agency"))

    def _show(self, faults: Mapping[str, list[str]]) -> None:
        wrong = set(self.errors)
        if faults.get("parameters"):
            first = {p.name: p.parts["ru"].name for p in self.parameters}
            for name, found in faults_by_parameter(self._parameters(), self.schema).items():
                self._add(PREFIX + first.get(name, name), found, wrong)
        for name, found in faults.items():
            if name not in ("parameters", "agency"):
                self._add(SHOWN_AT.get(name, name), found, wrong)

    def _add(self, field: str, found: list[str], wrong: set[str]) -> None:
        """One complaint a field: what could not be read is not complained of a second time."""
        if field not in wrong:
            self.add_error(field if field in self.fields else None, found)


def _initial(answer: Any) -> Any:
    """Yes and no as their select posts them, or they would always seem changed."""
    return str(answer) if isinstance(answer, bool) else answer
