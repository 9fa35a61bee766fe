from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Log and files")

    def ready(self) -> None:
        from core.signals import job_started
        from core.tasks import wake

        job_started.connect(wake, dispatch_uid="core.wake")
