"""``/pending``: what waits for the agency's answer, each as its card, the most urgent first."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import InlineKeyboardButton, Message
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.clock import now
from notifications.bot.request_cards import Place, keep_copy, language_in, rows_of
from notifications.bot.screens import Screen, ask, said, show
from notifications.buttons import keyboard
from notifications.requests import WITH_WORDS, card_of
from notifications.states import Kind
from notifications.templates import render
from partners.models import TravelAgency, User
from sales.models import Booking
from sales.queries.pending import pending_for

router = Router(name="pending")

SHOWN = 5
# A group takes twenty messages a minute, and its managers ask one after another.
SHOWN_IN_GROUP = 3
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A waiting request, to be shown as a card."""

    booking: Booking
    card: Screen


@router.message(Command("pending"))
async def pending(message: Message, user: User) -> None:
    first, cards = await waiting(user, message.chat.id)
    await show(message, first)
    for asked in cards:
        sent = await message.answer(asked.card.text, reply_markup=asked.card.keyboard)
        await keep(Place(sent.chat.id, sent.message_id), asked.booking, user)


@ask
def keep(place: Place, booking: Booking, user: User) -> None:
    """It is a copy like those that the outbox sends, and shows in the end who decided."""
    keep_copy(place, booking, user)


@ask
def waiting(user: User, chat_id: int) -> tuple[Screen, list[Asked]]:
    if not user.has_perm("sales.view_bookingrequest"):
        return Screen(_("This is for the agencies' managers. Your own bookings: /bookings")), []
    rows = pending_for(user, now())
    if chat_id < 0:
        # Whoever is in the group reads it.
        desks = list(TravelAgency.objects.filter(manager_chat_id=chat_id))
        if not desks:
            return Screen(_("This group is no agency's desk. Ask me in private.")), []
        rows = rows.filter(agency__in=desks)
    with override(language_in(chat_id, user)):
        shown = SHOWN_IN_GROUP if chat_id < 0 else SHOWN
        return _cards(rows, language_in(chat_id, user), shown)


def _cards(rows: QuerySet[Booking], language: str, shown: int) -> tuple[Screen, list[Asked]]:
    count = rows.count()
    if not count:
        return Screen(_("No request waits. Well done!")), []
    lines = [said(_("Requests that wait for an answer: {count}"), count=count)]
    buttons = []
    if count > shown:
        lines.append(said(_("Here are the {shown} that lapse first."), shown=shown))
        address = urljoin(settings.BACKOFFICE_URL, reverse("admin:sales_bookingrequest_changelist"))
        buttons = [[InlineKeyboardButton(text=_("All of them"), url=address)]]
    cards = [_card(each, language) for each in rows.select_related(*WITH_WORDS)[:shown]]
    return Screen("\n".join(lines), buttons), cards


def _card(booking: Booking, language: str) -> Asked:
    card = card_of(Kind.AGENCY_REQUEST, booking, language)
    left = (booking.expires_at or now()) - now()
    minutes = said(_("⏳ Minutes left: {minutes}"), minutes=left // MINUTE)
    text = f"<b>{minutes}</b>\n{render(card.kind, card.payload, language)}"
    return Asked(booking, Screen(text, rows_of(keyboard(card.kind, card.payload, language))))
