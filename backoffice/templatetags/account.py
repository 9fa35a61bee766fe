"""What the pages around signing in ask."""

from datetime import datetime
from typing import Any

from django import template

from backoffice.admin import display
from backoffice.admin.account.telegram import link_to_bot
from core.clock import now

register = template.Library()
register.simple_tag(link_to_bot, name="telegram_sign_in_link")


@register.filter
def time_left(until: datetime) -> Any:
    """The countdown badge, from now on."""
    return display.minutes_left(until, now())
