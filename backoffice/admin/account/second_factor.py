"""Who is let in: the one question the whole site asks (``CircleAdminSite.has_permission``)."""

from typing import Any

from django.contrib.auth.views import RedirectURLMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django_otp import login as mark_passed
from django_otp.plugins.otp_totp.models import TOTPDevice

from partners.models import User
from partners.queries.second_factor import has_second_factor, is_demanded_of
from partners.services.staff_sessions import follow_session


def is_let_in(request: HttpRequest) -> bool:
    """Whether this session has given all that its person signs in with. Who looks with another's
    eyes has signed in as himself."""
    person: Any = getattr(request, "viewer", None) or request.user
    if getattr(person, "otp_device", None) is not None:
        return True
    return not (has_second_factor(person) or is_demanded_of(person))


def is_half_way(request: HttpRequest) -> bool:
    """Signed in by what comes first, and not let in yet; also who is no staff at the moment, and is
    about to be by an invitation."""
    return isinstance(request.user, User) and not is_let_in(request)


def own(request: HttpRequest) -> User:
    """The person whose account it is; with another's eyes there is none."""
    if getattr(request, "viewer", None) or not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def let_in(request: HttpRequest, device: TOTPDevice) -> None:
    """The session has passed, under a key that nobody knew before."""
    old_key = request.session.session_key
    mark_passed(request, device)
    request.session.cycle_key()
    follow_session(old_key, request.session.session_key)


# --- where to


def next_of(request: HttpRequest) -> str:
    """Where the person was going, on this site."""
    return RedirectURLMixin().get_redirect_url(request) or reverse("admin:index")


def on_to(request: HttpRequest, name: str, going: str = "") -> HttpResponseRedirect:
    """To a step of signing in, which knows what comes after it."""
    query = urlencode({"next": going or next_of(request)})
    return HttpResponseRedirect(f"{reverse(f'admin:{name}')}?{query}")
