"""Locked out after failed tries: django-axes, with what it lacks.

The near lock: an address is shut out of one login after AXES_FAILURE_LIMIT failures for
AXES_COOLOFF_TIME. A browser in which the person has signed in before is counted by itself, wherever
it is. The wide lock: a login at which very many fail, from wherever, takes no passwords for a while
but from those browsers. What comes after the password asks the near lock only.
"""

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from constance import config
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from backoffice.admin.account.known_browsers import mark_of
from core.clock import now
from partners.models import User
from partners.queries.second_factor import has_second_factor
from partners.services.lock_out import Door, counting_key, read_key

# Failures at one login within AXES_COOLOFF_TIME, from all addresses together.
WIDE_LIMIT = 100


WRONG_PASSWORDS = "wrong_passwords"


class LockOut(AxesDatabaseHandler):  # type: ignore[misc]
    def filter_user_attempts(
        self, request: HttpRequest, credentials: Any = None
    ) -> list[QuerySet[AccessAttempt]]:
        key = counted_as(request, credentials)
        tries = AccessAttempt.objects.filter(username=key)
        if read_key(key).mark:
            return [tries]
        return [tries.filter(ip_address=request.axes_ip_address)]  # type: ignore[attr-defined]

    def is_locked(self, request: HttpRequest, credentials: Any = None) -> bool:
        return super().is_locked(request, credentials) or _is_besieged(request, credentials)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        # A right password forgives nothing while the code is still to come: who knows it could
        # guess codes for ever.
        if not has_second_factor(user):
            super().user_logged_in(sender, request, user, **kwargs)


def counted_as(request: HttpRequest, credentials: Any = None) -> str | None:
    """AXES_USERNAME_CALLABLE: under what the failures of these credentials are kept."""
    given = credentials or {}
    key: str | None = given.get("username")
    mark = mark_of(request, given.get("login", key))
    counted = read_key(key)
    return counting_key(counted.login, counted.door, mark) if mark else key


def _is_besieged(request: HttpRequest, credentials: Any) -> bool:
    counted = read_key(counted_as(request, credentials))
    if counted.door or counted.mark:
        return False
    return _sum(_recent(AccessAttempt.objects.filter(username=counted.login))) >= WIDE_LIMIT


def _recent(tries: QuerySet[AccessAttempt]) -> QuerySet[AccessAttempt]:
    return tries.filter(attempt_time__gte=now() - settings.AXES_COOLOFF_TIME)


# --- after the password: codes, and the present password when it is changed


def is_locked_out(request: HttpRequest, person: User, door: Door) -> bool:
    return not AxesProxyHandler.is_allowed(request, _given(person, door))


def count_failure(request: HttpRequest, person: User, door: Door) -> None:
    """One more failed try; who has had his last is signed out. The answer is then ``tell``."""
    _count(request, person, door)
    if request.axes_locked_out:  # type: ignore[attr-defined]
        logout(request)


def count_wrong_password(request: HttpRequest, person: User) -> None:
    """One more in a session that is let in: it is signed out for its own failures only."""
    _count(request, person, Door.CHANGE)
    failures = request.session.get(WRONG_PASSWORDS, 0) + 1
    request.session[WRONG_PASSWORDS] = failures
    is_last = failures >= settings.AXES_FAILURE_LIMIT
    request.axes_locked_out = is_last  # type: ignore[attr-defined]
    if is_last:
        request.axes_credentials = _given(person, Door.CHANGE)  # type: ignore[attr-defined]
        logout(request)


def _count(request: HttpRequest, person: User, door: Door) -> None:
    request.axes_locked_out = is_locked_out(request, person, door)  # type: ignore[attr-defined]
    user_login_failed.send(__name__, credentials=_given(person, door), request=request)


def forget_failures(request: HttpRequest, person: User, *doors: Door) -> None:
    AxesProxyHandler.update_request(request)
    handler = AxesProxyHandler.get_implementation()
    for given in (*(_given(person, door) for door in doors), {"username": person.login}):
        handler.reset_user_attempts(request, given)


def _given(person: User, door: Door) -> dict[str, str | None]:
    key = counting_key(person.login or f"#{person.pk}", door)
    return {"username": key, "login": person.login}


# --- what is said


def tell(request: HttpRequest, _response: Any, credentials: Any) -> HttpResponse:
    """AXES_LOCKOUT_CALLABLE: the page instead of the one that was asked for, with 429."""
    left = opens_at(request, credentials) - now()
    context = {
        **admin.site.each_context(request),
        "title": _("Too many failed tries"),
        "support": config.SUPPORT_CONTACT,
        "minutes": max(1, -(-int(left.total_seconds()) // 60)),
    }
    answer = render(request, "admin/account/locked_out.html", context, status=429)
    answer["Retry-After"] = max(1, int(left.total_seconds()))
    return answer


def opens_at(request: HttpRequest, credentials: Any) -> datetime:
    """When the last failure that counts is forgotten, if no further is counted."""
    near = _recent(LockOut().filter_user_attempts(request, credentials)[0])
    everywhere = AccessAttempt.objects.filter(username=counted_as(request, credentials))
    last = near if _sum(near) >= settings.AXES_FAILURE_LIMIT else _recent(everywhere)
    found: datetime = last.aggregate(last=Max("attempt_time"))["last"] or now()
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    return found + cool_off


def _sum(tries: QuerySet[AccessAttempt]) -> int:
    return tries.aggregate(all=Sum("failures_since_start"))["all"] or 0
