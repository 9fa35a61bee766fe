"""Browsers in which somebody has signed in before. Their failed tries are counted by themselves
(``lock_out``), so that who guesses elsewhere or at the same desk does not keep the person out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

COOKIE = "circle_known"
SALT = "backoffice.known_browser"
SECONDS = 180 * 24 * 60 * 60
# Colleagues at one desk.
PEOPLE = 5
NONCE = 8


def mark_of(request: HttpRequest, login: str | None) -> str:
    """What this browser alone has from the person with this login; "" where he is not known."""
    marks = _marks(request) if login else []
    return next((each for each in marks if each == _mark(str(login), each[:NONCE])), "")


def remember[R: HttpResponse](response: R, request: HttpRequest, person: Any) -> R:
    """``response`` with the cookie by which this browser is known for ``person``."""
    if person.login:
        mine = mark_of(request, person.login) or _mark(person.login, get_random_string(NONCE))
        marks = [mine, *(each for each in _marks(request) if each != mine)][:PEOPLE]
        response.set_signed_cookie(
            COOKIE,
            ".".join(marks),
            salt=SALT,
            max_age=SECONDS,
            httponly=True,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            samesite="Lax",
        )
    return response


def _marks(request: HttpRequest) -> list[str]:
    kept = request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=SECONDS)
    return kept.split(".") if kept else []


def _mark(login: str, nonce: str) -> str:
    """The login is not to be read out of the cookie."""
    return nonce + salted_hmac(SALT, nonce + login, algorithm="sha256").hexdigest()[:20]
