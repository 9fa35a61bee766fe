"""Locked out after failed tries: django-axes, with what it lacks.

An address is shut out of one login after AXES_FAILURE_LIMIT failures for AXES_COOLOFF_TIME. And
a login at which very many fail, from wherever, takes no tries for a while but from browsers in
which its person has signed in before.
"""

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from backoffice.admin.account.known_browsers import knows
from core.clock import now
from partners.models import User
from partners.queries.second_factor import has_second_factor

# Failures at one login within AXES_COOLOFF_TIME, from all addresses together.
WIDE_LIMIT = 100


class LockOut(AxesDatabaseHandler):  # type: ignore[misc]
    def is_locked(self, request: HttpRequest, credentials: Any = None) -> bool:
        return super().is_locked(request, credentials) or _is_besieged(request, credentials)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        # A right password forgives nothing while the code is still to come: who knows it could
        # guess codes for ever.
        if not has_second_factor(user):
            super().user_logged_in(sender, request, user, **kwargs)


def _is_besieged(request: HttpRequest, credentials: Any) -> bool:
    login = (credentials or {}).get("username")
    return _sum(_tries(login)) >= WIDE_LIMIT and not knows(request, login)


def _tries(login: str | None) -> QuerySet[AccessAttempt]:
    since = now() - settings.AXES_COOLOFF_TIME
    return AccessAttempt.objects.filter(username=login, attempt_time__gte=since)


# --- codes count as passwords do


def is_locked_out(request: HttpRequest, person: User) -> bool:
    return not AxesProxyHandler.is_allowed(request, _login_of(person))


def count_failure(request: HttpRequest, person: User) -> None:
    """One more failed try; who has had his last is signed out. The answer is then ``tell``."""
    request.axes_locked_out = is_locked_out(request, person)  # type: ignore[attr-defined]
    user_login_failed.send(__name__, credentials=_login_of(person), request=request)
    if request.axes_locked_out:  # type: ignore[attr-defined]
        logout(request)


def forget_failures(request: HttpRequest, person: User) -> None:
    AxesProxyHandler.update_request(request)
    AxesProxyHandler.get_implementation().reset_user_attempts(request, _login_of(person))


def _login_of(person: User) -> dict[str, str]:
    return {"username": person.login or f"#{person.pk}"}


# --- what is said


def tell(request: HttpRequest, _response: Any, credentials: Any) -> HttpResponse:
    """AXES_LOCKOUT_CALLABLE: the page instead of the one that was asked for, with 429."""
    left = opens_at(request, (credentials or {}).get("username")) - now()
    context = {
        **admin.site.each_context(request),
        "title": _("Too many failed tries"),
        "minutes": max(1, -(-int(left.total_seconds()) // 60)),
    }
    answer = render(request, "admin/account/locked_out.html", context, status=429)
    answer["Retry-After"] = max(1, int(left.total_seconds()))
    return answer


def opens_at(request: HttpRequest, login: str | None) -> datetime:
    """When the last failure that counts is forgotten, if no further is counted."""
    tries = _tries(login)
    near = tries.filter(ip_address=request.axes_ip_address)  # type: ignore[attr-defined]
    last = near if _sum(near) >= settings.AXES_FAILURE_LIMIT else tries
    found: datetime = last.aggregate(last=Max("attempt_time"))["last"] or now()
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    return found + cool_off


def _sum(tries: QuerySet[AccessAttempt]) -> int:
    return tries.aggregate(all=Sum("failures_since_start"))["all"] or 0
