"""A person's own account: the second factor, the password, the sessions."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from backoffice.admin.account import passwords, steps
from backoffice.admin.account.second_factor import own
from backoffice.admin.act_form import carried_out
from partners.queries.second_factor import second_factor_of
from partners.services.second_factor import renew_recovery_codes, turn_off_second_factor

# With so few recovery codes left the page advises to make new ones.
FEW_CODES = 2


class FreshCodeForm(steps.RecoveryForm):
    code = steps.code_field(
        gettext_lazy("Code of the app, or a recovery code"),
        digits=True,
        attrs={"inputmode": "text"},
    )


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses; all but the steps of signing in are for who is let in."""
    pages: tuple[tuple[str, Callable[..., HttpResponse], str], ...] = (
        ("account/", account, "account"),
        ("account/codes/", renew_codes, "account_codes"),
        ("account/second-factor/off/", turn_off, "account_turn_off"),
        ("password_change/", passwords.change_password, "password_change"),
    )
    own = [
        path(at, site.admin_view(partial(view, site=site)), name=name) for at, view, name in pages
    ]
    return [*own, *steps.addresses(site)]


def account(request: HttpRequest, site: Any) -> HttpResponse:
    from backoffice.admin.account.sessions import sessions_of

    person = own(request)
    context = {
        **site.each_context(request),
        "title": _("My account"),
        "person": person,
        "agencies": person.memberships.filter(is_active=True).select_related("agency"),
        "factor": second_factor_of(person),
        "few": FEW_CODES,
        "sessions": sessions_of(request),
    }
    return render(request, "admin/account/page.html", context)


@sensitive_post_parameters("code")
def renew_codes(request: HttpRequest, site: Any) -> HttpResponse:
    given: list[str] = []

    def renew(**typed: Any) -> None:
        given.extend(renew_recovery_codes(**typed))

    form = FreshCodeForm(request.POST or None)
    if _is_done(request, form, renew):
        return steps.show_codes(request, site, given)
    words = {
        "title": _("New recovery codes"),
        "lead": _("Ten new codes are made. Those you have kept are good for nothing then."),
        "button": _("Make new codes"),
    }
    return _confirm(request, site, form, words)


@sensitive_post_parameters("code")
def turn_off(request: HttpRequest, site: Any) -> HttpResponse:
    if second_factor_of(own(request)).is_demanded:
        raise PermissionDenied
    form = FreshCodeForm(request.POST or None)
    if _is_done(request, form, turn_off_second_factor):
        messages.success(request, _("The second factor is off."))
        return HttpResponseRedirect(reverse("admin:account"))
    words = {
        "title": _("Turn off the second factor"),
        "lead": _("Whoever learns your password can sign in as you then."),
        "button": _("Turn off"),
    }
    return _confirm(request, site, form, words)


def _is_done(request: HttpRequest, form: Any, work: Callable[..., Any]) -> bool:
    own(request)
    return request.method == "POST" and form.is_valid() and carried_out(request, form, work)


def _confirm(request: HttpRequest, site: Any, form: Any, words: dict[str, str]) -> HttpResponse:
    context = {
        **site.each_context(request),
        **words,
        "form": form,
        "back": reverse("admin:account"),
    }
    return render(request, "admin/act_form.html", context)
