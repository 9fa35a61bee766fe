from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from core.signals import events_recorded
        from notifications.tasks import nudge

        events_recorded.connect(nudge, dispatch_uid="notifications.nudge")
