"""What one accountant proposes and another decides: the buttons and the page they share."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin.base import OwnPage, SavedByActs, staff
from backoffice.admin.display import COLOURS, state_badge
from core.models.proposal import Proposal, ProposalStatus
from partners.models import User


class ApproveDialog(BaseDialogForm):
    note = forms.CharField(
        label=_("Note"),
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


class Proposals(OwnPage, SavedByActs):
    """Subclasses name the act that decides and say what a proposal is about."""

    change_form_template = "admin/finance/proposal.html"
    add_form_template = "admin/change_form.html"
    actions_detail = ["approve", "reject"]
    ordering = ("-id",)

    def decide(self, pk: int) -> Callable[..., Any]:
        """The act, bound to its proposal."""
        raise NotImplementedError

    def facts(self, proposal: Any) -> list[tuple[Any, Any]]:
        """What it is about: titles and values."""
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def page_of(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        is_open = obj.status == ProposalStatus.PROPOSED
        is_own = obj.created_by_id == staff(request).pk
        return {
            "proposal": obj,
            "facts": self.facts(obj),
            "colour": COLOURS["proposal"].get(obj.status, "plain"),
            "is_open": is_open,
            "is_own": is_open and is_own,
            "is_foreign": is_open and not is_own,
        }

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        proposal = self.own_or_404(request, object_id)
        if not may_decide(proposal, staff(request), self._perm()):
            return []
        found: list[Any] = super().get_actions_detail(request, object_id)
        return found

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, self._perm(), object_id)

    @action(
        description=_("Approve"),
        url_path="approve",
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Approve this?"),
            "description": _(
                "It takes effect as it is proposed, in your name as the second person. This cannot "
                "be undone; another proposal can change it again."
            ),
            "form_class": ApproveDialog,
            "form_submit_text": _("Approve"),
        },
    )
    def approve(self, request: HttpRequest, form: ApproveDialog, object_id: str) -> HttpResponse:
        return self._decide(request, form, object_id, approve=True)

    @action(
        description=_("Reject"),
        url_path="reject",
        permissions=["decide"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Reject this?"),
            "description": _(
                "Nothing changes. Who proposed it reads the reason and may propose anew."
            ),
            "form_class": RejectDialog,
            "form_submit_text": _("Reject"),
        },
    )
    def reject(self, request: HttpRequest, form: RejectDialog, object_id: str) -> HttpResponse:
        return self._decide(request, form, object_id, approve=False)

    def _decide(
        self, request: HttpRequest, form: Any, object_id: str, *, approve: bool
    ) -> HttpResponse:
        proposal = self.own_or_404(request, object_id)
        act = partial(self.decide(proposal.pk), approve=approve, note=form.cleaned_data["note"])
        done = _("Approved.") if approve else _("Rejected.")
        answer: HttpResponse = self.do(request, proposal, act, done=done)
        return answer

    def _perm(self) -> str:
        return f"{self.opts.app_label}.decide_{self.opts.model_name}"

    @display(description=_("status"), ordering="status")
    def state(self, proposal: Proposal) -> SafeString:
        return state_badge("proposal", proposal.status, proposal.get_status_display())


def may_decide(proposal: Proposal, reader: User, perm: str) -> bool:
    """Whether the buttons are shown: to everybody who may, but to the one who proposed it."""
    is_open = proposal.status == ProposalStatus.PROPOSED
    return is_open and proposal.created_by_id != reader.pk and reader.has_perm(perm)
