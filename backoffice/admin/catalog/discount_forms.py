"""Forms of promotions, promo codes and batches: the act's own check, at the fields."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.models.discount import Discount
from catalog.queries.discount_faults import Faults, code_word, discount_faults
from catalog.services.promo_batches import LENGTHS, MOST_CODES, Batch

# Columns of the acts by fields of the forms.
IDS = {"tour": "tour_id", "session": "session_id"}


class DiscountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the act would refuse is shown where it was typed."""

    # Whose it is where the form does not ask.
    own_agency_id: ClassVar[int | None] = None

    def validate_constraints(self) -> None:
        """In words, by the check that the act asks too; the table's constraints say the same."""
        if self.instance.agency_id is None:
            self.instance.agency_id = self.own_agency_id
        add_faults(self, discount_faults(self.instance))


class PromoCodeForm(DiscountForm):
    def clean_code(self) -> str:
        return code_word(self.cleaned_data["code"])


class BatchForm(DiscountForm):
    """The terms of a promo code, and how many of what kind."""

    name = forms.CharField(
        label=_("Name of the batch"), max_length=60, widget=UnfoldAdminTextInputWidget
    )
    count = forms.IntegerField(
        label=_("How many codes"),
        min_value=1,
        max_value=MOST_CODES,
        initial=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    prefix = forms.CharField(  # type: ignore[assignment]
        label=_("They begin with"),
        required=False,
        max_length=15,
        help_text=_("Latin letters, digits, hyphens; may be empty."),
        widget=UnfoldAdminTextInputWidget,
    )
    length = forms.IntegerField(
        label=_("Random characters"),
        min_value=LENGTHS.start,
        max_value=LENGTHS.stop - 1,
        initial=8,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def validate_constraints(self) -> None:
        # Any word will do: the terms are checked here, the words are made by the act.
        self.instance.code = Batch(name="", count=1).new_word()
        super().validate_constraints()

    @property
    def batch(self) -> Batch:
        data = self.cleaned_data
        return Batch(data["name"].strip(), data["count"], data["prefix"], data["length"])


def add_faults(form: forms.BaseForm, faults: Faults) -> None:
    """Show each fault at its field, or above the form where it has none."""
    for name, found in faults.items():
        if name in form.errors:
            continue
        for sentence in found:
            form.add_error(name if name in form.fields else None, sentence)


def values_of(discount: Discount, form: forms.BaseForm, editable: frozenset[str]) -> dict[str, Any]:
    """What the form says, as the acts take it."""
    columns = [IDS.get(name, name) for name in form.fields]
    return {name: getattr(discount, name) for name in columns if name in editable}
