from backoffice.admin.catalog import categories, chats, discounts, sessions, tours

__all__ = ["categories", "chats", "discounts", "sessions", "tours"]
