from backoffice.admin.notifications import announcements, chat_members, outbox, pace, preferences

__all__ = ["announcements", "chat_members", "outbox", "pace", "preferences"]
