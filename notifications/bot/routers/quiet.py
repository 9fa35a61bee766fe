"""``/quiet``: hours in which what can wait waits, and the rest comes without a sound."""

import re
from datetime import time
from enum import StrEnum

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Source
from core.clock import now
from core.refusals import Invalid
from notifications.bot.screens import Screen, ask, button, said, show
from notifications.models import Preferences
from notifications.services.preferences import set_quiet_hours
from partners.models import User

router = Router(name="quiet")

# 21:30-08:00, 22-8.
HOURS = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–—]\s*(\d{1,2})(?::(\d\d))?")


class NoHours(Invalid):
    message = gettext_lazy("Write the hours like this: /quiet 21:30-08:00")


class Choice(StrEnum):
    NIGHT = "22-8"
    LATE = "23-7"
    OFF = "off"


class Quiet(CallbackData, prefix="quiet"):
    hours: Choice


@router.message(Command("quiet"))
async def quiet(message: Message, command: CommandObject, user: User) -> None:
    await show(message, await (written(user, command.args) if command.args else offered(user)))


@router.callback_query(Quiet.filter())
async def chosen(press: CallbackQuery, callback_data: Quiet, user: User) -> None:
    await show(press, await written(user, callback_data.hours))


@ask
def offered(user: User) -> Screen:
    return _screen(user, Preferences.objects.filter(user_id=user.pk).first())


@ask
def written(user: User, hours: str) -> Screen:
    first, last = (None, None) if hours == Choice.OFF else _hours(hours)
    by = user.actor(Source.BOT)
    return _screen(user, set_quiet_hours(first=first, last=last, by=by, at=now()))


def _hours(text: str) -> tuple[time, time]:
    found = HOURS.fullmatch(text.strip())
    if found is None:
        raise NoHours
    first, first_minutes, last, last_minutes = (int(part or 0) for part in found.groups())
    try:
        return time(first, first_minutes), time(last, last_minutes)
    except ValueError:
        raise NoHours from None


def _screen(user: User, wishes: Preferences | None) -> Screen:
    now_is, off = _("You have no quiet hours."), []
    if wishes and wishes.quiet_hours:
        now_is = said(_("Your quiet hours: <b>{hours}</b>, Tashkent."), hours=wishes.quiet_hours)
        off = [button(_("Off"), Quiet(hours=Choice.OFF))]
    lines = [_("In them what can wait waits for their end, and the rest comes without a sound.")]
    if user.agency_ids:
        lines.append(_("A request goes to a colleague who is awake, if there is one."))
    lines.append(_("Other hours: /quiet 21:30-08:00"))
    choices = [
        button("22:00–08:00", Quiet(hours=Choice.NIGHT)),
        button("23:00–07:00", Quiet(hours=Choice.LATE)),
        *off,
    ]
    return Screen("\n".join([now_is, "", *lines]), [choices])
