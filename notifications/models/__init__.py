from notifications.models.announcement import Announcement
from notifications.models.chat_member import ChatMember
from notifications.models.notification import Notification
from notifications.models.pace import WHOLE_BOT, ChatPace
from notifications.models.preferences import Preferences

__all__ = [
    "WHOLE_BOT",
    "Announcement",
    "ChatMember",
    "ChatPace",
    "Notification",
    "Preferences",
]
