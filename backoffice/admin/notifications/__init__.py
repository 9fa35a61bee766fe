from backoffice.admin.notifications import announcements, outbox

__all__ = ["announcements", "outbox"]
