"""A request is rejected in own words: the bot asks, and who answers its question has said why.

The question itself names the request and its card, in a link without a letter to press on: nothing
about an open question is kept anywhere. Answers to the bot reach it in groups, too.
"""

import re

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, ForceReply, LinkPreviewOptions, Message
from django.conf import settings
from django.utils.translation import gettext as _

from notifications.bot.request_cards import Place, booking_for, copy_at, face
from notifications.bot.routers.requests import Decided, OwnWords, reject_with
from notifications.bot.screens import Screen, ask, plain, said, show
from partners.models import User
from sales.states import BookingStatus

router = Router(name="own_words")

# So much of a reason a booking keeps.
LONGEST = 300
MARKED = re.compile(r"\?reject=(\d{1,18})-(\d{1,18})$")


@router.callback_query(OwnWords.filter())
async def ask_for_words(press: CallbackQuery, callback_data: OwnWords, user: User) -> None:
    card, asked = await question(user, callback_data.number, Place.of(press))
    await show(press, card)
    if asked and press.message is not None:
        await press.message.answer(
            asked,
            reply_markup=ForceReply(selective=True),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )


@ask
def question(user: User, number: int, place: Place) -> tuple[Screen, str]:
    """The card as it was, and the question; "" once it is decided."""
    booking = booking_for(user, number)
    card = face(copy_at(place, booking, user), booking)
    if booking.status != BookingStatus.REQUESTED:
        return card, ""
    # In a group only who is named is asked to answer.
    name = said('<a href="tg://user?id={id}">{name}</a>', id=user.telegram_id, name=user)
    words = _(
        "{name}, why is request {code} rejected? Answer this message: the traveller reads it."
    )
    return card, _mark(number, place) + words.format(name=name, code=booking.code)


def _mark(number: int, place: Place) -> str:
    address = f"https://t.me/{settings.TELEGRAM_BOT_USERNAME}?reject={number}-{place.message_id}"
    return f'<a href="{address}">\u200b</a>'


def asked_about(message: Message, bot: Bot) -> dict[str, int] | bool:
    """Which request and which card the bot's question was about that ``message`` answers."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.id != bot.id:
        return False
    links = [entity.url for entity in asked.entities or [] if entity.url]
    marks = [found for link in links if (found := MARKED.search(link))]
    return {"number": int(marks[0][1]), "card_id": int(marks[0][2])} if marks else False


@router.message(F.text, asked_about)
async def answered(message: Message, bot: Bot, user: User, number: int, card_id: int) -> None:
    place = Place(message.chat.id, card_id)
    decided = await rejected(user, number, place, message.text or "")
    await show(message, Screen(plain(decided.outcome)))
    await bot.edit_message_text(
        decided.card.text,
        chat_id=place.chat_id,
        message_id=place.message_id,
        reply_markup=decided.card.keyboard,
    )


@ask
def rejected(user: User, number: int, place: Place, words: str) -> Decided:
    return reject_with(user, number, place, words[:LONGEST])
