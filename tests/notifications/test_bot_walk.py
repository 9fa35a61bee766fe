"""Every command and every button of the bot, from everybody: the answer is the table's.

``COMMANDS`` and ``PRESSES`` list them by hand: a new one fails here until somebody has thought
about who may use it. The rows are Silk Road's; ``nomad`` is the other agency's manager.
"""

import pytest
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackQueryFilter
from aiogram.types import Update
from asgiref.sync import async_to_sync, sync_to_async

from core.refusals import NotAllowed, NotFound
from notifications.bot.app import DISPATCHER, open_bot
from notifications.bot.doorman import Stranger
from notifications.bot.routers.money import AccountantsOnly
from partners.models import User
from partners.roles import STAFF, allowed
from tests import factories
from tests.backoffice.both_sides import WALKERS
from tests.backoffice.walker import scenery, undone  # noqa: F401
from tests.notifications.group import administrator
from tests.notifications.talk import Talk
from tests.outside.conftest import TOKEN, bot_api  # noqa: F401

GROUP = -777
PEOPLE = {"blogger": "blogger", **WALKERS, "nomad": "nomad_manager"}
EVERYBODY = {"stranger", *PEOPLE}
ANY_STAFF = {*STAFF, "nomad"}
REFUSALS = (NotAllowed, NotFound, Stranger, AccountantsOnly)
SAID_OTHERWISE = {
    "This is for the agencies' managers. Your own bookings: /bookings",
    "The back office is for the staff of agencies and of Circle.",
    "This group is the desk of none of your agencies.",
}

# Said in private; those below in a group. ``resource.act``, or who.
COMMANDS = {
    "start": EVERYBODY,
    "help": EVERYBODY,
    "language": EVERYBODY,
    "bookings": EVERYBODY,
    "notifications": EVERYBODY,
    "bonus": EVERYBODY,
    "partner": EVERYBODY,
    "withdrawals": EVERYBODY,
    "quiet": EVERYBODY,
    "office": ANY_STAFF,
    "pending": "sales.bookingrequest.view",
    "rollcall": "sales.bookingtraveller.checkin",
    "waiting": "finance.payout.approve",
}
IN_A_GROUP = {
    "bind": "catalog.tourchat.add",
    "unbind": "catalog.tourchat.change",
    "desk": {"owner"},  # whose agency's desk it becomes
    "desk_off": set(),  # it is nobody's
    "accountants": "constance.config.change",
    "platform": "constance.config.change",
}
# What its data names is Silk Road's: ``nomad`` does not find it.
PRESSES = {
    "approve": "sales.booking.approve",
    "reject": "sales.booking.reject",
    "reject-why": "sales.booking.reject",
    "reject-own": "sales.booking.reject",
    "offer": "sales.booking.approve",
    "offer-date": "sales.booking.approve",
    "undo": "sales.booking.approve",
    "card": "sales.booking.approve",
    "roll": "sales.bookingtraveller.checkin",
    "mark": "sales.bookingtraveller.checkin",
    "approve-payout": "finance.payout.approve",
    "approve-withdrawal": "finance.referralpayoutrequest.approve",
    "money": "finance.payout.approve",
    "waiting": "finance.payout.approve",
    # one's own
    "voucher": {"traveller"},
    "cancel-booking": {"traveller"},
    "take-offer": {"traveller"},
    "cancel-withdrawal": {"blogger"},
    "partner-qr": {"blogger"},
    "partner-deals": {"blogger"},
    "bookings": EVERYBODY,
    "speak": EVERYBODY,
    "tell-me": EVERYBODY,
    "quiet": EVERYBODY,
    "partner": EVERYBODY,
    "become-partner": EVERYBODY,
    "withdrawals": EVERYBODY,
    "join": EVERYBODY,  # who holds the link
}
PRESSES_IN_A_GROUP = {
    "bind": "catalog.tourchat.add",
    "bind-dates": {"manager", "owner", "admin", "nomad"},  # each his own dates
    "unbind": "catalog.tourchat.change",
    "desk": "partners.travelagency.change",
}


def filters(kind: str, router=DISPATCHER):
    """Of all handlers of messages, or of presses."""
    for handler in router.observers[kind].handlers:
        yield from (each.callback for each in handler.filters or ())
    for inner in router.sub_routers:
        yield from filters(kind, inner)


def test_every_command_and_button_has_been_thought_about():
    commands = {
        str(name) for f in filters("message") if isinstance(f, Command) for name in f.commands
    }
    assert commands == {*COMMANDS, *IN_A_GROUP}
    assert buttons().keys() == {*PRESSES, *PRESSES_IN_A_GROUP}


