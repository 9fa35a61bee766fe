"""The dialogs of decisions about bookings."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from backoffice.admin.base import actor, staff
from core.clock import now
from sales.models import Booking
from sales.queries.cancellation import preview_cancellation


class BookingDialog(BaseDialogForm):
    """A dialog that shows which booking it is about; another agency's is not found."""

    form_before_template = "admin/sales/dialog_booking.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        rows = Booking.objects.for_staff(staff(request))
        booking = rows.select_related("session__tour", "user").filter(pk=object_id or 0).first()
        if booking is None:
            raise Http404
        return {"booking": booking, "at": now()}


class ReasonDialog(BookingDialog):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The traveller reads it."),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Tell the traveller why.")},
    )


class CancelDialog(BookingDialog):
    """Shows who gets and loses what before anyone confirms."""

    form_before_template = "admin/sales/dialog_cancel.html"

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The traveller reads it."),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        context = super().get_before_template_context(request, object_id)
        booking = context["booking"]
        preview = preview_cancellation(booking, by=actor(request), at=context["at"])
        return {**context, "preview": preview}


class CommentDialog(BaseDialogForm):
    text = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    is_internal = forms.BooleanField(
        label=_("Internal: not shown to the traveller"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
    )
