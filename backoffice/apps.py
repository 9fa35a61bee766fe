from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    name = "backoffice"
    verbose_name = _("Back office")

    def ready(self) -> None:
        from backoffice import checks  # noqa: F401

        # Django sends the signal for apps with models only: the settings' own, not this one.
        post_migrate.connect(write_platform_settings, sender=apps.get_app_config("constance"))


def write_platform_settings(**_: Any) -> None:
    """Give every platform setting its row.

    Constance writes a missing row when the setting is first read. Inside an act that row stays
    locked until the commit, and every other act that reads the setting queues behind it.
    """
    from constance import config

    for name in dir(config):
        getattr(config, name)
