"""Many requests answered at once, each by a decision of its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from constance import config
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.admin.act_form import reason_field
from backoffice.admin.base import staff
from backoffice.admin.bulk import Bulk
from backoffice.admin.sales.decisions import UndoRow, undo_rows
from core.clock import now
from core.money import som
from sales.models import Booking
from sales.queries.decisions import undoable
from sales.services.approve import approve_booking
from sales.services.reject import reject_booking


class ReasonForm(forms.Form):
    reason = reason_field(_("Reason"), _("Each traveller reads it."))


def _bookings(request: HttpRequest) -> QuerySet[Booking]:
    """Also what was decided meanwhile: it is told, not lost."""
    return Booking.objects.for_staff(staff(request))


def _on(act: Callable[..., Any]) -> Callable[[Booking], Callable[..., Any]]:
    return lambda booking: partial(act, booking_id=booking.pk)


def _note(booking: Booking) -> str:
    facts = {
        "tour": booking.session.tour.title,
        "day": f"{booking.session.date_start:%d.%m.%Y}",
        "seats": booking.seats_reserved,
        "price": som(booking.final_price),
        "person": booking.user,
    }
    return gettext("%(person)s · %(tour)s, %(day)s · seats: %(seats)s · %(price)s") % facts


def _short_of_seats(bookings: Sequence[Booking]) -> list[str]:
    """Each fits by itself; together they may not."""
    asked: Counter[int] = Counter()
    for booking in bookings:
        asked[booking.session_id] += booking.seats_reserved
    sessions = {booking.session_id: booking.session for booking in bookings}
    return [
        gettext(
            "%(tour)s, %(day)s: seats asked for: %(asked)s, free: %(free)s. They are given in the "
            "order of this list; who comes too late is refused."
        )
        % {
            "tour": session.tour.title,
            "day": f"{session.date_start:%d.%m.%Y}",
            "asked": asked[pk],
            "free": session.available_seats,
        }
        for pk, session in sessions.items()
        if asked[pk] > session.available_seats
    ]


def _undo(bookings: Sequence[Booking]) -> list[UndoRow]:
    """Of what has just been decided; read anew, for the rows at hand are as they were before."""
    decided = Booking.objects.filter(pk__in=[booking.pk for booking in bookings])
    return undo_rows(undoable(decided, now()).select_related("date_offer__session").order_by("pk"))


def _on_approval() -> str:
    return gettext(
        "Each request takes its seats, and its traveller is told to pay: minutes he has: "
        "%(minutes)s. For %(seconds)s seconds a decision can be undone."
    ) % {"minutes": config.PAYMENT_MINUTES, "seconds": config.UNDO_SECONDS}


def _on_rejection() -> str:
    return gettext(
        "Each request ends, and its traveller is told the reason; a promo code and bonus he used "
        "are his again. For %(seconds)s seconds a decision can be undone."
    ) % {"seconds": config.UNDO_SECONDS}


APPROVE = Bulk(
    title=_("Approve the selected requests"),
    lead=_on_approval,
    button=_("Approve"),
    done=_("approved"),
    act=_on(approve_booking),
    note=_note,
    heed=_short_of_seats,
    rows=_bookings,
    undo=_undo,
)
REJECT = Bulk(
    title=_("Reject the selected requests"),
    lead=_on_rejection,
    button=_("Reject"),
    done=_("rejected"),
    act=_on(reject_booking),
    form=ReasonForm,
    note=_note,
    rows=_bookings,
    undo=_undo,
    is_dangerous=True,
)
