"""The browsers in which staff are signed in: noted as they sign in, shown on the account page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.admin.base import actor, staff
from backoffice.admin.refusals import carry_out
from core.caller import address_of
from core.clock import now
from partners.browsers import PHONES, name_of
from partners.models import SignedInBy, StaffSession, User
from partners.queries.staff_sessions import live_sessions
from partners.services.staff_sessions import (
    SEEN_EVERY,
    Browser,
    end_other_sessions,
    end_session,
    keep_session,
    touch_session,
)

View = Callable[[HttpRequest], HttpResponse]

# --- noted


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """A row for the browser. Who signs in otherwise than by password says so before, as
    ``request.signed_in_by``."""
    if request.session.session_key is None:
        # Somebody else was signed in here: his session was thrown away, and has no key yet.
        request.session.save()
    how = getattr(request, "signed_in_by", SignedInBy.PASSWORD)
    browser = browser_of(request)
    keep_session(user.pk, browser, signed_in_by=how, at=now())
    cache.set(_seen(browser), 1, SEEN_EVERY.seconds)


def touch(get_response: View) -> View:
    """Middleware: who works in the admin was seen there. One statement a minute, not a query for
    each page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        session = request.session
        if session.accessed and session.session_key and request.path.startswith("/admin/"):
            user_id = session.get(SESSION_KEY)
            browser = browser_of(request)
            if user_id and cache.add(_seen(browser), 1, SEEN_EVERY.seconds):
                touch_session(int(user_id), browser, at=now())
        return response

    return middleware


def browser_of(request: HttpRequest) -> Browser:
    agent = request.headers.get("User-Agent", "")
    return Browser(request.session.session_key or "", agent, address_of(request))


def _seen(browser: Browser) -> str:
    return f"staff-session-seen:{browser.session_key}"


# --- shown


def in_words(user_agent: str) -> str:
    """ "Chrome on Windows"."""
    browser, system = name_of(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser as the account page tells it."""

    pk: int
    browser: str
    icon: str
    address: str | None
    how: str
    since: datetime
    seen: datetime
    is_this: bool


def sessions_of(request: HttpRequest) -> list[SignedIn]:
    """Where the person is signed in: this browser first, then the one last seen."""
    key = request.session.session_key
    rows = [_told(row, key) for row in live_sessions(staff(request).pk, now())]
    return sorted(rows, key=lambda row: not row.is_this)


def _told(row: StaffSession, key: str | None) -> SignedIn:
    is_phone = name_of(row.browser)[1] in PHONES
    return SignedIn(
        pk=row.pk,
        browser=in_words(row.browser),
        icon="smartphone" if is_phone else "computer",
        address=row.address,
        how=row.get_signed_in_by_display(),
        since=row.created_at,
        seen=row.seen_at,
        is_this=row.session_key == key,
    )


# --- ended


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses."""
    one, others = site.admin_view(require_POST(end_one)), site.admin_view(require_POST(end_others))
    return [
        path("account/sessions/<int:session_id>/end/", one, name="account_session_end"),
        path("account/sessions/end-others/", others, name="account_sessions_end"),
    ]


def end_one(request: HttpRequest, session_id: int) -> HttpResponse:
    work = partial(end_session, session_id=session_id, by=actor(request), at=now())
    carry_out(request, work, done=_("That browser is signed out."))
    return HttpResponseRedirect(reverse("admin:account"))


def end_others(request: HttpRequest) -> HttpResponse:
    keep = request.session.session_key or ""
    work = partial(end_other_sessions, keep=keep, by=actor(request), at=now())
    carry_out(request, work, done=_("You are signed in here only."))
    return HttpResponseRedirect(reverse("admin:account"))
