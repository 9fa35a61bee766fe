"""Payment details under four eyes: what an agency has, what is proposed, who decides."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin.base import BaseAdmin, SavedByActs, actor, staff
from backoffice.admin.display import COLOURS, page_url, state_badge
from core.clock import now
from core.models.proposal import ProposalStatus
from partners.models import PaymentDetailsChange, TravelAgency, User
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


class RejectDialog(BaseDialogForm):
    note = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        error_messages={"required": _("Say why.")},
    )


class DetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    def validate_constraints(self) -> None:
        """The act says it in words."""


@admin.register(PaymentDetailsChange)
class PaymentDetailsAdmin(SavedByActs, BaseAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "payment_details"
    form = DetailsForm
    list_display = ("agency", "state", "reason", "created_by", "created_at", "decided_by")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("agency", "created_by", "decided_by")
    search_fields = ("agency__name", "reason")
    ordering = ("-id",)
    autocomplete_fields = ("agency",)
    add_form_template = "admin/change_form.html"
    change_form_template = "admin/partners/payment_details.html"
    actions_detail = ["approve", "reject"]
    empty_title = _("No changes yet")
    empty_text = _("An agency's bank account changes when one has proposed it and another agreed.")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

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
        agency_id = initial.get("agency", "")
        agencies = TravelAgency.objects.for_user(staff(request))
        agency = agencies.filter(pk=agency_id).first() if agency_id.isdecimal() else None
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

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        change = self.own_or_404(request, object_id)
        context = {"page": _tell(change, staff(request)), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    # --- the decision

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        change = self.own_or_404(request, object_id)
        if not _may_decide(change, staff(request)):
            return []
        return super().get_actions_detail(request, object_id)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.decide_paymentdetailschange", object_id)

    @action(
        description=_("Approve"),
        url_path="approve",
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Pay this agency to these details from now on?"),
            "form_class": ApproveDialog,
            "form_submit_text": _("Approve"),
        },
    )
    def approve(self, request: HttpRequest, form: ApproveDialog, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, form, approve=True)

    @action(
        description=_("Reject"),
        url_path="reject",
        permissions=["decide"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Reject this change?"),
            "form_class": RejectDialog,
            "form_submit_text": _("Reject"),
        },
    )
    def reject(self, request: HttpRequest, form: RejectDialog, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, form, approve=False)

    def _decide(
        self, request: HttpRequest, object_id: str, form: Any, *, approve: bool
    ) -> HttpResponse:
        change = self.own_or_404(request, object_id)
        work = partial(
            decide_details, change_id=change.pk, approve=approve, note=form.cleaned_data["note"]
        )
        done = _("The agency has its new details.") if approve else _("The change is rejected.")
        answer: HttpResponse = self.do(request, change, work, done=done)
        return answer

    @display(description=_("status"), ordering="status")
    def state(self, change: PaymentDetailsChange) -> SafeString:
        return state_badge("proposal", change.status, change.get_status_display())


def _may_decide(change: PaymentDetailsChange, reader: User) -> bool:
    return (
        change.status == ProposalStatus.PROPOSED
        and change.created_by_id != reader.pk
        and reader.has_perm("partners.decide_paymentdetailschange")
    )


def _tell(change: PaymentDetailsChange, reader: User) -> dict[str, Any]:
    """The page's context. What was before is only known until it is decided."""
    is_open = change.status == ProposalStatus.PROPOSED
    return {
        "change": change,
        "colour": COLOURS["proposal"].get(change.status, "plain"),
        "is_open": is_open,
        "is_own": is_open and change.created_by_id == reader.pk,
        "agency_url": page_url("partners.travelagency", change.agency_id),
        "differences": [_difference(change, name, compare=is_open) for name in FIELDS],
    }


def _difference(change: PaymentDetailsChange, name: str, *, compare: bool) -> Difference:
    field: Any = PaymentDetailsChange._meta.get_field(name)
    after = _shown(change, name)
    before = _shown(change.agency, name) if compare else after
    return Difference(str(field.verbose_name), before, after)


def _shown(row: Any, name: str) -> str:
    show = getattr(row, f"get_{name}_display", None)
    return str(show() if show else getattr(row, name))
