"""Filters of the admin's own templates."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format

from backoffice.admin import display
from catalog.models import TourSession
from core import money as money_words
from finance.models import ReconciliationRow
from partners.models import User
from sales.models import Booking

register = template.Library()


@register.filter
def money(amount: Decimal) -> Any:
    """``1 250 000 soʻm``, on one line."""
    return display.money(amount)


@register.filter
def exact(amount: Decimal) -> str:
    """``1 250 000,00``: to the tiyin, in columns of figures."""
    return number_format(amount, decimal_pos=2, force_grouping=True)


@register.filter
def counted(number: int) -> str:
    """How many: ``1 050``."""
    return money_words.counted(number)


@register.filter
def minutes_left(until: datetime | None, at: datetime) -> Any:
    """The countdown badge."""
    return display.minutes_left(until, at)


@register.filter
def fill(session: TourSession) -> Any:
    """Seats taken, as a bar."""
    return display.fill_bar(session.seats_taken, session.capacity)


@register.filter
def fill_with(session: TourSession, asked: int) -> Any:
    """Seats taken, and those that requests ask for, as a bar."""
    return display.fill_bar(session.seats_taken, session.capacity, asked)


@register.filter
def session_state(session: TourSession) -> Any:
    """Its state, in its colour."""
    return display.session_badge(session)


@register.filter
def contact(user: User) -> Any:
    """Phone and Telegram name."""
    return display.contact(user)


@register.filter
def booking_state(booking: Booking) -> Any:
    """The booking's status as a badge."""
    return display.state_badge("booking", booking.status, booking.get_status_display())


@register.filter
def row_outcome(row: ReconciliationRow) -> Any:
    """What a registry's row has come to, as a badge."""
    return display.state_badge("row", row.outcome, row.get_outcome_display())
