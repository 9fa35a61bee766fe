from backoffice.admin.core import event_log, jobs, media, platform_settings, plumbing, saved_filters

__all__ = ["event_log", "jobs", "media", "platform_settings", "plumbing", "saved_filters"]
