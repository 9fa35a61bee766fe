from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Log and files")

    def ready(self) -> None:
        from simple_history.signals import pre_create_historical_record

        from core.acts import name_doer
        from core.signals import job_started
        from core.tasks import wake

        job_started.connect(wake, dispatch_uid="core.wake")
        pre_create_historical_record.connect(name_doer, dispatch_uid="core.name_doer")
