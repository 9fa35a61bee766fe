"""Flow 4: one booking through the bot, on the phones of all who have a part in it.

Telegram is played by ``backoffice.demo.phones``; the web server and the worker are the demo's own.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from html import unescape

from constance import config

from backoffice.demo.phones.bot_api import Chat, FakeTelegram, Message
from backoffice.demo.phones.running import playing
from backoffice.demo.walkthrough import (
    Caller,
    Json,
    Walk,
    expect,
    member_elsewhere,
    member_of,
    sign_in,
)
from partners.models import TravelAgency

# What lies in the outbox from before leaves first, 28 a second; the worker looks every minute.
ARRIVES_WITHIN_SECONDS = 90


class BotWalk(Walk):
    telegram: FakeTelegram
    person = 0

    def run(self) -> str:
        """Walk all of flow 4; returns the booking's code."""
        with playing() as self.telegram:
            agency = self._an_agency_that_decides()
            traveller = self._traveller()
            booking = self._book(traveller, self._choose(traveller, agency))
            self._decided_on_a_phone(booking, agency)
            self._told_to_pay(booking)
            self._pay(traveller, booking)
            self._gets_a_voucher(booking)
            self._copies_are_closed(booking)
            self._taken_up_again(booking)
        return str(booking["code"])

    def _traveller(self) -> Caller:
        self.person = 7_000_000_000 + secrets.randbelow(10**9)
        self.telegram.names[self.person] = "Равшан"
        self.telegram.writes(self.person, "/start ;DROP TABLE")
        greeting = self._arrival(self.person, lambda message: "/help" in message.text)
        self.say(f"Somebody starts the bot with junk behind the link: «{_line(greeting)}»")
        return sign_in(self.http, telegram_id=self.person, name="Равшан")

    def _decided_on_a_phone(self, booking: Json, agency: TravelAgency) -> None:
        chat, card = self._card(booking)
        self.say(f"The agency's phone, {chat.title}:")
        self._quote(card)
        approve = f"approve:{booking['id']}"
        self._strangers_press(member_elsewhere(agency).telegram_id or 0, approve)
        manager = chat.id if chat.id > 0 else member_of(agency).telegram_id or 0
        self._press(chat, card, manager, approve)
        self.say(f"The manager presses Approve; under it stands now: «{_last_line(card)}»")
        self._press(chat, card, manager, "undo:")
        expect(_button(card, approve) is not None, "After the undo there is nothing to press.")
        self.say("She takes it back: the buttons are there again, and nobody was told.")
        self._press(chat, card, manager, approve)

    def _strangers_press(self, stranger: int, data: str) -> None:
        """One whom it does not concern, with a button that was forged."""
        self.telegram.writes(stranger, "/help")
        shown = self._arrival(stranger, lambda message: "/start" in message.text)
        self.telegram.presses(stranger, stranger, shown.id, data)
        answer = self._arrival(stranger, lambda message: message.id > shown.id)
        self.say(f"A manager of another agency forges the press: «{_line(answer)}»")

    def _told_to_pay(self, booking: Json) -> None:
        before = time.monotonic()
        told = self._arrival(
            self.person, lambda message: bool(_links(message)) and booking["code"] in message.text
        )
        waited = time.monotonic() - before
        expect(waited > config.UNDO_SECONDS / 2, "It was told at once: nothing could be undone.")
        self.say(f"{waited:.0f} s later the traveller's phone:")
        self._quote(told)

    def _gets_a_voucher(self, booking: Json) -> None:
        paid = self._arrival(self.person, lambda message: message.file is not None)
        file = paid.file
        expect(file is not None and file.content.startswith(b"%PDF"), "The voucher is no PDF.")
        self.say(f"Paid; with it comes {file.name}, {len(file.content) // 1024} KB:")  # type: ignore[union-attr]
        self._quote(paid)

    def _copies_are_closed(self, booking: Json) -> None:
        approve = f"approve:{booking['id']}"

        def copies() -> Iterator[Message]:
            for chat in list(self.telegram.chats.values()):
                for message in list(chat.messages.values()):
                    if booking["code"] in message.text and message.id != self.person:
                        yield message

        self._until(
            lambda: all(_button(each, approve) is None for each in copies()),
            "A copy of the request still has its buttons.",
        )
        self.say("Every copy of the request shows who decided, and has nothing left to press.")

    def _taken_up_again(self, booking: Json) -> None:
        self.telegram.writes(self.person, "/bookings")
        listed = self._arrival(
            self.person,
            lambda message: (
                message.sender != self.person
                and bool(message.buttons)
                and booking["code"] in message.text
                and "voucher" in str(message.buttons)
            ),
        )
        self.say("He asks for /bookings:")
        self._quote(listed)

    # --- looking at phones

    def _card(self, booking: Json) -> tuple[Chat, Message]:
        found: list[tuple[Chat, Message]] = []

        def look() -> bool:
            for chat in list(self.telegram.chats.values()):
                for message in list(chat.messages.values()):
                    if _button(message, f"approve:{booking['id']}"):
                        found.append((chat, message))
            return bool(found)

        self._until(look, "The agency was not told of the request.")
        return found[0]

    def _press(self, chat: Chat, card: Message, person: int, data: str) -> None:
        pressed = _button(card, data)
        expect(pressed is not None, f"There is no button {data} under: {card.text}")
        before = card.text, card.buttons
        self.telegram.presses(person, chat.id, card.id, pressed or "")
        self._until(
            lambda: (card.text, card.buttons) != before,
            f"Nothing happened: {self.telegram.alerts.get(person)}",
        )

    def _arrival(self, chat_id: int, wanted: Callable[[Message], bool]) -> Message:
        found: list[Message] = []

        def look() -> bool:
            chat = self.telegram.chats.get(chat_id)
            found[:] = (
                [each for each in list(chat.messages.values()) if wanted(each)] if chat else []
            )
            return bool(found)

        self._until(look, f"A message to {chat_id} did not come: is the worker running?")
        return found[-1]

    def _until(self, holds: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + ARRIVES_WITHIN_SECONDS + config.UNDO_SECONDS
        while not holds():
            expect(time.monotonic() < deadline, otherwise)
            time.sleep(0.1)

    def _quote(self, message: Message) -> None:
        for line in _plain(message).splitlines():
            self.say(f"  | {line}")
        for row in message.buttons:
            self.say("  | " + "  ".join(f"[{button['text']}]" for button in row))


def _plain(message: Message) -> str:
    return unescape(re.sub(r"<[^>]+>", "", message.text))


def _line(message: Message) -> str:
    return _plain(message).splitlines()[0]


def _last_line(message: Message) -> str:
    return _plain(message).splitlines()[-1]


def _button(message: Message, data: str) -> str | None:
    """The press under a message that begins with ``data``."""
    presses = (each.get("callback_data", "") for row in message.buttons for each in row)
    return next((press for press in presses if press.startswith(data)), None)


def _links(message: Message) -> list[str]:
    return [each["url"] for row in message.buttons for each in row if "url" in each]
