"""``/bonus``: what a person has, what is coming, and what has moved."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.clock import local_date
from core.money import som
from finance.queries.bonus import BonusBalance, balance_of
from finance.queries.bonus_statement import Moved, movements_of
from notifications.bot.screens import Screen, app_button, ask, said, show
from partners.models import User

router = Router(name="bonus")

MOVEMENTS = 5


@router.message(Command("bonus"))
async def bonus(message: Message, user: User) -> None:
    await show(message, await balance(user))


@ask
def balance(user: User) -> Screen:
    parts = [_balance(balance_of(user.pk)), _movements(movements_of(user.pk, limit=MOVEMENTS))]
    how = _(
        "Bonus pays for bookings in Circle. Partners may also take it to a card; that is asked "
        "for in the app."
    )
    text = "\n\n".join(part for part in (*parts, how) if part)
    return Screen(text, [[app_button(_("Use or withdraw"))]])


def _balance(bonus: BonusBalance) -> str:
    lines = [said(_("<b>Available: {amount}</b>"), amount=som(bonus.available))]
    lines.append(said(_("Pending: {amount}"), amount=som(bonus.pending)))
    lines += [
        said(_("  from {day}: {amount}"), day=date_format(day, "j E Y"), amount=som(amount))
        for day, amount in bonus.maturing
    ]
    lines.append(said(_("Set aside for bookings: {amount}"), amount=som(bonus.reserved)))
    lines.append(said(_("On its way to the card: {amount}"), amount=som(bonus.on_its_way)))
    return "\n".join(lines)


def _movements(movements: list[Moved]) -> str:
    if not movements:
        return _("Nothing has moved yet.")
    return "\n".join([_("Last movements:"), *map(_movement, movements)])


def _movement(moved: Moved) -> str:
    day = f"{local_date(moved.at):%d.%m.%Y}"
    amount = moved.available or moved.pending or moved.reserved
    sign = "+" if amount > 0 else "−"
    return said(
        "{day}  {sign}{amount}  {what}",
        day=day,
        sign=sign,
        amount=som(abs(amount)),
        what=moved.what.label,
    )
