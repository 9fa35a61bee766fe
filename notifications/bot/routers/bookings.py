"""``/bookings``: a traveller's own bookings; to pay, to have the voucher, to cancel."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import BufferedInputFile, CallbackQuery, Message
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import now
from core.money import som
from core.refusals import NotFound
from notifications.bot.booking_screens import (
    Cancel,
    Page,
    Voucher,
    booking_screen,
    list_screen,
    own,
)
from notifications.bot.screens import Screen, ask, button, said, show
from partners.models import User
from sales.models import Booking
from sales.papers.voucher import file_name, voucher_pdf
from sales.queries.actions import allowed_actions
from sales.queries.cancellation import CancelPreview, preview_cancellation
from sales.services.cancel import cancel_booking
from sales.states import BookingStatus

router = Router(name="bookings")


@router.message(Command("bookings"))
async def bookings(message: Message, user: User) -> None:
    await show(message, await listed(user, 0))


@router.callback_query(Page.filter())
async def turn(press: CallbackQuery, callback_data: Page, user: User) -> None:
    await show(press, await listed(user, callback_data.page))


@ask
def listed(user: User, page: int) -> Screen:
    return list_screen(user, page, now())


def _own(user: User, number: int) -> Booking:
    booking = own(user).filter(pk=number).first()
    if booking is None:
        raise NotFound
    return booking


# --- the voucher


@router.callback_query(Voucher.filter())
async def voucher(press: CallbackQuery, callback_data: Voucher, user: User) -> None:
    code, content = await made(user, callback_data.number)
    if press.message is not None:
        file = BufferedInputFile(content, filename=file_name(code))
        caption = said(_("Voucher <b>{code}</b>"), code=code)
        await press.message.answer_document(file, caption=caption)


@ask
def made(user: User, number: int) -> tuple[str, bytes]:
    booking = _own(user, number)
    return booking.code, voucher_pdf(booking.pk, at=now())


# --- cancelling


@router.callback_query(Cancel.filter())
async def cancel(press: CallbackQuery, callback_data: Cancel, user: User) -> None:
    await show(press, await cancelled(user, callback_data.number, callback_data.back))


@ask
def cancelled(user: User, number: int, agreed: int) -> Screen:
    """Cancelled when he has agreed to what comes back now; else asked."""
    by, at, booking = user.actor(Source.BOT), now(), _own(user, number)
    if "cancel" not in allowed_actions(booking, by=by, at=at):
        # An old button: it has ended, or begun.
        return booking_screen(booking, user, at)
    preview = preview_cancellation(booking, by=by, at=at)
    if agreed != _tiyin(preview):
        return _question(booking, preview)
    cancel_booking(booking_id=number, by=by, at=at)
    return booking_screen(_own(user, number), user, at)


def _question(booking: Booking, preview: CancelPreview) -> Screen:
    question = said(
        _("Cancel booking <b>{code}</b>: {tour}?"),
        code=booking.code,
        tour=booking.session.tour.title,
    )
    yes = button(_("Yes, cancel it"), Cancel(number=booking.pk, back=_tiyin(preview)))
    text = f"{question}\n{_what_comes_back(booking, preview)}"
    return Screen(text, [[yes, button(_("No"), Page())]])


def _what_comes_back(booking: Booking, preview: CancelPreview) -> str:
    if booking.status != BookingStatus.PAID:
        return _("Nothing has been paid; the seats are given back at once.")
    text = _("Paid: {paid}. Comes back: {refund} ({percent} %). The agency keeps: {kept}.")
    return said(
        text,
        paid=som(preview.paid),
        refund=som(preview.refund),
        percent=f"{preview.percent.normalize():f}",
        kept=som(preview.kept),
    )


def _tiyin(preview: CancelPreview) -> int:
    return int(preview.refund * 100)
