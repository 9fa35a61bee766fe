"""Looking with the eyes of an agency's member: who is at the keyboard, and what he may not do.

In a view ``request.user`` is the person looked at, ``request.viewer`` who looks, and
``request.view_as`` the view. Nothing is written as that person: only what reads is let through, it
reads in a transaction that PostgreSQL itself keeps from writing, and files are not handed out.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_out
from django.db import connection, transaction
from django.db.models import F
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from psycopg.errors import InFailedSqlTransaction, ReadOnlySqlTransaction

from backoffice.admin.account.second_factor import is_let_in
from backoffice.admin.base import actor
from backoffice.admin.display import change_url
from backoffice.admin.refusals import carry_out, go, tell
from core.actor import Actor, Source, job
from core.clock import now
from core.refusals import Refusal
from partners.models import User, ViewAs
from partners.queries.view_as import running_view
from partners.services.view_as import end_view_as, start_view_as

KEY = "view_as"
READS = {"GET", "HEAD", "OPTIONS"}
# Of the answers to what reads: pages, and what their scripts ask for.
SHOWN = {"text/html", "application/json", "text/javascript", "application/javascript"}
# What only the person himself has to do with: his account, the steps of signing in.
PRIVATE = ("account/", "password_change/", "second-factor/", "login/")
View = Callable[[HttpRequest], HttpResponse]


class LookAs:
    """Middleware of the admin."""

    def __init__(self, get_response: View):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        home = reverse("admin:index")
        is_admin = request.path.startswith(home)
        view_id = request.session.get(KEY) if is_admin else None
        if view_id is None or request.path in _as_oneself():
            return self.get_response(request)
        viewer = request.user
        view = running_view(view_id, viewer, now()) if isinstance(viewer, User) else None
        if view is None or not is_let_in(request):
            return _over(request, view_id)
        request.view_as, request.viewer, request.user = view, viewer, view.person  # type: ignore[attr-defined]
        return self._look(request, view, request.path.removeprefix(home).startswith(PRIVATE))

    def _look(self, request: HttpRequest, view: ViewAs, is_private: bool) -> HttpResponse:
        if request.method not in READS:
            return _refused(request, _("Nothing can be changed in a view."))
        if is_private:
            return _refused(request, _("This page is for the person alone."))
        response = _only_reading(partial(self.get_response, request))
        if getattr(request, "has_tried_to_write", False):
            return _refused(request, _("This page changes something; in a view it does not open."))
        if _is_file(response):
            _throw_away(response)
            return _refused(request, _("Files are not handed out in a view."))
        if _is_page(response):
            ViewAs.objects.filter(pk=view.pk).update(pages=F("pages") + 1)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The database has refused to write. The page that says so is made outside of the
        transaction, which takes no more statements."""
        if not hasattr(request, "view_as") or not _is_refused_write(error):
            return None
        request.has_tried_to_write = True  # type: ignore[attr-defined]
        return HttpResponse(status=403)


def _only_reading(work: Callable[[], HttpResponse]) -> HttpResponse:
    """``work`` in a transaction that cannot write, and that leaves nothing behind."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        response = work()
        transaction.set_rollback(True)
    return response


def _is_refused_write(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, (ReadOnlySqlTransaction, InFailedSqlTransaction)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_file(response: HttpResponse) -> bool:
    kind = response.get("Content-Type", "text/html").partition(";")[0]
    return response.streaming or "Content-Disposition" in response or kind not in SHOWN


def _throw_away(response: HttpResponse) -> None:
    """Close its file, and not the response: that would end the request, connection and all."""
    for close in response._resource_closers:  # type: ignore[attr-defined]
        close()


def _is_page(response: HttpResponse) -> bool:
    """A whole page, whoever asked for it: a header is easily sent along."""
    is_html = response.get("Content-Type", "").startswith("text/html")
    return response.status_code == 200 and is_html and b"</html>" in response.content


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    """The page that says so; on a page that htmx has asked from, a message."""
    if "HX-Request" in request.headers:
        messages.error(request, why)
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    from django.contrib import admin

    def page() -> HttpResponse:
        context = {**admin.site.each_context(request), "title": _("Only looking"), "why": why}
        return render(request, "admin/account/view_as_refused.html", context, status=403)

    return _only_reading(page)


# --- the end


def _as_oneself() -> set[str]:
    return {reverse("admin:view_as_end"), reverse("admin:logout")}


def _over(request: HttpRequest, view_id: int) -> HttpResponse:
    """Nothing that was asked with the other's eyes is done with one's own."""
    del request.session[KEY]
    with suppress(Refusal):
        end_view_as(view_id=view_id, by=_viewer(request.user, request), at=now())
    if request.user.is_authenticated:
        messages.warning(request, _("The view is over: you are yourself again."))
    return go(request, reverse("admin:index"))


@receiver(user_logged_out)
def end_with_session(request: HttpRequest, user: Any, **_: Any) -> None:
    view_id = request.session.get(KEY)
    if view_id is not None:
        with suppress(Refusal):
            end_view_as(view_id=view_id, by=_viewer(user, request), at=now())


def _viewer(user: Any, request: HttpRequest) -> Actor:
    """Who looked; the clock, when he is there no longer."""
    is_there = isinstance(user, User)
    return user.actor(Source.ADMIN, getattr(request, "id", "")) if is_there else job()


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses."""
    end = site.admin_view(require_POST(end_view))
    return [path("view-as/end/", end, name="view_as_end")]


def end_view(request: HttpRequest) -> HttpResponse:
    view = ViewAs.objects.filter(pk=request.session.pop(KEY, None)).select_related("person").first()
    if view is None:
        return HttpResponseRedirect(reverse("admin:index"))
    work = partial(end_view_as, view_id=view.pk, by=actor(request), at=now())
    carry_out(request, work, done=_("The view is over: you are yourself again."))
    return HttpResponseRedirect(change_url(view.person))


# --- the beginning


def start_view(request: HttpRequest, person: User, reason: str) -> HttpResponse:
    """Begin to look, in this browser; the person's home page is what is seen first."""
    try:
        view = start_view_as(person_id=person.pk, reason=reason, by=actor(request), at=now())
    except Refusal as refusal:
        tell(request, refusal)
        return go(request, change_url(person))
    request.session[KEY] = view.pk
    return go(request, reverse("admin:index"))
