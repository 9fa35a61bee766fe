"""A booking as the bot shows it: to its traveller with what he can do, to its agency as a fact."""

from datetime import datetime

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import local_date
from core.money import som
from notifications.booking_words import dates_of, hour_of, meeting_of, moment_of, pay_link
from notifications.bot.request_cards import rows_of
from notifications.bot.screens import Row, Screen, button, plain, said
from notifications.buttons import keyboard, press
from notifications.requests import WITH_WORDS, card_of
from notifications.states import Kind
from notifications.templates import render
from partners.links import app_link
from partners.models import User
from sales.models import Booking, DateOffer
from sales.queries.actions import allowed_actions
from sales.states import LIVE, BookingStatus

SHOWN = 3
LONGEST_CODE = 12


class Page(CallbackData, prefix="bookings"):
    page: int = 0


class Voucher(CallbackData, prefix="voucher"):
    number: int


class Cancel(CallbackData, prefix="cancel-booking"):
    """First asked whether it is meant; ``back`` is what was said to come back, in tiyin."""

    number: int
    back: int = -1


def own(user: User) -> QuerySet[Booking]:
    offers = ("date_offer__session", "date_offer__taken_booking")
    return Booking.objects.filter(user_id=user.pk).select_related(*WITH_WORDS, *offers)


