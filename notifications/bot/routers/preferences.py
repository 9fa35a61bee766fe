"""``/notifications``: what somebody wants to be told, a switch for each kind."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import now
from notifications.bot.screens import Screen, ask, button, show
from notifications.queries.preferences import kinds_for, muted_by
from notifications.services.preferences import set_muted
from notifications.states import Kind
from partners.models import User

router = Router(name="preferences")


class Switch(CallbackData, prefix="tell-me"):
    kind: Kind
    is_on: bool


@router.message(Command("notifications"))
async def notifications(message: Message, user: User) -> None:
    await show(message, await switches(user))


@router.callback_query(Switch.filter())
async def switch(press: CallbackQuery, callback_data: Switch, user: User) -> None:
    await show(press, await switched(user, callback_data.kind, callback_data.is_on))


@ask
def switches(user: User) -> Screen:
    return _switches(user)


@ask
def switched(user: User, kind: Kind, is_on: bool) -> Screen:
    set_muted(kind=kind, is_muted=not is_on, by=user.actor(Source.BOT), at=now())
    return _switches(user)


def _switches(user: User) -> Screen:
    muted = muted_by(user)
    text = _(
        "What shall I tell you? A press turns it on or off.\n"
        "What concerns your seats and your money is always told."
    )
    rows = []
    for kind in kinds_for(user):
        sign = "🔕" if kind in muted else "✅"
        text_on_it = f"{sign} {capfirst(str(kind.label))}"
        rows.append([button(text_on_it, Switch(kind=kind, is_on=kind in muted))])
    return Screen(text, rows)
