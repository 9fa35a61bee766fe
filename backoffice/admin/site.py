"""The admin site."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class CircleAdminSite(UnfoldAdminSite):
    index_title = _("Today")
    enable_nav_sidebar = True
    index_template = "admin/home.html"

    def get_urls(self) -> list[Any]:
        from backoffice.admin.finance import reports
        from backoffice.admin.notifications import operations

        own = [*reports.addresses(self), *operations.addresses(self)]
        return [*own, *super().get_urls()]
