"""The admin site."""

from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class CircleAdminSite(UnfoldAdminSite):
    index_title = _("Today")
    enable_nav_sidebar = True
    index_template = "admin/home.html"
