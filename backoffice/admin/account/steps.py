"""The steps of signing in after the password: the code; or an app is set up, and the recovery codes
are shown once. They stand outside of what only those who are let in may see."""

from functools import partial
from typing import Any

import segno
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.account.known_browsers import remember
from backoffice.admin.account.lock_out import count_failure, forget_failures, is_locked_out
from backoffice.admin.account.second_factor import is_half_way, is_let_in, let_in, next_of, on_to
from backoffice.admin.act_form import carried_out
from backoffice.admin.base import actor
from core.clock import now
from core.refusals import Refusal
from partners.models import User
from partners.queries.second_factor import has_second_factor
from partners.services.lock_out import Door
from partners.services.second_factor import (
    TooManyCodes,
    WrongCode,
    is_of_app,
    pass_second_factor,
    turn_on_second_factor,
)

# The key of an app that is being set up, until a code of it comes.
NEW_KEY = "second_factor_key"


def code_field(label: Any, *, digits: bool, **options: Any) -> forms.CharField:
    """A code as it is typed. Browsers and phones offer the app's."""
    attrs = {"autocomplete": "one-time-code" if digits else "off", "autocapitalize": "none"}
    attrs["inputmode"] = "numeric" if digits else "text"
    widget = UnfoldAdminTextInputWidget(attrs=attrs | options.pop("attrs", {}))
    return forms.CharField(label=label, max_length=20, widget=widget, **options)


class CodeForm(forms.Form):
    """A code of the app."""

    code = code_field(_("Code of the app"), digits=True, attrs={"autofocus": True})


class RecoveryForm(forms.Form):
    code = code_field(_("Recovery code"), digits=False, attrs={"autofocus": True})


class SetUpForm(forms.Form):
    """The first code of a new app."""

    code = code_field(_("Code that the app shows"), digits=True)


class ReplaceForm(SetUpForm):
    old_code = code_field(_("Code of the app until now, or a recovery code"), digits=False)


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses."""
    steps = (("second-factor/", enter, "second_factor"), ("second-factor/new/", set_up, "new_app"))
    return [path(at, guarded(partial(view, site=site)), name=name) for at, view, name in steps]


def guarded(view: Any) -> Any:
    return never_cache(sensitive_post_parameters("code", "old_code")(view))


def enter(request: HttpRequest, site: Any) -> HttpResponse:
    """The code, after the password."""
    person = request.user
    if not isinstance(person, User) or not is_half_way(request):
        return HttpResponseRedirect(next_of(request))
    if not has_second_factor(person):
        return on_to(request, "new_app")
    is_recovery = "recovery" in request.GET
    form = (RecoveryForm if is_recovery else CodeForm)(request.POST or None)
    if request.method == "POST" and form.is_valid() and _passes(request, person, form):
        return remember(HttpResponseRedirect(next_of(request)), request, person)
    more = {"title": _("Second factor"), "is_recovery": is_recovery}
    return page(request, site, "enter", form=form, **more)


def _passes(request: HttpRequest, person: User, form: forms.Form) -> bool:
    """Whether the code is right. Wrong ones count as wrong passwords do, and so do those that come
    too soon, so that an address that guesses is shut out, and the person is not."""
    door = Door.CODE if is_of_app(form.cleaned_data["code"]) else Door.RECOVERY
    if is_locked_out(request, person, door):
        count_failure(request, person, door)
        return False
    try:
        device = pass_second_factor(**form.cleaned_data, by=actor(request), at=now())
    except Refusal as refusal:
        if isinstance(refusal, WrongCode | TooManyCodes):
            count_failure(request, person, door)
        form.add_error("code", refusal.detail)
        return False
    forget_failures(request, person, Door.CODE, Door.RECOVERY)
    let_in(request, device)
    return True


def set_up(request: HttpRequest, site: Any) -> HttpResponse:
    """An app for the first time, or another one instead."""
    person = request.user
    if not isinstance(person, User) or getattr(request, "viewer", None):
        return HttpResponseRedirect(next_of(request))
    if not (person.is_staff or is_half_way(request)):
        return HttpResponseRedirect(next_of(request))
    replaces = has_second_factor(person)
    if replaces and not is_let_in(request):
        return on_to(request, "second_factor")
    form = (ReplaceForm if replaces else SetUpForm)(request.POST or None)
    key = request.session.setdefault(NEW_KEY, random_hex(20))
    given: list[Any] = []

    def turn_on(**typed: Any) -> None:
        given.extend(turn_on_second_factor(key=key, **typed))

    if request.method == "POST" and form.is_valid() and carried_out(request, form, turn_on):
        device, codes = given
        del request.session[NEW_KEY]
        let_in(request, device)
        return show_codes(request, site, codes)
    return page(request, site, "set_up", form=form, **_app(person, key), replaces=replaces)


def _app(person: User, key: str) -> dict[str, Any]:
    """What the app is told: by a picture, or typed in fours."""
    # Who came by an invitation of Telegram may have no login.
    named = User(login=person.login or str(person))
    address = TOTPDevice(user=named, key=key).config_url
    picture = segno.make(address).svg_inline(scale=5, border=3, light="#fff", omitsize=False)
    secret = address.partition("secret=")[2].partition("&")[0]
    fours = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    return {
        "title": _("Set up the second factor"),
        "picture": mark_safe(picture),
        "address": address,
        "fours": fours,
    }


def show_codes(request: HttpRequest, site: Any, codes: list[str]) -> HttpResponse:
    """The recovery codes, in the answer to what made them and never again."""
    shown = [f"{code[:4]}-{code[4:]}" for code in codes]
    context = {"title": _("Recovery codes"), "codes": shown}
    return remember(page(request, site, "codes", **context), request, request.user)


def page(request: HttpRequest, site: Any, name: str, **context: Any) -> HttpResponse:
    context = {**site.each_context(request), "next": next_of(request), **context}
    return render(request, f"admin/account/{name}.html", context)