def list_screen(user: User, page: int, at: datetime) -> Screen:
    """The traveller's bookings, those that still run first, the soonest at the top."""
    rows = _in_order(own(user), at)
    last = max(0, (rows.count() - 1) // SHOWN)
    page = min(max(page, 0), last)
    shown = list(rows[page * SHOWN : (page + 1) * SHOWN])
    if not shown:
        text = _("You have no bookings yet. Tours and their dates are in the app.")
        return Screen(text, [[_app(_("Open Circle"))]])
    numbered = list(enumerate(shown, page * SHOWN + 1))
    texts = [f"{number}. {_told(booking, at)}" for number, booking in numbered]
    buttons = [_buttons(booking, user, at, f"{number}. ") for number, booking in numbered]
    return Screen("\n\n".join(texts), [*buttons, _pager(page, last)])


def booking_screen(booking: Booking, user: User, at: datetime) -> Screen:
    """One booking of his own; ``booking`` is loaded WITH_WORDS."""
    rows = [[each] for each in _buttons(booking, user, at)]
    return Screen(_told(booking, at), [*rows, [button(_("My bookings"), Page())]])


def linked_screen(user: User, code: str, at: datetime) -> Screen | None:
    """What a link with a booking's code opens: None for whom it does not concern, as for junk."""
    if not code or len(code) > LONGEST_CODE:
        return None
    mine = own(user).filter(code=code.upper()).first()
    if mine is not None:
        return booking_screen(mine, user, at)
    if not user.has_perm("sales.view_booking"):
        return None
    rows = Booking.objects.for_staff(user).select_related(*WITH_WORDS)
    sold = rows.filter(code=code.upper()).first()
    return _staff_screen(sold, user, at) if sold else None


def _staff_screen(booking: Booking, user: User, at: datetime) -> Screen:
    """The waiting request with its buttons, or what has become of it."""
    url = f"{settings.BACKOFFICE_URL}/admin/sales/booking/{booking.pk}/change/"
    page = [InlineKeyboardButton(text=_("Open"), url=url)]
    if "approve" in allowed_actions(booking, by=user.actor(Source.BOT), at=at):
        payload = card_of(Kind.AGENCY_REQUEST, booking, user.language).payload
        decide = rows_of(keyboard(Kind.AGENCY_REQUEST, payload, user.language))
        return Screen(render(Kind.AGENCY_REQUEST, payload, user.language), [*decide, page])
    return Screen(f"{plain(booking.user)}\n{_facts(booking, at)}", [page])


# --- parts


def _in_order(rows: QuerySet[Booking], at: datetime) -> QuerySet[Booking]:
    runs = Q(status__in=LIVE, expires_at__gt=at)
    to_come = Q(status=BookingStatus.PAID, session__date_end__gte=local_date(at))
    offered = Q(date_offer__taken_booking=None, date_offer__expires_at__gt=at)
    first = runs | to_come | offered
    place = Case(When(first, then=Value(0)), default=Value(1))
    starts = Case(When(first, then=F("session__date_start")))
    return rows.alias(place=place, starts=starts).order_by("place", "starts", "-pk")


def _told(booking: Booking, at: datetime) -> str:
    next_step = plain(_next_step(booking, at))
    return "\n".join(filter(None, (_facts(booking, at), next_step)))


def _facts(booking: Booking, at: datetime) -> str:
    session = booking.session
    status = _("time is over") if booking.is_lapsed(at) else booking.get_status_display()
    return said(
        _("<b>{code}</b> – {status}\n{tour}, {dates}\nSeats: {seats}. Price: {price}."),
        code=booking.code,
        status=status,
        tour=session.tour.title,
        dates=dates_of(session.date_start, session.date_end),
        seats=booking.seats_reserved,
        price=som(booking.final_price),
    )


def _next_step(booking: Booking, at: datetime) -> str:
    """What happens next, or why nothing does."""
    tour = booking.session.tour
    until = hour_of(booking.expires_at.isoformat()) if booking.expires_at else ""
    if booking.is_lapsed(at) or booking.status == BookingStatus.EXPIRED:
        return _("You can ask for seats once more.")
    match booking.status:
        case BookingStatus.REQUESTED:
            return _("The agency answers by {until} at the latest.").format(until=until)
        case BookingStatus.APPROVED:
            return _("Please pay by {until}, or the seats are freed.").format(until=until)
        case BookingStatus.PAID:
            return meeting_of(tour.meeting_point, tour.map_link)
    if offer := _offer_of(booking):
        return _offered(offer, at)
    note = booking.cancel_note
    return _("Reason: {reason}").format(reason=note) if note else ""


def _offer_of(booking: Booking) -> DateOffer | None:
    """What is loaded with the traveller's ``own`` bookings."""
    return getattr(booking, "date_offer", None)


def _offered(offer: DateOffer, at: datetime) -> str:
    dates = dates_of(offer.session.date_start, offer.session.date_end)
    if offer.taken_booking is not None:
        sentence = _("You took another date instead: {dates}, booking {code}.")
        return sentence.format(dates=dates, code=offer.taken_booking.code)
    if offer.is_over(at):
        return _("Another date was offered: {dates}. The offer is over.").format(dates=dates)
    sentence = _("Another date is offered until {until}: {dates}. To pay: {price}.")
    until = moment_of(offer.expires_at)
    return sentence.format(until=until, dates=dates, price=som(offer.price))


def _buttons(booking: Booking, user: User, at: datetime, number: str = "") -> Row:
    """What he can do with it now; ``number`` is its place in a list."""
    allowed = allowed_actions(booking, by=user.actor(Source.BOT), at=at)
    row = []
    if "pay" in allowed and (link := pay_link(booking, user.language)):
        row.append(InlineKeyboardButton(text=number + _("Pay"), url=link))
    if booking.status == BookingStatus.PAID:
        row.append(button(number + _("Voucher"), Voucher(number=booking.pk)))
    offer = _offer_of(booking)
    if offer and offer.taken_booking is None and not offer.is_over(at):
        send = press("take-offer", offer.pk)
        row.append(InlineKeyboardButton(text=number + _("Take these seats"), callback_data=send))
    if "cancel" in allowed:
        row.append(button(number + _("Cancel"), Cancel(number=booking.pk)))
    return [*row, _app(number + _("In the app"), booking.code)]


def _app(text: str, code: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, url=app_link(code) if code else settings.MINI_APP_URL)


def _pager(page: int, last: int) -> Row:
    earlier = [button(_("← Back"), Page(page=page - 1))] if page > 0 else []
    later = [button(_("More →"), Page(page=page + 1))] if page < last else []
    return [*earlier, *later]
