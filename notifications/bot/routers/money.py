"""Money that waits for a second pair of eyes: the cards' buttons, and the list of ``/waiting``.

Cards stand in the accountants' chat; the list is read there or in private.
"""

from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message
from constance import config
from django.db.models import Count, Min, Sum
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import local_date, now
from core.money import ZERO, som
from core.refusals import NotAllowed
from finance.queries.cases import open_cases
from finance.queries.overview import refunds_waiting
from finance.queries.reconciliation import unexplained_rows
from notifications.bot.doorman import is_private
from notifications.bot.orders import WAYS, Order, askable_row, card_of, waiting_row, waiting_rows
from notifications.bot.screens import Screen, ask, button, said, show
from partners.models import Language, User

router = Router(name="money")

# Orders on a page of the list.
SHOWN = 5
# In place of a page of the list: the buttons stand under a card.
CARD = -1


class Step(StrEnum):
    ASK = "ask"
    YES = "yes"
    BACK = "back"


class ApprovePayout(CallbackData, prefix="approve-payout"):
    """Under a card."""

    number: int


class ApproveWithdrawal(CallbackData, prefix="approve-withdrawal"):
    """Under a card."""

    number: int


class Decide(CallbackData, prefix="money"):
    """First asked whether it is meant; ``page`` of the list to go back to, or CARD."""

    order: Order
    number: int
    step: Step
    page: int = CARD


class Waiting(CallbackData, prefix="waiting"):
    page: int


class AccountantsOnly(NotAllowed):
    message = gettext_lazy(
        "What waits in the books is for Circle's accountants, in their own chat or in private."
    )


# --- one of them is approved


@router.callback_query(ApprovePayout.filter())
async def payout(press: CallbackQuery, callback_data: ApprovePayout, user: User) -> None:
    await show(press, await question(user, Order.PAYOUT, callback_data.number, CARD))


@router.callback_query(ApproveWithdrawal.filter())
async def withdrawal(press: CallbackQuery, callback_data: ApproveWithdrawal, user: User) -> None:
    await show(press, await question(user, Order.WITHDRAWAL, callback_data.number, CARD))


@router.callback_query(Decide.filter())
async def decide(press: CallbackQuery, callback_data: Decide, user: User) -> None:
    asked = callback_data
    answer = {Step.ASK: question, Step.YES: approved, Step.BACK: back}[asked.step]
    await show(press, await answer(user, asked.order, asked.number, asked.page))


@ask
def question(user: User, order: Order, number: int, page: int) -> Screen:
    row, way = askable_row(order, number, user), WAYS[order]
    with _language(page):
        text, url = card_of(order, number)
        sentence = said(
            _("Approve {number}, {amount} to {where}?"),
            number=way.name(row),
            amount=som(row.amount),
            where=way.goes_to(row),
        )
        yes = _step(_("✅ Yes, approve"), order, number, Step.YES, page)
        no = _step(_("Back"), order, number, Step.BACK, page)
        return Screen(f"{text}\n\n<b>{sentence}</b>", [[yes, no], [_open(url)]])


@ask
def approved(user: User, order: Order, number: int, page: int) -> Screen:
    waiting_row(order, number, user)
    with _language(page):
        text, _url = card_of(order, number)
        WAYS[order].approve(number, user.actor(Source.BOT))
        if page != CARD:
            return _list(user, page)
        # Soon the outbox writes the same under every copy, with the hour.
        words = said(_("✅ Approved ({who})"), who=user)
        return Screen(f"{text}\n\n<b>{words}</b>")


@ask
def back(user: User, order: Order, number: int, page: int) -> Screen:
    """What the question stood in place of."""
    if page != CARD:
        return _list(user, page)
    waiting_row(order, number, user)
    with _language(page):
        text, url = card_of(order, number)
        return Screen(text, [[_step(_("✅ Approve"), order, number, Step.ASK, page), _open(url)]])


def _language(page: int) -> AbstractContextManager[None]:
    """A group's cards keep their language, whoever presses."""
    return override(Language.RU if page == CARD else get_language())


