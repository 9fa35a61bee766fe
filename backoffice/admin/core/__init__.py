from backoffice.admin.core import event_log, media, platform_settings, plumbing

__all__ = ["event_log", "media", "platform_settings", "plumbing"]
