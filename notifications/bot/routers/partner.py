"""``/partner``: what a partner's links have brought, and how one becomes a partner."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import BufferedInputFile, CallbackQuery, Message
from constance import config
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import local_date, now
from core.money import som
from core.refusals import NotFound
from notifications.bot.screens import Row, Screen, ask, button, said, show
from partners.links import app_link, bot_link, qr_png
from partners.models import ReferralPartner, User
from partners.services.referral import become_partner
from sales.queries.partner_desk import Deal, DealState, deal_of, deals_queryset, desk_of
from sales.states import BookingStatus

router = Router(name="partner")

DEALS = 5


class Become(CallbackData, prefix="become-partner"):
    """Pressed twice it is done once: who is a partner stays what he is."""


class ShowDesk(CallbackData, prefix="partner"):
    """Back from what else is shown."""


class ShowQr(CallbackData, prefix="partner-qr"):
    """One picture for each door."""


class ShowDeals(CallbackData, prefix="partner-deals"):
    page: int = 0


# --- the desk


@router.message(Command("partner"))
async def partner(message: Message, user: User) -> None:
    await show(message, await desk(user))


@router.callback_query(ShowDesk.filter())
async def back(press: CallbackQuery, user: User) -> None:
    await show(press, await desk(user))


@router.callback_query(Become.filter())
async def become(press: CallbackQuery, user: User) -> None:
    await show(press, await became(user))


@ask
def desk(user: User) -> Screen:
    known = ReferralPartner.objects.filter(user_id=user.pk).first()
    return _desk(known) if known else _invitation()


@ask
def became(user: User) -> Screen:
    return _desk(become_partner(by=user.actor(Source.BOT), at=now()))


def _invitation() -> Screen:
    text = said(
        _(
            "<b>Bring travellers and earn</b>\n"
            "You get a link of your own. Of every booking that is paid by somebody who came by it "
            "you get a bonus: {percent} %. It pays for your own tours or goes to your card."
        ),
        percent=config.PARTNER_PERCENT,
    )
    return Screen(text, [[button(_("Become a partner"), Become())]])


def _desk(partner: ReferralPartner) -> Screen:
    parts = [_stopped(partner), _links(partner), _figures(partner)]
    buttons = [button(_("QR code"), ShowQr()), button(_("My bookings"), ShowDeals())]
    return Screen("\n\n".join(filter(None, parts)), [buttons])


def _stopped(partner: ReferralPartner) -> str:
    if partner.is_active:
        return ""
    text = _("<b>You are stopped as a partner:</b> {reason}\nWhat you have earned stays yours.")
    return said(text, reason=partner.stop_reason)


def _links(partner: ReferralPartner) -> str:
    text = _("Your code: <code>{code}</code>\nInto the app: {app}\nInto the bot: {bot}")
    code = partner.code
    return said(text, code=code, app=app_link(code), bot=bot_link(code))


def _figures(partner: ReferralPartner) -> str:
    found = desk_of(partner, now())
    text = _(
        "Your share: {percent} %\n"
        "People who came: {people}. Bookings: {bookings}, paid: {paid}.\n"
        "Earned: {earned}, taken back by refunds: {taken_back}\n"
        "Pending: {pending}\n"
        "Available: {available}\n"
        "Paid out: {paid_out}"
    )
    return said(
        text,
        percent=f"{found.percent.normalize():f}",
        people=found.people,
        bookings=found.bookings,
        paid=found.paid,
        earned=som(found.earned),
        taken_back=som(found.taken_back),
        pending=som(found.balance.pending),
        available=som(found.balance.available),
        paid_out=som(found.balance.paid_out),
    )


# --- the QR codes


@router.callback_query(ShowQr.filter())
async def show_qr(press: CallbackQuery, user: User) -> None:
    for caption, picture in await pictures(user):
        if press.message is not None:
            file = BufferedInputFile(picture, filename="circle-qr.png")
            await press.message.answer_photo(file, caption=caption)


@ask
def pictures(user: User) -> list[tuple[str, bytes]]:
    """The QR code of each door, with what it says."""
    code = _own(user).code
    doors = [
        (_("Into the app: {link}"), app_link(code)),
        (_("Into the bot: {link}"), bot_link(code)),
    ]
    return [(said(says, link=link), qr_png(link)) for says, link in doors]


def _own(user: User) -> ReferralPartner:
    partner = ReferralPartner.objects.filter(user_id=user.pk).first()
    if partner is None:
        raise NotFound
    return partner


# --- the bookings


@router.callback_query(ShowDeals.filter())
async def show_deals(press: CallbackQuery, callback_data: ShowDeals, user: User) -> None:
    await show(press, await deals(user, callback_data.page))


@ask
def deals(user: User, page: int) -> Screen:
    rows = deals_queryset(_own(user))
    last = max(0, (rows.count() - 1) // DEALS)
    page = min(max(page, 0), last)
    shown = [_deal(deal_of(row)) for row in rows[page * DEALS : (page + 1) * DEALS]]
    text = "\n\n".join(shown) or _("Nobody has booked by your link yet.")
    return Screen(text, [_pager(page, last), [button(_("Back"), ShowDesk())]])


def _pager(page: int, last: int) -> Row:
    earlier = [button("←", ShowDeals(page=page - 1))] if page > 0 else []
    later = [button("→", ShowDeals(page=page + 1))] if page < last else []
    return [*earlier, *later]


def _deal(deal: Deal) -> str:
    lines = [
        said(
            _("<b>{code}</b> {tour}, {day}. Seats: {seats}. {status}"),
            code=deal.code,
            tour=deal.tour,
            day=f"{deal.date_start:%d.%m.%Y}",
            seats=deal.seats,
            status=BookingStatus(deal.status).label,
        ),
        _earned(deal),
    ]
    if deal.reason:
        lines.append(said("<i>{reason}</i>", reason=deal.reason))
    return "\n".join(lines)


def _earned(deal: Deal) -> str:
    amount = som(deal.amount - deal.taken_back)
    if deal.state == DealState.PENDING and deal.available_at is not None:
        day = f"{local_date(deal.available_at):%d.%m.%Y}"
        return said(_("Your bonus: {amount}, pending until {day}"), amount=amount, day=day)
    return said(_("Your bonus: {amount}, {state}"), amount=amount, state=deal.state.label)