def _step(text: str, order: Order, number: int, step: Step, page: int) -> InlineKeyboardButton:
    return button(text, Decide(order=order, number=number, step=step, page=page))


def _open(url: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=_("Open"), url=url)


# --- all of them


@router.message(Command("waiting"))
async def waiting(message: Message, user: User) -> None:
    await show(message, await listed(user, _group_of(message), 0))


@router.callback_query(Waiting.filter())
async def leafed(press: CallbackQuery, callback_data: Waiting, user: User) -> None:
    await show(press, await listed(user, _group_of(press), callback_data.page))


def _group_of(event: Message | CallbackQuery) -> int | None:
    message = event if isinstance(event, Message) else event.message
    return None if message is None or is_private(event) else message.chat.id


@ask
def listed(user: User, group_id: int | None, page: int) -> Screen:
    """Members of another group would read it, too."""
    if group_id not in (None, config.ACCOUNTANTS_CHAT_ID):
        raise AccountantsOnly
    return _list(user, page)


def _list(user: User, page: int) -> Screen:
    if not user.has_perm("finance.approve_payout"):
        raise AccountantsOnly
    counts = {order: waiting_rows(order).count() for order in Order}
    pages = max(1, -(-sum(counts.values()) // SHOWN))
    page = max(0, min(page, pages - 1))
    shown = _page(counts, page)
    text = "\n\n".join(filter(None, (_figures(), "\n".join(_line(*each) for each in shown))))
    approve = [[_approve(order, row, page)] for order, row in shown]
    arrows = [button("←", Waiting(page=page - 1))] if page else []
    if page < pages - 1:
        arrows.append(button("→", Waiting(page=page + 1)))
    return Screen(text, [*approve, arrows])


def _page(counts: dict[Order, int], page: int) -> list[tuple[Order, Any]]:
    """One kind after the other."""
    shown: list[tuple[Order, Any]] = []
    start = page * SHOWN
    for order, count in counts.items():
        rows = waiting_rows(order)[max(start, 0) : max(start, 0) + SHOWN - len(shown)]
        shown += [(order, row) for row in rows]
        start -= count
    return shown


def _figures() -> str:
    """What the daily proof tells, as of now."""
    titles = {Order.PAYOUT: _("Payouts"), Order.WITHDRAWAL: _("Withdrawals")}
    others = (
        (_("Refunds"), refunds_waiting().count, refunds_waiting().amount),
        (_("Money without a deal"), *open_cases()),
        (_("Unexplained rows"), *unexplained_rows()),
    )
    lines = [_oldest(titles[order], order) for order in Order]
    lines += [_counted(*figures) for figures in others]
    return "\n".join((said("<b>{title}</b>", title=_("Waiting now")), *lines))


def _oldest(title: str, order: Order) -> str:
    rows = waiting_rows(order).order_by()
    found = rows.aggregate(n=Count("pk"), total=Sum("amount"), since=Min("created_at"))
    line = _counted(title, found["n"], found["total"] or ZERO)
    if not found["since"]:
        return line
    since = said(_("(since {day})"), day=f"{local_date(found['since']):%d.%m.%Y}")
    return f"{line} {since}"


def _counted(title: str, count: int, amount: Any) -> str:
    line = said("{title}: {count}", title=title, count=count)
    return f"{line}, {som(amount)}" if count else line


def _line(order: Order, row: Any) -> str:
    way = WAYS[order]
    doubts = ", ".join(doubt.short for doubt in way.doubts(row, now()))
    line = said(
        "{number} · {amount} · {where}",
        number=way.name(row),
        amount=som(row.amount),
        where=way.goes_to(row),
    )
    return f"{line}\n{said('⚠️ {doubts}', doubts=doubts)}" if doubts else line


def _approve(order: Order, row: Any, page: int) -> InlineKeyboardButton:
    text = f"✅ {WAYS[order].name(row)} · {som(row.amount)}"
    return _step(text, order, row.pk, Step.ASK, page)
