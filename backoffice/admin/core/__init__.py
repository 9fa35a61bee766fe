from backoffice.admin.core import event_log, jobs, media, platform_settings, plumbing

__all__ = ["event_log", "jobs", "media", "platform_settings", "plumbing"]
