"""Cancelling a date: who and what it touches is shown first; then an outcome for every booking."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from backoffice.admin.base import actor
from backoffice.admin.display import COLOURS, change_url, page_url
from backoffice.admin.refusals import go, tell
from backoffice.admin.sales.price import commission_of
from catalog.models import TourSession
from catalog.states import OVER, SessionStatus
from core.clock import local_date, now
from core.money import ZERO
from core.refusals import Refusal
from sales.models import Booking
from sales.queries.cancellation import preview_in_full
from sales.queries.standing import standing_on
from sales.services.departures import Outcome, cancel_session
from sales.states import BookingStatus


@dataclass(frozen=True, slots=True)
class Affected:
    """A booking that would go, and what goes with it, UZS."""

    booking: Booking
    paid: Decimal
    back: Decimal
    bonus: Decimal
    commission: Decimal

    @property
    def url(self) -> str:
        return change_url(self.booking)

    @property
    def colour(self) -> str:
        return COLOURS["booking"].get(self.booking.status, "plain")


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Every traveller of this date reads it."),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the travellers read it.")},
    )
    sure = forms.BooleanField(
        label=_("I have seen which bookings end and what has to be returned."),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("Tick this to go on.")},
    )

    @classmethod
    def of(cls, request: HttpRequest, session: TourSession, affected: list[Affected]) -> Self:
        """What has to be said: nothing about bookings where there are none, no second reason."""
        form = cls(request.POST or None)
        if session.status == SessionStatus.CANCELLED:
            del form.fields["reason"]
        if not affected:
            del form.fields["sure"]
            form.fields["reason"].help_text = _("It stays in the log of actions.")
        return form


def cancel_page(request: HttpRequest, admin: ModelAdmin, session: TourSession) -> HttpResponse:
    """The page for a date of the person's own."""
    affected = [_affected(booking) for booking in _standing(session)]
    if obstacle := _obstacle(session, affected):
        messages.error(request, obstacle)
        return go(request, change_url(session))
    form = CancelForm.of(request, session, affected)
    if request.method == "POST" and form.is_valid():
        try:
            outcomes = _carry_out(request, session, form.cleaned_data.get("reason", ""))
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(session))
        if not outcomes:
            messages.success(request, gettext("The date is cancelled."))
            return go(request, change_url(session))
        return _show(request, admin, session, "admin/catalog/cancel_outcomes.html", _told(outcomes))
    context = {"affected": affected, "totals": _totals(affected), "form": form}
    return _show(request, admin, session, "admin/catalog/cancel_date.html", context)


def _standing(session: TourSession) -> Any:
    return standing_on(session.pk, now()).select_related("user", "session")


def _affected(booking: Booking) -> Affected:
    preview = preview_in_full(booking, at=now())
    is_paid = booking.status == BookingStatus.PAID
    lost = commission_of(booking)["commission"] if is_paid else ZERO
    return Affected(booking, preview.paid, preview.refund, booking.bonus_used, lost)


def _totals(affected: list[Affected]) -> dict[str, Any]:
    return {
        "seats": sum(row.booking.seats_reserved for row in affected),
        "back": sum((row.back for row in affected), ZERO),
        "bonus": sum((row.bonus for row in affected), ZERO),
        "commission": sum((row.commission for row in affected), ZERO),
    }


def _obstacle(session: TourSession, affected: list[Affected]) -> str:
    """Why there is nothing to cancel; empty when there is."""
    if session.status == SessionStatus.CANCELLED and affected:
        return ""
    if session.status in OVER:
        return gettext("The date is %(status)s.") % {"status": session.get_status_display()}
    if session.date_start <= local_date(now()):
        return gettext("The tour has begun; the date can no longer be cancelled.")
    return ""


def _carry_out(request: HttpRequest, session: TourSession, reason: str) -> list[Outcome]:
    return cancel_session(session_id=session.pk, reason=reason, by=actor(request), at=now())


def _told(outcomes: list[Outcome]) -> dict[str, Any]:
    done = [outcome for outcome in outcomes if outcome.refusal is None]
    told = [
        {
            "outcome": outcome,
            "url": page_url("sales.booking", outcome.booking.pk),
            "back": outcome.booking.final_price if outcome.booking.paid_at else ZERO,
        }
        for outcome in outcomes
    ]
    return {"told": told, "done": len(done), "left": len(outcomes) - len(done)}


def _show(
    request: HttpRequest,
    admin: ModelAdmin,
    session: TourSession,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    context |= {
        **admin.admin_site.each_context(request),
        "title": gettext("Cancel a date"),
        "opts": admin.opts,
        "session": session,
        "back": change_url(session),
    }
    return TemplateResponse(request, template, context)
