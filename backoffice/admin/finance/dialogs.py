"""Dialogs of what the platform pays out: which order it is, and what has to be said of it."""

from typing import Any

from django import forms
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import staff
from finance.queries.doubts import Doubt
from finance.queries.payouts import Destination


class OrderDialog(BaseDialogForm):
    """A dialog that shows which order it is about; one out of the reader's scope is not found."""

    model: type[Model]
    form_before_template = "admin/finance/dialog_order.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        rows = self.model.objects.for_user(staff(request))  # type: ignore[attr-defined]
        order = rows.filter(pk=object_id or 0).first()
        if order is None:
            raise Http404
        return {
            "order": order,
            "doubts": self.doubts(order),
            "destination": self.destination(order),
        }

    def doubts(self, order: Any) -> list[Doubt]:
        """What its page warns of; said once more where it is decided."""
        return []

    def destination(self, order: Any) -> Destination | None:
        """Where its money goes, when that is what is agreed to."""
        return None


class Why(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Say why.")},
    )


class Reference(forms.Form):
    reference = forms.CharField(
        label=_("Number of the bank's order"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the number of the bank's order.")},
    )
