"""Another date, offered by the agency: one press takes it."""

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from core.actor import Source
from core.clock import now
from notifications.bot.booking_screens import booking_screen, own
from notifications.bot.screens import Screen, ask, show
from partners.models import User
from sales.services.offer_date import take_offer

router = Router(name="offers")


class TakeOffer(CallbackData, prefix="take-offer"):
    number: int


@router.callback_query(TakeOffer.filter())
async def take(press: CallbackQuery, callback_data: TakeOffer, user: User) -> None:
    await show(press, await taken(user, callback_data.number))


@ask
def taken(user: User, number: int) -> Screen:
    """The booking that has become of it, with a button to pay."""
    at = now()
    booking = take_offer(offer_id=number, by=user.actor(Source.BOT), at=at)
    return booking_screen(own(user).get(pk=booking.pk), user, at)
