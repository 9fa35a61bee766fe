from notifications.models.announcement import Announcement
from notifications.models.notification import Notification

__all__ = ["Announcement", "Notification"]
