from backoffice.admin.catalog import categories, discounts, sessions, tours

__all__ = ["categories", "discounts", "sessions", "tours"]
