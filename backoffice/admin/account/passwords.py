"""A person changes his own password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminPasswordWidget

from backoffice.admin.account.lock_out import (
    WRONG_PASSWORDS,
    count_wrong_password,
    forget_failures,
    is_locked_out,
)
from backoffice.admin.account.second_factor import own
from backoffice.admin.base import actor
from core.clock import now
from partners.models import User
from partners.services.lock_out import Door
from partners.services.passwords import WrongPassword, change_own_password
from partners.services.staff_sessions import follow_session


def _typed(label: Any, autocomplete: str) -> forms.CharField:
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget)


class OwnPasswordForm(forms.Form):
    """The present password, and twice the new one."""

    old = _typed(gettext_lazy("Present password"), "current-password")
    password = _typed(gettext_lazy("New password"), "new-password")
    again = _typed(gettext_lazy("Once more"), "new-password")

    def __init__(self, person: User, *args: Any) -> None:
        super().__init__(*args)
        self.person = person
        if not person.has_usable_password():
            del self.fields["old"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise ValidationError(_("The two passwords differ."))
        return again


@sensitive_post_parameters()
def change_password(request: HttpRequest, site: Any) -> HttpResponse:
    person = own(request)
    if not person.login:
        raise PermissionDenied
    form = OwnPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, person, form):
        messages.success(request, _("The password is changed. Your other sessions have ended."))
        return HttpResponseRedirect(reverse("admin:account"))
    context = {
        **site.each_context(request),
        "title": _("Change password"),
        "form": form,
        "rules": password_validators_help_texts(),
    }
    return render(request, "admin/account/password.html", context)


def _changed(request: HttpRequest, person: User, form: OwnPasswordForm) -> bool:
    """Whether the present password was right. Wrong ones count as at the door: somebody else may
    sit at an open session."""
    if "old" in form.fields and is_locked_out(request, person, Door.CHANGE):
        form.add_error("old", _("Too many failed tries"))
        return False
    key = request.session.session_key
    old, password = form.cleaned_data.get("old", ""), form.cleaned_data["password"]
    try:
        changed = change_own_password(
            old=old, password=password, keep=key or "", by=actor(request), at=now()
        )
    except WrongPassword as refusal:
        count_wrong_password(request, person)
        form.add_error("old", refusal.detail)
        return False
    request.session.pop(WRONG_PASSWORDS, None)
    forget_failures(request, changed, Door.CHANGE)
    update_session_auth_hash(request, changed)
    follow_session(key, request.session.session_key)
    return True
