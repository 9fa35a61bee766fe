"""Browsers in which somebody has signed in before. They are spared the wide limit of failed tries
(``lock_out``), so that who guesses from many addresses does not keep the person himself out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "circle_known"
SALT = "backoffice.known_browser"
SECONDS = 180 * 24 * 60 * 60
# Colleagues at one desk.
PEOPLE = 5


def knows(request: HttpRequest, login: str | None) -> bool:
    """Whether the person with this login has signed in here before."""
    return bool(login) and _mark(str(login)) in _marks(request)


def remember[R: HttpResponse](response: R, request: HttpRequest, person: Any) -> R:
    """``response`` with the cookie by which this browser is known for ``person``."""
    if person.login:
        mine = _mark(person.login)
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


def _mark(login: str) -> str:
    """The login is not to be read out of the cookie."""
    return salted_hmac(SALT, login, algorithm="sha256").hexdigest()[:20]
