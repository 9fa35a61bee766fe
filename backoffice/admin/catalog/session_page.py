"""What a date's page tells above its form: fill, bookings, money, what is wrong, what changed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from constance import config
from django.urls import reverse

from backoffice.admin.catalog.chats import door_events, tell_chat
from backoffice.admin.catalog.cut_off import cut_off_words
from backoffice.admin.catalog.under_filled import missing
from backoffice.admin.core.sentences import events_of, newest_first
from backoffice.admin.display import COLOURS, change_url, list_url, page_url, session_words
from backoffice.admin.sales.price import commission_of
from catalog.models import TourSession
from catalog.states import SessionStatus
from core.clock import local_date, now
from core.money import ZERO
from partners.models import User
from sales.models import Booking
from sales.queries.standing import standing_on
from sales.states import BookingStatus

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Count:
    """How many bookings are in a state, and the list of them."""

    title: str
    colour: str
    bookings: int
    seats: int
    url: str


def tell_session(session: TourSession, reader: User) -> dict[str, Any]:
    """The page's context."""
    at = now()
    sees_bookings = reader.has_perm("sales.view_booking")
    bookings = _bookings(session) if sees_bookings else []
    standing = set(standing_on(session.pk, at).values_list("pk", flat=True))
    shown = [booking for booking in bookings if booking.pk in standing]
    return {
        "session": session,
        "state": session_words(session),
        "tour_url": page_url("catalog.tour", session.tour_id),
        "bookings_url": list_url("sales.booking", session__id__exact=session.pk),
        "cancel_url": reverse("admin:catalog_toursession_cancel_date", args=[session.pk]),
        "cut_off": cut_off_words(session.sales_close_at, session.date_start),
        "is_past_cut_off": session.sales_close_at <= at,
        "counts": _counts(session, bookings),
        "bookings": [(row, change_url(row), _colour(row)) for row in shown[:SHOWN]],
        "left": len(standing) if session.status == SessionStatus.CANCELLED else 0,
        "may_cancel": reader.has_perm("sales.cancel_booking"),
        "missing": missing(session),
        "warn": _starts_soon(session, at),
        "money": _money(bookings, reader),
        "events": newest_first(events_of(session, reader), door_events(session, reader)),
        **tell_chat(session, reader),
    }


def _bookings(session: TourSession) -> list[Booking]:
    rows = Booking.objects.filter(session=session).select_related("user")
    return list(rows.order_by("status", "pk"))


def _colour(booking: Booking) -> str:
    return COLOURS["booking"].get(booking.status, "plain")


def _counts(session: TourSession, bookings: list[Booking]) -> list[Count]:
    number: Counter[str] = Counter(booking.status for booking in bookings)
    seats: Counter[str] = Counter()
    for booking in bookings:
        seats[booking.status] += booking.seats_reserved
    return [
        Count(
            str(status.label),
            COLOURS["booking"].get(status, "plain"),
            number[status],
            seats[status],
            list_url("sales.booking", session__id__exact=session.pk, status__exact=status.value),
        )
        for status in BookingStatus
        if number[status]
    ]


def _starts_soon(session: TourSession, at: datetime) -> bool:
    days = (session.date_start - local_date(at)).days
    return 0 <= days < config.UNDERFILLED_DAYS


def _money(bookings: list[Booking], reader: User) -> dict[str, Decimal]:
    """What is paid and how it is shared; for who may see payments."""
    if not reader.has_perm("finance.view_paymenttransaction"):
        return {}
    paid = [booking for booking in bookings if booking.status == BookingStatus.PAID]
    shares = [commission_of(booking) for booking in paid]
    return {
        "paid": sum((booking.final_price for booking in paid), ZERO),
        "agency": sum((share["agency"] for share in shares), ZERO),
        "commission": sum((share["commission"] for share in shares), ZERO),
    }
