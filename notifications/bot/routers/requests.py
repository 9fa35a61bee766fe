"""The cards of waiting requests: approve, reject with a reason, offer another date, take it back.

They stand in the agencies' groups, in their people's own chats, and in the platform's group; right
and state are checked by the acts, at each press.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import TourSession
from core.actor import Source
from core.clock import now
from core.money import som
from notifications.bot.dates import told_apart
from notifications.bot.request_cards import Place, Undo, booking_for, copy_at, face, text_of
from notifications.bot.screens import Row, Screen, ask, button, said, show
from notifications.models import Notification
from notifications.rejections import REASONS, Reason, reason_in
from notifications.requests import last_outcome, outcome_of
from partners.models import User
from sales.models import Booking
from sales.queries.offered import other_dates
from sales.refusals import BookingExpired, BookingMoved
from sales.services.approve import approve_booking
from sales.services.offer_date import offer_date
from sales.services.reject import reject_booking
from sales.services.undo import undo_decision
from sales.states import BookingStatus

router = Router(name="requests")

# So much of an alert Telegram shows.
LONGEST_ALERT = 200
DATES_SHOWN = 8


class Approve(CallbackData, prefix="approve"):
    number: int


class Reject(CallbackData, prefix="reject"):
    number: int


class Why(CallbackData, prefix="reject-why"):
    number: int
    reason: Reason


class OwnWords(CallbackData, prefix="reject-own"):
    """Asked for by ``own_words``."""

    number: int


class Offer(CallbackData, prefix="offer"):
    number: int


class OfferDate(CallbackData, prefix="offer-date"):
    number: int
    session: int


class Card(CallbackData, prefix="card"):
    """Back to it."""

    number: int


@dataclass(frozen=True, slots=True)
class Decided:
    """How the card stands now, and how it was decided; ``is_late`` when somebody was quicker."""

    card: Screen
    outcome: str
    is_late: bool


# --- a decision


@router.callback_query(Approve.filter())
async def approve(press: CallbackQuery, callback_data: Approve, user: User) -> None:
    await answer(press, await approved(user, callback_data.number, Place.of(press)))


@router.callback_query(Why.filter())
async def reject(press: CallbackQuery, callback_data: Why, user: User) -> None:
    asked = callback_data
    await answer(press, await rejected(user, asked.number, Place.of(press), asked.reason))


@router.callback_query(OfferDate.filter())
async def offer(press: CallbackQuery, callback_data: OfferDate, user: User) -> None:
    asked = callback_data
    await answer(press, await offered(user, asked.number, Place.of(press), asked.session))


@router.callback_query(Undo.filter())
async def undo(press: CallbackQuery, callback_data: Undo, user: User) -> None:
    await answer(press, await undone(user, callback_data.number, Place.of(press)))


async def answer(press: CallbackQuery, decided: Decided) -> None:
    await show(press, decided.card)
    if decided.is_late:
        await press.answer(decided.outcome[:LONGEST_ALERT], show_alert=True)


@ask
def approved(user: User, number: int, place: Place) -> Decided:
    return _decide(user, number, place, approve_booking)


@ask
def rejected(user: User, number: int, place: Place, reason: Reason) -> Decided:
    # It is the traveller who reads it.
    words = reason_in(booking_for(user, number).user.language, reason)
    return reject_with(user, number, place, words)


@ask
def offered(user: User, number: int, place: Place, session_id: int) -> Decided:
    return _decide(user, number, place, offer_date, session_id=session_id)


@ask
def undone(user: User, number: int, place: Place) -> Decided:
    return _decide(user, number, place, undo_decision)


def reject_with(user: User, number: int, place: Place, words: str) -> Decided:
    return _decide(user, number, place, reject_booking, reason=words)


def _decide(
    user: User, number: int, place: Place, decide: Callable[..., Any], **facts: Any
) -> Decided:
    """``decide`` is an act. Who comes too late sees on the card who was quicker."""
    copy, is_late = copy_at(place, booking_for(user, number), user), False
    try:
        decide(booking_id=number, **facts, by=user.actor(Source.BOT), at=now())
    except (BookingMoved, BookingExpired):
        is_late = True
    booking = booking_for(user, number)
    event = last_outcome(booking)
    outcome = outcome_of(event, booking) if event else booking.get_status_display()
    # Who presses twice was quicker himself.
    if not is_late or (event and event.user_id == user.pk):
        return Decided(face(copy, booking), outcome, is_late=False)
    too_late = _("Too late: {outcome}").format(outcome=outcome)
    return Decided(face(copy, booking), too_late, is_late=True)


# --- what is asked before it


@router.callback_query(Card.filter())
async def back(press: CallbackQuery, callback_data: Card, user: User) -> None:
    await show(press, await shown(user, callback_data.number, Place.of(press)))


@router.callback_query(Reject.filter())
async def ask_why(press: CallbackQuery, callback_data: Reject, user: User) -> None:
    await show(press, await reasons(user, callback_data.number, Place.of(press)))


@router.callback_query(Offer.filter())
async def ask_date(press: CallbackQuery, callback_data: Offer, user: User) -> None:
    await show(press, await dates(user, callback_data.number, Place.of(press)))


@ask
def shown(user: User, number: int, place: Place) -> Screen:
    booking = booking_for(user, number)
    return face(copy_at(place, booking, user), booking)


@ask
def reasons(user: User, number: int, place: Place) -> Screen:
    booking = booking_for(user, number)
    copy = copy_at(place, booking, user)
    with override(copy.language):
        ready = [[button(words, Why(number=number, reason=key))] for key, words in REASONS.items()]
        own = [button(_("✍️ In own words"), OwnWords(number=number))]
        return _question(copy, booking, _("Why is it rejected?"), [*ready, own])


@ask
def dates(user: User, number: int, place: Place) -> Screen:
    booking = booking_for(user, number)
    copy = copy_at(place, booking, user)
    with override(copy.language):
        offered = told_apart(list(other_dates(booking, now())[:DATES_SHOWN]))
        rows = [[_date(booking, session, days)] for session, days in offered]
        question = _("Which date is offered instead?") if rows else _none_free(booking)
        return _question(copy, booking, question, rows)


def _date(booking: Booking, session: TourSession, days: str) -> InlineKeyboardButton:
    text = _("{dates} · {price} · free: {free}").format(
        dates=days,
        price=som(session.price),
        free=session.available_seats,
    )
    return button(text, OfferDate(number=booking.pk, session=session.pk))


def _none_free(booking: Booking) -> str:
    sentence = _("No other date of this tour is on sale with so many free seats: {seats}.")
    return said(sentence, seats=booking.seats_reserved)


def _question(copy: Notification, booking: Booking, question: str, rows: list[Row]) -> Screen:
    """Under the card; of a request that is decided, how it ended instead."""
    if booking.status != BookingStatus.REQUESTED:
        return face(copy, booking)
    way_back = [button(_("← Back"), Card(number=booking.pk))]
    return Screen(f"{text_of(copy)}\n\n<b>{question}</b>", [*rows, way_back])
