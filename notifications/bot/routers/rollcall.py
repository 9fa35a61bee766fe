"""``/rollcall``: who is there, marked with a tap, in the tour's chat or in private.

A button says what it will do and not "the other way round": two guides who tap the same name at the
same time both mean the same.
"""

from aiogram import Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message
from django.utils.translation import gettext as _

from catalog.models import TourSession
from catalog.queries.chats import chat_of_group
from catalog.states import SessionStatus
from core.actor import Source
from core.clock import local_date, now
from core.refusals import Conflict, NotFound
from notifications.bot.dates import NotConnected, agencies_for, labels_of, name_of
from notifications.bot.doorman import is_private
from notifications.bot.screens import Row, Screen, add, ask, button, plain, said, show
from partners.models import User
from sales.queries.passengers import OPENS_BEFORE, Passenger, PassengerList, passenger_list
from sales.services.passengers import check_in, undo_check_in

router = Router(name="rollcall")

SHOWN = 20
A_ROW = 2
MOST_SESSIONS = 20
# So much of an alert Telegram shows.
LONGEST_ALERT = 200


class Roll(CallbackData, prefix="roll"):
    session: int
    page: int = 0


class Mark(CallbackData, prefix="mark"):
    """``on``: he is there; else he is not after all."""

    seat: int
    session: int
    page: int
    on: bool


@router.message(Command("rollcall"))
async def rollcall(message: Message, user: User) -> None:
    if is_private(message):
        await add(message, await today(user))
    else:
        await add(message, await roll_of_group(user, message.chat.id))


@router.callback_query(Roll.filter())
async def page(press: CallbackQuery, callback_data: Roll, user: User) -> None:
    await show(press, await roll(user, callback_data.session, callback_data.page))


@router.callback_query(Mark.filter())
async def mark(press: CallbackQuery, callback_data: Mark, user: User) -> None:
    screen, why_not = await marked(user, callback_data)
    await show(press, screen)
    if why_not:
        await press.answer(why_not[:LONGEST_ALERT], show_alert=True)


@ask
def today(user: User) -> Screen:
    """The dates that run today or begin tomorrow; the one there is at once."""
    agencies = _agencies(user)
    day = local_date(now())
    rows = TourSession.objects.filter(date_start__lte=day + OPENS_BEFORE, date_end__gte=day)
    rows = rows.exclude(status=SessionStatus.CANCELLED).select_related("tour")
    if agencies is not None:
        rows = rows.filter(tour__agency_id__in=agencies)
    sessions = list(rows.order_by("date_start", "pk")[:MOST_SESSIONS])
    if not sessions:
        return Screen(_("No tour of yours runs today or begins tomorrow."))
    if len(sessions) == 1:
        return _roll(sessions[0].pk, 0)
    choices = [[button(label, Roll(session=each.pk))] for each, label in labels_of(sessions)]
    return Screen(_("Roll-call of which date?"), choices)


@ask
def roll_of_group(user: User, group_id: int) -> Screen:
    agencies = _agencies(user)
    chat = chat_of_group(group_id)
    if chat is None:
        raise NotConnected
    _check_his(chat.session, agencies)
    return _roll(chat.session_id, 0)


@ask
def roll(user: User, session_id: int, page: int) -> Screen:
    return _own_roll(user, session_id, page)


@ask
def marked(user: User, wish: Mark) -> tuple[Screen, str]:
    """The list as it stands now; and why the seat could not be marked, "" when it was."""
    act = check_in if wish.on else undo_check_in
    try:
        seat = act(traveller_id=wish.seat, by=user.actor(Source.BOT), at=now())
    except Conflict as refusal:
        # Cancelled meanwhile, or the days are over: what stands on the screen is old.
        return _own_roll(user, wish.session, wish.page), refusal.detail
    return _roll(seat.booking.session_id, wish.page), ""


def _own_roll(user: User, session_id: int, page: int) -> Screen:
    agencies = _agencies(user)
    session = TourSession.objects.select_related("tour").filter(pk=session_id).first()
    _check_his(session, agencies)
    return _roll(session_id, page)


def _agencies(user: User) -> frozenset[int] | None:
    return agencies_for(user, "sales.bookingtraveller", "checkin")


def _check_his(session: TourSession | None, agencies: frozenset[int] | None) -> None:
    if session is None or (agencies is not None and session.tour.agency_id not in agencies):
        raise NotFound


def _roll(session_id: int, page: int) -> Screen:
    found = passenger_list(session_id, at=now())
    pages = max(1, -(-len(found.passengers) // SHOWN))
    page = min(max(page, 0), pages - 1)
    shown = found.passengers[page * SHOWN : (page + 1) * SHOWN]
    lines, turn = _lines(found), _turn(session_id, page, pages)
    if not found.takes_check_ins:
        return Screen("\n".join([*lines, *(plain(_label(each)) for each in shown)]), [turn])
    marks = [_mark(each, session_id, page) for each in shown]
    rows = [marks[start : start + A_ROW] for start in range(0, len(marks), A_ROW)]
    return Screen("\n".join(lines), [*rows, turn])


def _lines(found: PassengerList) -> list[str]:
    lines = [
        said("<b>{session}</b>", session=name_of(found.session)),
        said(_("Have come: {here} of {all}"), here=found.checked_in, all=len(found.passengers)),
    ]
    if not found.passengers:
        lines.append(_("Nobody has paid for a seat yet."))
    elif not found.takes_check_ins:
        first, last = (f"{day:%d.%m.%Y}" for day in found.check_in_days)
        lines.append(
            said(_("Travellers are checked in from {first} to {last}."), first=first, last=last)
        )
    return lines


def _mark(passenger: Passenger, session_id: int, page: int) -> InlineKeyboardButton:
    seat = passenger.seat
    press = Mark(seat=seat.pk, session=session_id, page=page, on=seat.checked_in_at is None)
    return button(_label(passenger), press)


def _label(passenger: Passenger) -> str:
    return f"{'✅' if passenger.seat.checked_in_at else '☐'} {_short_name(passenger)}"


def _short_name(passenger: Passenger) -> str:
    """A first name and an initial: everybody in the group reads it."""
    seat = passenger.seat
    if not seat.name:
        return f"№{passenger.number} {passenger.booking.code}"
    initial = f"{seat.last_name[0]}." if seat.first_name and seat.last_name else ""
    return f"{seat.first_name or seat.last_name} {initial}".strip()


def _turn(session_id: int, page: int, pages: int) -> Row:
    """The pages beside this one; between them, what it shows anew."""
    here = button(f"↻ {page + 1}/{pages}", Roll(session=session_id, page=page))
    before = [button("←", Roll(session=session_id, page=page - 1))] if page else []
    after = [button("→", Roll(session=session_id, page=page + 1))] if page < pages - 1 else []
    return [*before, here, *after]
