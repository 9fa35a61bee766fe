"""A waiting request as the bot shows it: the same card that the outbox sends, as it stands now."""

from dataclasses import dataclass

from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.actor import Source
from core.clock import now
from core.refusals import NotFound
from notifications.bot.screens import Row, Screen, button
from notifications.buttons import Rows, keyboard
from notifications.models import Notification
from notifications.requests import WITH_WORDS, card_of, last_outcome, outcome_of, subject_of
from notifications.services.cards import keep_card
from notifications.states import Kind
from notifications.templates import render, render_decided
from partners.models import Language, User
from partners.roles import require
from sales.models import Booking
from sales.queries.decisions import can_be_undone
from sales.states import BookingStatus


class Undo(CallbackData, prefix="undo"):
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """A message of a chat."""

    chat_id: int
    message_id: int

    @classmethod
    def of(cls, press: CallbackQuery) -> "Place":
        assert press.message is not None  # noqa: S101 - the dispatcher passes over those without
        return cls(press.message.chat.id, press.message.message_id)


def booking_for(user: User, number: int) -> Booking:
    """The booking of a card, for who may decide. Refuses with NotAllowed and NotFound."""
    require(user.actor(Source.BOT), "sales.booking", "approve")
    bookings = Booking.objects.for_staff(user).select_related(*WITH_WORDS)
    booking = bookings.filter(pk=number).first()
    if booking is None:
        raise NotFound
    return booking


def copy_at(place: Place, booking: Booking, user: User) -> Notification:
    """The copy that stands there; kept from now on when the outbox does not know of it, as after
    its sender was killed."""
    copies = Notification.objects.cards(subject_of(booking)).filter(chat_id=place.chat_id)
    copy = copies.filter(message_id=place.message_id).first()
    if copy is not None:
        return copy
    return keep_copy(place, booking, user)


def keep_copy(place: Place, booking: Booking, user: User) -> Notification:
    language = language_in(place.chat_id, user)
    return keep_card(
        letter=card_of(Kind.AGENCY_REQUEST, booking, language),
        chat_id=place.chat_id,
        message_id=place.message_id,
        language=language,
        by=user.actor(Source.BOT),
        at=now(),
    )


def language_in(chat_id: int, user: User) -> str:
    """A group's cards keep their language, whoever presses."""
    return user.language if chat_id > 0 else Language.RU


def text_of(copy: Notification) -> str:
    return render(copy.kind, copy.payload, copy.language)


def face(copy: Notification, booking: Booking) -> Screen:
    """The question with its buttons; or how it ended and, while that can be taken back, how."""
    is_open, rows = booking.status == BookingStatus.REQUESTED, list[Row]()
    write = render if is_open else render_decided
    text = write(copy.kind, copy.payload, copy.language)
    with override(copy.language):
        if event := last_outcome(booking):
            words = {"outcome": outcome_of(event, booking)}
            text += f"\n\n{render(Kind.CARD_CLOSED, words, copy.language)}"
        if is_open:
            rows = rows_of(keyboard(copy.kind, copy.payload, copy.language))
        elif can_be_undone(booking, now()):
            rows = [[button(_("↩️ Undo"), Undo(number=booking.pk))]]
    return Screen(text, rows)


def rows_of(rows: Rows) -> list[Row]:
    """The outbox's buttons, which all send something, as the bot's."""
    return [
        [InlineKeyboardButton(text=each.text, callback_data=each.press) for each in row]
        for row in rows
    ]
