"""The admin site: who is let in, and the addresses of pages without a model."""

from functools import partial, update_wrapper
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class CircleAdminSite(UnfoldAdminSite):
    index_title = _("Today")
    enable_nav_sidebar = True
    index_template = "admin/home.html"

    def get_urls(self) -> list[Any]:
        from backoffice.admin.account import page, sessions, telegram, view_as
        from backoffice.admin.core import permissions_page
        from backoffice.admin.finance import reports
        from backoffice.admin.notifications import operations
        from backoffice.admin.partners import accept
        from backoffice.admin.search import pages as search

        # Who stands between two steps of signing in may leave, too.
        leave = path("logout/", self.logout, name="logout")
        own = [
            *reports.addresses(self),
            *operations.addresses(self),
            *page.addresses(self),
            *accept.addresses(self),
            *sessions.addresses(self),
            *telegram.addresses(self),
            *view_as.addresses(self),
            *search.addresses(self),
            *permissions_page.addresses(self),
        ]
        return [leave, *own, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every list one may see; the sidebar is its own, so most pages never ask."""
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's; but who is not let in is told why, also by the pieces of a page that htmx
        fetches."""
        from backoffice.admin.account.sent_away import to_sign_in

        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                return to_sign_in(request)
            answer: HttpResponse = guarded(request, *args, **kwargs)
            return answer

        return update_wrapper(inner, guarded)

    def has_permission(self, request: HttpRequest) -> bool:
        from backoffice.admin.account.second_factor import is_let_in

        return super().has_permission(request) and is_let_in(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The password; who needs more than it is sent on to the next step."""
        from backoffice.admin.account.known_browsers import remember
        from backoffice.admin.account.second_factor import is_half_way, on_to
        from backoffice.admin.account.sent_away import why_here

        if request.method == "GET" and is_half_way(request):
            return on_to(request, "second_factor")
        context = {**why_here(request), **(extra_context or {})}
        answer: HttpResponse = super().login(request, context)
        if request.method != "POST" or not isinstance(answer, HttpResponseRedirect):
            return answer
        if is_half_way(request):
            return on_to(request, "second_factor", going=answer.url)
        return remember(answer, request, request.user)
