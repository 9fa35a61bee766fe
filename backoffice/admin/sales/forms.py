"""The dialogs of decisions about bookings."""

from typing import Any

from constance import config
from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
)

from backoffice.admin.base import actor, staff
from catalog.models import TourSession
from core.clock import now
from core.money import som
from sales.models import Booking
from sales.queries.cancellation import preview_cancellation
from sales.queries.offered import days_of, other_dates


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
        return {"booking": booking, "at": now(), "says": self.says(booking)}

    def says(self, booking: Booking) -> str:
        """What happens when it is pressed: who is told, what moves, whether it can be undone."""
        return ""


class ApproveDialog(BookingDialog):
    def says(self, booking: Booking) -> str:
        told = gettext("The seats are taken. For %(seconds)s seconds the decision can be undone.")
        undo = told % {"seconds": config.UNDO_SECONDS}
        if not booking.final_price:
            return f"{undo} " + gettext("There is nothing to pay: the booking stands at once.")
        pay = gettext("Then the traveller is told to pay; minutes he has: %(minutes)s.")
        return f"{undo} " + pay % {"minutes": config.PAYMENT_MINUTES}


class UndoDialog(BookingDialog):
    def says(self, booking: Booking) -> str:
        return gettext(
            "The request waits for an answer again, as if nothing had been decided. The traveller "
            "has not been told of the decision."
        )


class ReasonDialog(BookingDialog):
    def says(self, booking: Booking) -> str:
        return gettext(
            "The request ends, and the traveller is told the reason; a promo code and bonus he "
            "used are his again. For %(seconds)s seconds the decision can be undone."
        ) % {"seconds": config.UNDO_SECONDS}

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The traveller reads it."),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Tell the traveller why.")},
    )


class OfferDialog(BookingDialog):
    """The tour's other dates; without one there is nothing to choose."""

    form_before_template = "admin/sales/dialog_offer.html"

    session = forms.ChoiceField(
        label=_("Another date"),
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": _("Choose a date.")},
    )

    def __init__(
        self, request: HttpRequest, object_id: int | str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(request, object_id, *args, **kwargs)
        booking = super().get_before_template_context(request, object_id)["booking"]
        self.dates = list(other_dates(booking, now()))
        self.fields["session"].choices = [(each.pk, date_line(each)) for each in self.dates]  # type: ignore[attr-defined]
        if not self.dates:
            self.fields["session"].widget = forms.HiddenInput()

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        context = super().get_before_template_context(request, object_id)
        return {**context, "dates": self.dates, "hours": config.OFFER_HOURS}


def date_line(session: TourSession) -> str:
    """A date among others: when, for how much a seat, how much room."""
    days = days_of(session.date_start, session.date_end)
    price = gettext("%(price)s a seat") % {"price": som(session.price)}
    room = gettext("free: %(n)s") % {"n": session.available_seats}
    # Two on the same days differ by who leads them.
    return " · ".join(filter(None, (days, price, room, session.guide)))


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


class CommentForm(forms.Form):
    """A word, and for whom: what the traveller reads is never written by oversight."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Write something.")},
    )
    is_internal = forms.TypedChoiceField(
        label=_("Who reads it"),
        choices=[
            ("yes", _("Internal: the agency and the platform")),
            ("no", _("The traveller, too")),
        ],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=UnfoldAdminRadioSelectWidget,
    )
