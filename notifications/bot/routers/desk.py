"""``/desk`` and ``/desk_off``, said in a group: an agency's requests arrive there, or no longer."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import now
from core.refusals import NotAllowed
from notifications.bot.request_cards import Place
from notifications.bot.screens import Screen, ask, button, plain, said, show
from notifications.services.agency_chat import bind_desk
from partners.models import TravelAgency, User
from partners.services.agency_chat import unset_agency_chat

router = Router(name="desk")

RESOURCE = "partners.travelagency"


class Desk(CallbackData, prefix="desk"):
    """Which of his agencies it is the desk of."""

    agency: int


@router.message(Command("desk", "desk_off"), F.chat.type == "private")
async def explained(message: Message) -> None:
    await show(message, Screen(_how()))


def _how() -> str:
    return _(
        "Requests can arrive in your managers' group in Telegram: add me to the group and say "
        "/desk there. You must be an owner of the agency, and write as yourself, not as the "
        "group. /desk_off sends the requests to the managers' own chats again."
    )


@router.message(Command("desk"))
async def desk(message: Message, user: User) -> None:
    await show(message, await asked(user, message.chat.id))


@router.callback_query(Desk.filter(), F.message.chat.type != "private")
async def chosen(press: CallbackQuery, callback_data: Desk, user: User) -> None:
    await show(press, await bound(user, callback_data.agency, Place.of(press).chat_id))


@router.message(Command("desk_off"))
async def off(message: Message, user: User) -> None:
    await show(message, await unbound(user, message.chat.id))


@ask
def asked(user: User, chat_id: int) -> Screen:
    own = list(TravelAgency.objects.filter(pk__in=user.agency_ids_for(RESOURCE, "change")))
    if not own:
        raise NotAllowed
    if len(own) == 1:
        return _bound(user, own[0].pk, chat_id)
    choices = [[button(agency.name, Desk(agency=agency.pk))] for agency in own]
    return Screen(_("Which agency's requests shall arrive here?"), choices)


@ask
def bound(user: User, agency_id: int, chat_id: int) -> Screen:
    return _bound(user, agency_id, chat_id)


def _bound(user: User, agency_id: int, chat_id: int) -> Screen:
    by = user.actor(Source.BOT)
    agency = bind_desk(agency_id=agency_id, chat_id=chat_id, by=by, at=now())
    sentence = _(
        "Requests to {agency} arrive here now; what waits: /pending. Whoever decides must be of "
        "the agency and have said /start to me in private."
    )
    return Screen(said(sentence, agency=agency.name))


@ask
def unbound(user: User, chat_id: int) -> Screen:
    """Of all his agencies whose desk it is."""
    own = user.agency_ids_for(RESOURCE, "change")
    here = TravelAgency.objects.filter(manager_chat_id=chat_id, pk__in=own)
    by, at = user.actor(Source.BOT), now()
    freed = [unset_agency_chat(agency_id=each.pk, by=by, at=at) for each in here]
    if not freed:
        return Screen(plain(_("This group is the desk of none of your agencies.")))
    names = ", ".join(agency.name for agency in freed)
    return Screen(said(_("{agencies}: requests go to the managers' own chats."), agencies=names))
