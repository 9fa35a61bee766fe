"""``/withdrawals``: what was asked for to a card, and what has become of it."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import local_date, now
from core.money import som
from core.refusals import NotFound
from finance.models import ReferralPayoutRequest
from finance.services.withdrawals import cancel_withdrawal
from finance.states import WithdrawalStatus
from notifications.bot.screens import Row, Screen, app_button, ask, button, plain, said, show
from partners.models import User

router = Router(name="withdrawals")

SHOWN = 5


class Cancel(CallbackData, prefix="cancel-withdrawal"):
    """First asked whether it is meant, then ``sure``."""

    number: int
    sure: bool = False


class Withdrawals(CallbackData, prefix="withdrawals"):
    """Back to the list."""


@router.message(Command("withdrawals"))
async def withdrawals(message: Message, user: User) -> None:
    await show(message, await listed(user))


@router.callback_query(Withdrawals.filter())
async def back(press: CallbackQuery, user: User) -> None:
    await show(press, await listed(user))


@router.callback_query(Cancel.filter())
async def cancel(press: CallbackQuery, callback_data: Cancel, user: User) -> None:
    answer = cancelled if callback_data.sure else asked_whether
    await show(press, await answer(user, callback_data.number))


@ask
def listed(user: User) -> Screen:
    return _list(user)


@ask
def asked_whether(user: User, number: int) -> Screen:
    withdrawal = ReferralPayoutRequest.objects.filter(user_id=user.pk, pk=number).first()
    if withdrawal is None:
        raise NotFound
    question = said(
        _("Cancel withdrawal {number} of {amount} to card {card}?"),
        number=withdrawal.number,
        amount=som(withdrawal.amount),
        card=withdrawal.card,
    )
    yes = button(_("Yes, cancel it"), Cancel(number=number, sure=True))
    return Screen(question, [[yes, button(_("No"), Withdrawals())]])


@ask
def cancelled(user: User, number: int) -> Screen:
    cancel_withdrawal(withdrawal_id=number, by=user.actor(Source.BOT), at=now())
    return _list(user)


def _list(user: User) -> Screen:
    rows = list(ReferralPayoutRequest.objects.filter(user_id=user.pk).order_by("-pk")[:SHOWN])
    if not rows:
        text = _("You have asked for no withdrawal yet. That is done in the app, under Bonus.")
        return Screen(text, [[app_button(_("Open Circle"))]])
    return Screen("\n\n".join(map(_told, rows)), list(map(_buttons, rows)))


def _told(withdrawal: ReferralPayoutRequest) -> str:
    line = said(
        _("<b>{number}</b> of {day}: {amount} to card {card}\n{status}"),
        number=withdrawal.number,
        day=f"{local_date(withdrawal.created_at):%d.%m.%Y}",
        amount=som(withdrawal.amount),
        card=withdrawal.card,
        status=withdrawal.get_status_display(),
    )
    return line + (f": {plain(withdrawal.note)}" if withdrawal.note else "")


def _buttons(withdrawal: ReferralPayoutRequest) -> Row:
    if withdrawal.status != WithdrawalStatus.REQUESTED:
        return []
    text = _("Cancel {number}").format(number=withdrawal.number)
    return [button(text, Cancel(number=withdrawal.pk))]
