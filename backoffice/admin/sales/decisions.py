"""Approve, reject, offer, undo, cancel, comment: an act each, for the list and a booking's page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from backoffice.admin.act_form import ActPage, act_page
from backoffice.admin.base import BaseAdmin, actor
from backoffice.admin.display import change_url
from backoffice.admin.refusals import carry_out, go
from backoffice.admin.sales.forms import (
    ApproveDialog,
    CancelDialog,
    CommentForm,
    OfferDialog,
    ReasonDialog,
    UndoDialog,
)
from core.clock import now
from sales.models import Booking, BookingRequest
from sales.queries.decisions import undo_until
from sales.services.approve import approve_booking
from sales.services.cancel import cancel_booking
from sales.services.comment import add_comment
from sales.services.offer_date import offer_date
from sales.services.reject import reject_booking
from sales.services.undo import undo_decision
from sales.states import BookingStatus


@dataclass(frozen=True, slots=True)
class UndoRow:
    """A decision that can be taken back until ``until`` by a POST to ``url``."""

    booking: Booking
    decision: str
    colour: str
    until: datetime
    url: str


class Decisions(BaseAdmin):
    """Actions for every page that shows bookings.

    Buttons are shown by state (``sales.queries.actions``); permissions here are the role's and the
    agency's only, so that a decision that comes too late is told what happened meanwhile.
    """

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "sales.approve_booking", object_id)

    def has_reject_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "sales.reject_booking", object_id)

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "sales.cancel_booking", object_id)

    def has_comment_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "sales.comment_booking", object_id)

    @action(
        description=_("Approve"),
        url_path="approve",
        permissions=["approve"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Approve this request?"),
            "form_class": ApproveDialog,
            "form_submit_text": _("Approve"),
        },
    )
    def approve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        booking = self._booking(request, object_id)
        approve_one(request, booking)
        return go(request, self.back_to(booking))

    @action(
        description=_("Reject"),
        url_path="reject",
        permissions=["reject"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Reject this request?"),
            "form_class": ReasonDialog,
            "form_submit_text": _("Reject"),
        },
    )
    def reject(self, request: HttpRequest, form: ReasonDialog, object_id: str) -> HttpResponse:
        booking = self._booking(request, object_id)
        reject_one(request, booking, form.cleaned_data["reason"])
        return go(request, self.back_to(booking))

    @action(
        description=_("Offer another date"),
        url_path="offer",
        permissions=["approve", "reject"],
        icon="event_repeat",
        dialog={
            "title": _("Offer another date?"),
            "form_class": OfferDialog,
            "form_submit_text": _("Offer"),
        },
    )
    def offer(self, request: HttpRequest, form: OfferDialog, object_id: str) -> HttpResponse:
        booking = self._booking(request, object_id)
        work = partial(
            offer_date,
            booking_id=booking.pk,
            session_id=int(form.cleaned_data["session"]),
            by=actor(request),
            at=now(),
        )
        done = gettext("For request %(code)s another date is offered.") % {"code": booking.code}
        carry_out(request, work, done=done, about=booking.code)
        return go(request, self.back_to(booking))

    @action(
        description=_("Undo the decision"),
        url_path="undo",
        permissions=["approve"],
        icon="undo",
        dialog={
            "title": _("Undo the decision?"),
            "form_class": UndoDialog,
            "form_submit_text": _("Undo the decision"),
        },
    )
    def undo(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        booking = self._booking(request, object_id)
        work = partial(undo_decision, booking_id=booking.pk, by=actor(request), at=now())
        done = gettext("The decision is taken back; request %(code)s waits again.")
        carry_out(request, work, done=done % {"code": booking.code}, about=booking.code)
        return go(request, self.back_to(booking))

    @action(
        description=_("Cancel booking"),
        url_path="cancel",
        permissions=["cancel"],
        icon="event_busy",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Cancel this booking?"),
            "form_class": CancelDialog,
            "form_submit_text": _("Cancel booking"),
        },
    )
    def cancel(self, request: HttpRequest, form: CancelDialog, object_id: str) -> HttpResponse:
        booking = self._booking(request, object_id)
        work = partial(
            cancel_booking,
            booking_id=booking.pk,
            by=actor(request),
            at=now(),
            reason=form.cleaned_data["reason"],
        )
        done = gettext("Booking %(code)s is cancelled.") % {"code": booking.code}
        carry_out(request, work, done=done)
        return go(request, self.back_to(booking))

    @action(
        description=_("Comment"),
        url_path="comment",
        permissions=["comment"],
        icon="add_comment",
    )
    def comment(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where the form of the booking's page leads; it stays here when it was refused."""
        booking = self._booking(request, object_id)
        page = ActPage(
            title=gettext("Comment on booking %(code)s") % {"code": booking.code},
            button=gettext("Add the comment"),
            done=gettext("The comment is added."),
            back=f"{change_url(booking)}#comments",
        )
        work = partial(add_comment, booking_id=booking.pk)
        return act_page(request, self, CommentForm(request.POST or None), work, page)

    def _booking(self, request: HttpRequest, object_id: str) -> Booking:
        booking: Booking = self.own_or_404(request, object_id)
        return booking

    def back_to(self, booking: Booking) -> str:
        """The page to return to after a decision: the booking's own."""
        return change_url(booking)


def approve_one(request: HttpRequest, booking: Booking) -> bool:
    """Approve, and say how it went; False when it was refused."""
    work = partial(approve_booking, booking_id=booking.pk, by=actor(request), at=now())
    done = gettext("Request %(code)s is approved; the traveller will be told to pay.")
    return carry_out(request, work, done=done % {"code": booking.code}, about=booking.code)


def reject_one(request: HttpRequest, booking: Booking, reason: str) -> bool:
    """Reject with a reason, and say how it went; False when it was refused."""
    work = partial(
        reject_booking, booking_id=booking.pk, reason=reason, by=actor(request), at=now()
    )
    done = gettext("Request %(code)s is rejected; the traveller will be told why.")
    return carry_out(request, work, done=done % {"code": booking.code}, about=booking.code)


def undo_rows(bookings: Iterable[Booking], model: type[Model] = BookingRequest) -> list[UndoRow]:
    """What ``admin/sales/undo.html`` offers to take back, from the pages of ``model``."""
    url = f"admin:sales_{model._meta.model_name}_undo"
    return [
        UndoRow(booking, *_decision(booking), until, reverse(url, args=[booking.pk]))
        for booking in bookings
        if (until := undo_until(booking)) is not None
    ]


def _decision(booking: Booking) -> tuple[str, str]:
    """In words, and its colour."""
    offer = getattr(booking, "date_offer", None)
    if offer is not None:
        day = f"{offer.session.date_start:%d.%m.%Y}"
        return gettext("another date offered: %(day)s") % {"day": day}, "info"
    colour = "info" if booking.status == BookingStatus.APPROVED else "danger"
    return booking.get_status_display(), colour
