"""Another date, offered by the agency: one press takes it."""

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import now
from notifications.bot.booking_screens import Page, booking_screen, own
from notifications.bot.screens import Screen, ask, button, said, show
from partners.models import User
from sales.services.offer_date import take_offer
from sales.states import BookingStatus

router = Router(name="offers")


class TakeOffer(CallbackData, prefix="take-offer"):
    number: int


@router.callback_query(TakeOffer.filter())
async def take(press: CallbackQuery, callback_data: TakeOffer, user: User) -> None:
    await show(press, await taken(user, callback_data.number))


@ask
def taken(user: User, number: int) -> Screen:
    """That they are his: how to pay is told by the outbox, which cannot lose it."""
    at = now()
    booking = take_offer(offer_id=number, by=user.actor(Source.BOT), at=at)
    if booking.status != BookingStatus.APPROVED or booking.is_lapsed(at):
        # Pressed again, later.
        return booking_screen(own(user).get(pk=booking.pk), user, at)
    sentence = _("The seats are yours: booking <b>{code}</b>. We are writing how to pay.")
    return Screen(said(sentence, code=booking.code), [[button(_("My bookings"), Page())]])
