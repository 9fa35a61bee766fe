"""Somebody talks to the bot: his updates come to the webhook as Telegram brings them, and what the
bot does in return is read off a Bot API server that speaks HTTP."""

import json
import re
from copy import copy
from itertools import count

import pytest
from django.test import Client

from tests.outside.conftest import TOKEN, BotApi, bot_api  # noqa: F401

SECRET = "the-tests-own-webhook-secret"
WEBHOOK = "/telegram/webhook/"
numbers = count(1)


class Talk:
    """One person's private chat with the bot; ``within(group_id)``, what he does in a group."""

    def __init__(self, api: BotApi, person_id: int, name: str = "Dilnoza", **person):
        self.api, self.client = api, Client(raise_request_exception=True)
        self.person = {"id": person_id, "is_bot": False, "first_name": name} | person
        self.chat = {"id": person_id, "type": "private"}

    def within(self, group_id: int) -> "Talk":
        there = copy(self)
        there.chat = {"id": group_id, "type": "supergroup", "title": "Group"}
        return there

    def says(self, text: str, **message) -> dict:
        """What Telegram makes of it; a command is marked as one."""
        entities = [
            {"type": "bot_command", "offset": 0, "length": len(text.split(" ", maxsplit=1)[0])}
        ]
        return {
            "update_id": next(numbers),
            "message": {
                "message_id": next(numbers),
                "date": 1_800_000_000,
                "chat": self.chat,
                "from": self.person,
                "text": text,
                "entities": entities if text.startswith("/") else [],
                **message,
            },
        }

    def answers(self, asked: dict, text: str) -> dict:
        """He replies to what the bot has sent; a link in that comes along as an entity."""
        links = [
            {"type": "text_link", "offset": 0, "length": 1, "url": url}
            for url in re.findall(r'<a href="([^"]+)">', asked["text"])
        ]
        message = self.says(asked["text"])["message"]
        bot = {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "Circle"}
        return self.says(text, reply_to_message=message | {"from": bot, "entities": links})

    def presses(self, data: str, message_id: int = 7) -> dict:
        return {
            "update_id": next(numbers),
            "callback_query": {
                "id": str(next(numbers)),
                "from": self.person,
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": message_id,
                    "date": 1_800_000_000,
                    "chat": self.chat,
                    "text": "what stood there",
                },
            },
        }

    def bring(self, update: object, *, secret: str = SECRET):
        """Telegram brings the update; the answer of the webhook."""
        body = update if isinstance(update, bytes) else json.dumps(update)
        return self.client.post(
            WEBHOOK,
            body,
            content_type="application/json",
            headers={"X-Telegram-Bot-Api-Secret-Token": secret},
        )

    def hear(self, update: dict) -> list[dict]:
        """What the bot does when the update comes: each call with its ``method``."""
        before = len(self.api.calls)
        assert self.bring(update).status_code == 200
        return [{"method": method, **fields} for method, fields in self.api.calls[before:]]

    def write(self, text: str) -> str:
        """The text of the one message that the bot answers with."""
        [call] = self.hear(self.says(text))
        assert (call["method"], call["chat_id"]) == ("sendMessage", str(self.chat["id"]))
        assert call["parse_mode"] == "HTML"
        return call["text"]

    def press(self, data: str, message_id: int = 7) -> dict:
        """The one thing the bot does before it answers the press."""
        call, answer = self.hear(self.presses(data, message_id))
        assert answer["method"] == "answerCallbackQuery"
        return call


def buttons(call: dict) -> dict[str, str]:
    """What stands on the buttons, and what they send or open."""
    rows = json.loads(call["reply_markup"])["inline_keyboard"] if "reply_markup" in call else []
    return {b["text"]: b.get("callback_data") or b["url"] for row in rows for b in row}


@pytest.fixture
def talk(bot_api, settings, db):  # noqa: F811
    """``talk(telegram_id)`` is somebody's chat with the bot."""
    settings.TELEGRAM_WEBHOOK_SECRET = SECRET
    return lambda person_id, *args, **person: Talk(bot_api, person_id, *args, **person)
