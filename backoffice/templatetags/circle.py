"""Filters of the admin's own templates."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template

from backoffice.admin import display
from catalog.models import TourSession
from partners.models import User
from sales.models import Booking

register = template.Library()


@register.filter
def money(amount: Decimal) -> Any:
    """``1 250 000 soʻm``, on one line."""
    return display.money(amount)


@register.filter
def minutes_left(until: datetime | None, at: datetime) -> Any:
    """The countdown badge."""
    return display.minutes_left(until, at)


@register.filter
def fill(session: TourSession) -> Any:
    """Seats taken, as a bar."""
    return display.fill_bar(session.seats_taken, session.capacity)


@register.filter
def session_state(session: TourSession) -> Any:
    """Its state, in its colour."""
    return display.state_badge("session", session.status, session.get_status_display())


@register.filter
def contact(user: User) -> Any:
    """Phone and Telegram name."""
    return display.contact(user)


@register.filter
def booking_state(booking: Booking) -> Any:
    """The booking's status as a badge."""
    return display.state_badge("booking", booking.status, booking.get_status_display())
