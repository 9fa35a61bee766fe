"""Signing in with Telegram: the address behind the bot's button ``/office``.

A link alone signs nobody in: the page says as whom, and a button of its own does it.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from backoffice.admin.account.known_browsers import remember
from backoffice.admin.account.second_factor import is_let_in
from core.clock import now
from core.refusals import Refusal
from partners.links import OFFICE, bot_link
from partners.models import SignedInBy, User
from partners.services.telegram_sign_in import (
    is_telegram_sign_in_on,
    sign_in_by_button,
    whose_button,
)

BACKEND = "backoffice.sign_in.StaffBackend"


def link_to_bot() -> str:
    """Where the bot gives the button; "" where it cannot."""
    has_bot = settings.TELEGRAM_BOT_TOKEN and settings.TELEGRAM_BOT_USERNAME
    return bot_link(OFFICE) if has_bot and is_telegram_sign_in_on() else ""


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses."""
    view = require_http_methods(["GET", "HEAD", "POST"])(partial(sign_in, site=site))
    guarded = never_cache(sensitive_post_parameters("hash")(view))
    return [path("login/telegram/", guarded, name="login_telegram")]


@sensitive_variables("fields")
def sign_in(request: HttpRequest, site: Any) -> HttpResponse:
    """As whom; and when the button is pressed, in."""
    given = request.POST if request.method == "POST" else request.GET
    fields = {name: str(given[name]) for name in given if name != "csrfmiddlewaretoken"}
    try:
        if request.method == "POST":
            return _let_in(request, sign_in_by_button(fields=fields, at=now()))
        return _page(request, site, person=whose_button(fields, at=now()), fields=fields)
    except Refusal as refusal:
        return _page(request, site, refusal=refusal.detail, status=403)


def _let_in(request: HttpRequest, person: User) -> HttpResponse:
    """The second factor, where it is due, is asked for by the next page."""
    request.signed_in_by = SignedInBy.TELEGRAM  # type: ignore[attr-defined]
    login(request, person, backend=BACKEND)
    let_in = HttpResponseRedirect(reverse("admin:index"))
    # A browser is known once nothing more is to be asked in it.
    return remember(let_in, request, person) if is_let_in(request) else let_in


def _page(request: HttpRequest, site: Any, *, status: int = 200, **context: Any) -> HttpResponse:
    context = {**site.each_context(request), "title": _("Sign in with Telegram"), **context}
    return render(request, "admin/account/telegram.html", context, status=status)
