"""Payment details under four eyes: what an agency has, what is proposed, who decides."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin.base import actor, staff
from backoffice.admin.display import page_url
from backoffice.admin.proposals import Proposals
from core.clock import now
from core.ids import id_of
from partners.models import PaymentDetailsChange, TravelAgency
from partners.services.payment_details import Details, decide_details, propose_details

FIELDS = tuple(Details.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field as the agency has it and as it would be."""

    title: str
    before: str
    after: str

    @property
    def is_new(self) -> bool:
        return self.before != self.after


class ApproveDialog(BaseDialogForm):
    note = forms.CharField(
        label=_("How you have checked it"),
        help_text=_("For example: a call to the number of the contract."),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


class DetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    def validate_constraints(self) -> None:
        """The act says it in words."""


@admin.register(PaymentDetailsChange)
class PaymentDetailsAdmin(Proposals):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "payment_details"
    form = DetailsForm
    list_display = ("agency", "state", "reason", "created_by", "created_at", "decided_by")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("agency", "created_by", "decided_by")
    search_fields = ("agency__name", "reason")
    autocomplete_fields = ("agency",)
    change_form_template = "admin/partners/payment_details.html"
    empty_title = _("No changes yet")
    empty_text = _("An agency's bank account changes when one has proposed it and another agreed.")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return ((None, {"fields": ("agency",)}),)
        return (
            (None, {"fields": ("agency", "reason")}),
            (_("Bank"), {"fields": (("bank_name", "bank_account"), ("bank_mfo", "tax_id"))}),
            (_("Payme"), {"fields": (("collection", "payme_merchant_id"),)}),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From the agency's page or the queue: what it has now, to be changed."""
        initial: dict[str, Any] = dict(request.GET.items())
        agency_id = id_of(initial.get("agency", ""))
        agencies = TravelAgency.objects.for_user(staff(request))
        agency = None if agency_id is None else agencies.filter(pk=agency_id).first()
        if agency is None:
            return {}
        return {"agency": agency.pk} | {name: getattr(agency, name) for name in FIELDS}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "reason":
            field.help_text = _("Which letter or contract asks for it.")
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        data = form.cleaned_data
        made = propose_details(
            agency_id=data["agency"].pk,
            details=Details(**{name: data[name] for name in FIELDS}),
            reason=data["reason"],
            by=actor(request),
            at=now(),
        )
        obj.pk, obj._state.adding = made.pk, False

    def decide(self, pk: int) -> Callable[..., Any]:
        return partial(decide_details, change_id=pk)

    def facts(self, proposal: PaymentDetailsChange) -> list[tuple[Any, Any]]:
        """The page shows differences instead."""
        return []

    def page_of(self, request: HttpRequest, obj: PaymentDetailsChange) -> dict[str, Any]:
        page = super().page_of(request, obj)
        # What was before is only known until it is decided.
        differences = [_difference(obj, name, compare=page["is_open"]) for name in FIELDS]
        url = page_url("partners.travelagency", obj.agency_id)
        return page | {"agency_url": url, "differences": differences}

    @action(
        description=_("Approve"),
        url_path="approve",
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Pay this agency to these details from now on?"),
            "description": _(
                "Payouts approved from now on go there; those approved before keep the old "
                "details. Another proposal can change it again."
            ),
            "form_class": ApproveDialog,
            "form_submit_text": _("Approve"),
        },
    )
    def approve(self, request: HttpRequest, form: ApproveDialog, object_id: str) -> HttpResponse:
        return self._decide(request, form, object_id, approve=True)


def _difference(change: PaymentDetailsChange, name: str, *, compare: bool) -> Difference:
    field: Any = PaymentDetailsChange._meta.get_field(name)
    after = _shown(change, name)
    before = _shown(change.agency, name) if compare else after
    return Difference(str(field.verbose_name), before, after)


def _shown(row: Any, name: str) -> str:
    show = getattr(row, f"get_{name}_display", None)
    return str(show() if show else getattr(row, name))