def buttons() -> dict:
    found = (f for f in filters("callback_query") if isinstance(f, CallbackQueryFilter))
    return {each.callback_data.__prefix__: each.callback_data for each in found}


@pytest.fixture
def numbers(scenery):  # noqa: F811
    """What the data of each button names."""
    cast, sides = scenery
    own = sides.own.rows
    User.objects.update(language="en")
    given = dict.fromkeys(PRESSES, own["sales.booking"]) | {
        "approve-payout": own["finance.payout"],
        "money": own["finance.payout"],
        "approve-withdrawal": own["finance.referralpayoutrequest"],
        "take-offer": own["sales.dateoffer"],
        "cancel-withdrawal": factories.withdrawal(user=cast.blogger).pk,
    }
    rest = {
        "session": own["catalog.toursession"],
        "seat": own["sales.bookingtraveller"],
        "chat": own["catalog.tourchat"],
        "agency": own["partners.travelagency"],
        "language": "en",
        "token": "x" * 22,
        "kind": "trip_in_three_days",
        "hours": "22-8",
        "order": "payout",
        "step": "ask",
        "reason": "seats",
        "page": 0,
        "back": 0,
        "on": 1,
        "is_on": 1,
        "sure": 0,
    }
    return {prefix: rest | {"number": given.get(prefix)} for prefix in buttons()}


@pytest.fixture
def tell(scenery, bot_api, settings):  # noqa: F811
    """``tell(updates)``: what the bot did upon each, and what it wrote; nothing stays. All are
    brought over one line, which takes a tenth of the time of a line for each."""
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_API_URL = TOKEN, bot_api.url
    bot_api.results["getChatMember"] = administrator()

    async def bring(updates):
        heard = []
        async with open_bot() as bot:
            for update in updates:
                before, nothing_stays = len(bot_api.calls), undone()
                # In the thread in which the handlers ask the database.
                writes = await sync_to_async(nothing_stays.__enter__)()
                known = Update.model_validate(update, context={"bot": bot})
                await DISPATCHER.feed_update(bot, known)
                await sync_to_async(nothing_stays.__exit__)(None, None, None)
                heard.append(([fields for _method, fields in bot_api.calls[before:]], writes))
        return heard

    return async_to_sync(bring)


@pytest.mark.parametrize("who", ["stranger", *PEOPLE])
def test_everybody_gets_what_he_may(scenery, bot_api, numbers, tell, who):  # noqa: F811
    cast, _sides = scenery
    known = getattr(cast, PEOPLE[who]).telegram_id if who in PEOPLE else 555_000_777
    alone = Talk(bot_api, known, language_code="en")
    asked = list(asks_of(alone, COMMANDS, PRESSES, numbers))
    asked += asks_of(alone.within(GROUP), IN_A_GROUP, PRESSES_IN_A_GROUP, numbers)

    refusals = SAID_OTHERWISE | {each().detail for each in REFUSALS}
    wrong = []
    told = tell([update for _name, _asks, update in asked])
    for (name, asks, _update), (calls, writes) in zip(asked, told, strict=True):
        texts = {call.get("text") for call in calls} - {None}
        is_refused = bool(texts & refusals)
        if is_refused == expected(who, name, asks):
            wrong.append(f"{name}: {texts}")
        elif is_refused and who != "stranger" and not all(map(is_a_meeting, writes)):
            wrong.append(f"{name}: {writes}")

    assert not wrong, "\n".join(wrong)
    assert any(writes for _calls, writes in told), "what is written would be seen"


def is_a_meeting(write: str) -> bool:
    """The bot keeps what Telegram says that its people are called."""
    return write.startswith('UPDATE "partners_user" SET "username"')


def asks_of(talk, commands, presses, numbers):
    """Each command and button, what it asks, and the update that brings it."""
    for name, asks in commands.items():
        yield f"/{name}", asks, talk.says(f"/{name}")
    for name, asks in presses.items():
        fields = buttons()[name].model_fields
        data = ":".join([name, *(str(numbers[name][field]) for field in fields)])
        yield data, asks, talk.presses(data)


def expected(who: str, name: str, asks) -> bool:
    if not isinstance(asks, str):
        return who in asks
    resource, _dot, act = asks.rpartition(".")
    role = "manager" if who == "nomad" else who
    return allowed(role, resource, act) and (who != "nomad" or name.startswith("/"))
