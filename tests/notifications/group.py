"""A Telegram group: what Telegram tells the bot of it, and what people do in it."""

from tests.notifications.talk import Talk, numbers

BOT = {"id": 4242424242, "is_bot": True, "first_name": "Circle", "username": "circle"}
RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_promote_members",
    "can_change_info",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
MEMBER = {"status": "member", "user": BOT}
LEFT = {"status": "left", "user": BOT}
KICKED = {"status": "kicked", "user": BOT, "until_date": 0}


def administrator(*, invites: bool = True, restricts: bool = True) -> dict:
    return {
        "status": "administrator",
        "user": BOT,
        **dict.fromkeys(RIGHTS, False),
        "can_invite_users": invites,
        "can_restrict_members": restricts,
    }


def link(url: str) -> dict:
    flags = {"creates_join_request": True, "is_primary": False, "is_revoked": False}
    return {"invite_link": url, "creator": BOT, **flags}


class Group:
    """``Group(talk, -100500).bot_is(administrator(), by=malika)``."""

    def __init__(self, talk, chat_id: int, title: str = "Чимган, июнь"):
        self.talk, self.id = talk, chat_id
        self.chat = {"id": chat_id, "type": "supergroup", "title": title}

    def voice(self, person_id: int, name: str = "Dilnoza", **person) -> Talk:
        """Somebody who speaks and presses in this group."""
        voice = self.talk(person_id, name, **person)
        voice.chat = self.chat
        return voice

    def bot_is(self, now: dict, *, by: int, before: dict = LEFT) -> list[dict]:
        """The bot's standing is changed; what the bot does then."""
        return _standing(self.talk, self.chat, by, now, before)

    def person_is(self, person_id: int, status: str, *, before: str, **facts) -> list[dict]:
        """Somebody has come in or gone, ``facts`` being what Telegram adds; what the bot does."""
        who = {"id": person_id, "is_bot": False, "first_name": "Somebody"}
        change = [{"status": each, "user": who} | facts for each in (status, before)]
        return _standing(self.talk, self.chat, person_id, *change, kind="chat_member")

    def asks_in(self, person_id: int, *, by_link: dict | None = None, **person) -> list[dict]:
        """Somebody asks to be let in, by whichever link; what the bot does then."""
        who = {"id": person_id, "is_bot": False, "first_name": "Somebody"} | person
        request = {
            "chat": self.chat,
            "from": who,
            "user_chat_id": person_id,
            "date": 1_800_000_000,
        } | ({"invite_link": by_link} if by_link else {})
        talk = self.talk(person_id)
        return talk.hear({"update_id": next(numbers), "chat_join_request": request})


def in_private(talk, person_id: int, now: dict, before: dict) -> list[dict]:
    """Somebody blocks the bot in their private chat, or lets it in again."""
    return _standing(talk, {"id": person_id, "type": "private"}, person_id, now, before)


def _standing(
    talk, chat: dict, by: int, now: dict, before: dict, kind: str = "my_chat_member"
) -> list[dict]:
    update = {
        "chat": chat,
        "from": {"id": by, "is_bot": False, "first_name": "Somebody"},
        "date": 1_800_000_000,
        "old_chat_member": before,
        "new_chat_member": now,
    }
    return talk(by).hear({"update_id": next(numbers), kind: update})
