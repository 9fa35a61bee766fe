"""Where the link of an invitation leads: the one page of the back office for who is not in yet.

Whoever has the link is shown what it offers; a press accepts, a look does nothing, so that the
previews of messengers use nothing up. Junk costs one look-up and says no more than that it is junk.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from backoffice.admin.account.known_browsers import remember
from backoffice.admin.account.second_factor import is_half_way, is_let_in, on_to
from backoffice.admin.base import actor
from core.clock import now
from core.refusals import Refusal
from partners.links import join_link
from partners.models import AgencyMember, Language, SignedInBy, StaffInvitation, User
from partners.queries.invitations import invitation_behind
from partners.services.invitations import (
    InvitationUnknown,
    Newcomer,
    accept_invitation,
    check_acceptable,
    join_by_invitation,
)

BACKEND = "backoffice.sign_in.StaffBackend"


def _line(label: Any, autocomplete: str, limit: int, **options: Any) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(
        attrs={"autocomplete": autocomplete, **options.pop("attrs", {})}
    )
    return forms.CharField(label=label, max_length=limit, widget=widget, **options)


def _secret(label: Any, autocomplete: str) -> forms.CharField:
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget)


class NewcomerForm(forms.Form):
    first_name = _line(_("First name"), "given-name", 80)
    last_name = _line(_("Last name"), "family-name", 80, required=False)
    login = _line(
        _("Login"),
        "username",
        64,
        attrs={"autocapitalize": "none", "spellcheck": "false"},
        help_text=_("You will sign in with it, e.g. gulnora.saidova."),
        validators=[
            RegexValidator(
                r"\A[A-Za-z0-9._-]{3,64}\Z",
                _("Latin letters, digits, dots and hyphens; three at least."),
            )
        ],
    )
    password = _secret(_("Password"), "new-password")
    again = _secret(_("Once more"), "new-password")

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(_("The two passwords differ."))
        return again

    def newcomer(self) -> Newcomer:
        data = self.cleaned_data
        language = (get_language() or "")[:2]
        return Newcomer(
            first_name=data["first_name"],
            last_name=data["last_name"],
            login=data["login"],
            password=data["password"],
            language=language if language in Language.values else Language.RU.value,
        )


class KnownForm(AuthenticationForm):
    """For who has a login already, also of a membership that has ended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {"autocomplete": "username", "autocapitalize": "none"}
        self.fields["username"].label = _("Login")
        self.fields["username"].widget = UnfoldAdminTextInputWidget(attrs=names)
        self.fields["password"].widget = UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "current-password"}
        )


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses: without a wrapper, for it is for who is not in yet."""
    view = never_cache(sensitive_post_parameters("password", "again")(partial(_page, site=site)))
    return [path("invitation/<str:token>/", view, name="invitation")]


def _page(request: HttpRequest, token: str, site: Any) -> HttpResponse:
    at, invitation = now(), invitation_behind(token)
    if invitation is None:
        return _closed(request, site, InvitationUnknown(), status=404)
    if is_half_way(request):
        return on_to(request, "second_factor", going=request.path)
    try:
        check_acceptable(invitation, _person(request), at)
    except Refusal as refusal:
        return _closed(request, site, refusal, invitation)
    way = "known" if "known" in request.GET else "new"
    if request.method == "POST":
        answer = _answered(request, token, way)
        if isinstance(answer, HttpResponse):
            return answer
        form = answer
    else:
        form = KnownForm(request) if way == "known" else NewcomerForm()
    context = {
        **_said(request, site, invitation, at),
        "form": form,
        "way": way,
        "rules": password_validators_help_texts(),
        "bot_url": join_link(token),
    }
    return render(request, "admin/partners/invitation.html", context)


def _answered(request: HttpRequest, token: str, way: str) -> HttpResponse | forms.Form:
    """Where it goes on; or the form, with what is wrong with it."""
    if _person(request) is not None:
        return _accepted(request, token)
    if way == "known":
        known = KnownForm(request, request.POST)
        if not known.is_valid():
            return known
        person = known.get_user()
        login(request, person)
        return _known(HttpResponseRedirect(request.path), request, person)
    form = NewcomerForm(request.POST)
    return (form.is_valid() and _joined(request, token, form)) or form


def _accepted(request: HttpRequest, token: str) -> HttpResponse:
    try:
        member = accept_invitation(token=token, by=actor(request), at=now())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return HttpResponseRedirect(request.path)
    return _welcome(request, member)


def _joined(request: HttpRequest, token: str, form: NewcomerForm) -> HttpResponse | None:
    try:
        member = join_by_invitation(token=token, newcomer=form.newcomer(), at=now())
    except Refusal as refusal:
        for field, sentences in getattr(refusal, "faults", {None: [refusal.detail]}).items():
            form.add_error(field if field in form.fields else None, list(sentences))
        return None
    request.signed_in_by = SignedInBy.INVITATION  # type: ignore[attr-defined]
    login(request, member.user, backend=BACKEND)
    return _known(_welcome(request, member), request, member.user)


def _known(response: HttpResponse, request: HttpRequest, person: User) -> HttpResponse:
    """A browser is known once nothing more is to be asked in it."""
    return remember(response, request, person) if is_let_in(request) else response


def _welcome(request: HttpRequest, member: AgencyMember) -> HttpResponse:
    messages.success(request, gettext("Welcome to %(agency)s.") % {"agency": member.agency})
    return HttpResponseRedirect(reverse("admin:index"))


def _person(request: HttpRequest) -> User | None:
    """Who is signed in as himself."""
    if getattr(request, "viewer", None) is not None:
        return None
    return request.user if isinstance(request.user, User) else None


def _closed(
    request: HttpRequest,
    site: Any,
    refusal: Refusal,
    invitation: StaffInvitation | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = _said(request, site, invitation, now()) | {"refusal": refusal.detail}
    return render(request, "admin/partners/invitation.html", context, status=status)


def _said(
    request: HttpRequest, site: Any, invitation: StaffInvitation | None, at: datetime
) -> dict[str, Any]:
    return {
        **site.each_context(request),
        "title": gettext("Invitation"),
        "invitation": invitation,
        "person": _person(request),
        "is_staff": bool(request.user.is_authenticated and request.user.is_staff),
    }
