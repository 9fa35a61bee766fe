"""The admin's app: our site first, then every house's pages on it."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig

HOUSES = ("account.registered", "core", "partners", "catalog", "sales", "finance", "notifications")


class CircleAdminConfig(AdminConfig):
    default = False
    default_site = "backoffice.admin.site.CircleAdminSite"

    def ready(self) -> None:
        super().ready()
        for house in HOUSES:
            import_module(f"backoffice.admin.{house}")
        _forget_groups()
        _show_in_words()


def _forget_groups() -> None:
    """What somebody may do is a table in ``partners.roles``; there are no groups to edit."""
    from django.contrib import admin
    from django.contrib.auth.models import Group

    if admin.site.is_registered(Group):
        admin.site.unregister(Group)


def _show_in_words() -> None:
    """What a form only shows is shown as the rest of the pages show it."""
    from backoffice.admin.read_only import show_in_words

    show_in_words()
