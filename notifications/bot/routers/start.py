"""``/start``, ``/help`` and ``/language``: the first words."""

from aiogram import Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core.actor import Source
from core.clock import now
from notifications.bot.booking_screens import linked_screen
from notifications.bot.commands import COMMANDS, STAFF_COMMANDS
from notifications.bot.doorman import payload
from notifications.bot.routers.join import invitation_screen
from notifications.bot.routers.office import OFFICE, office
from notifications.bot.screens import Screen, app_button, ask, button, plain, said, show
from partners.models import Language, ReferralTouch, User
from partners.services.profile import update_profile
from partners.states import NoCredit

router = Router(name="start")

TOUCHED = {
    NoCredit.NONE: gettext_lazy("{partner} brought you to Circle."),
    NoCredit.SELF: gettext_lazy(
        "This is your own link: it counts for others who come by it, not for you."
    ),
    NoCredit.RING: gettext_lazy("This link does not count: its owner came to Circle through you."),
}
# In their own words, whatever is spoken now.
NAMES = {Language.RU: "Русский", Language.UZ: "Oʻzbekcha", Language.EN: "English"}


class Speak(CallbackData, prefix="speak"):
    language: Language


@router.message(CommandStart())
async def start(message: Message, command: CommandObject, user: User) -> None:
    code = payload(command)
    if code == OFFICE:
        await office(message, user)
        return
    await show(message, await greeting(user, code))


@ask
def greeting(user: User, code: str) -> Screen:
    opened = invitation_screen(user, code) or linked_screen(user, code, now())
    return opened or _greeting(user, code)


def _greeting(user: User, code: str) -> Screen:
    hello = said(
        _(
            "Hello, {name}!\n"
            "Circle is group tours around Uzbekistan: pick a tour and a date, ask for seats, and "
            "pay when the agency has said yes."
        ),
        name=user.get_short_name(),
    )
    lines = [hello, *_touched(user, code), _("What the bot can do: /help")]
    return Screen("\n\n".join(lines), [[app_button(_("Open Circle"))]])


def _touched(user: User, code: str) -> list[str]:
    """One line on what has become of the link he came by, where it concerns him."""
    touches = ReferralTouch.objects.filter(user_id=user.pk).select_related("partner__user")
    touch = touches.filter(partner__code=code.upper()).first() if code else None
    if touch is None or touch.refusal not in TOUCHED:
        return []
    sentence = TOUCHED[NoCredit(touch.refusal)]
    return [said(sentence, partner=touch.partner.user.get_short_name())]


@router.message(Command("help"))
async def show_help(message: Message, user: User) -> None:
    await show(message, await commands(user))


@ask
def commands(user: User) -> Screen:
    own = [known for right, known in STAFF_COMMANDS.items() if user.has_perm(right)]
    lines = [
        f"/{name} – {plain(what)}" for known in (COMMANDS, *own) for name, what in known.items()
    ]
    return Screen("\n".join(lines), [[app_button(_("Open Circle"))]])


@router.message(Command("language"))
async def languages(message: Message) -> None:
    choices = [button(name, Speak(language=code)) for code, name in NAMES.items()]
    await show(message, Screen(_("In which language shall we speak?"), [choices]))


@router.callback_query(Speak.filter())
async def speak(press: CallbackQuery, callback_data: Speak, user: User) -> None:
    await show(press, await spoken(user, callback_data.language))


@ask
def spoken(user: User, language: Language) -> Screen:
    update_profile(changes={"language": language.value}, by=user.actor(Source.BOT), at=now())
    with override(language):
        return Screen(_("We speak English now."))
