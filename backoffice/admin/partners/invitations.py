"""Invitations of staff: made, renewed, revoked. A link is shown once, right after it was made."""

from collections.abc import Collection
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import SavedByActs, Steps, actor
from backoffice.admin.display import change_url, link, page_url, state_badge, two_lines
from backoffice.admin.own_agency import OwnAgency
from backoffice.admin.refusals import go, tell
from core.clock import now
from core.refusals import Refusal
from partners.links import join_link
from partners.models import AgencyMember, MemberRole, StaffInvitation
from partners.queries.invitations import state_of
from partners.services.invitations import invite_member, renew_invitation, revoke_invitation
from partners.states import InvitationState

# Under which the inviter's session holds the one link that is about to be shown: the invitation and
# its token, until the page it leads to is drawn. Nothing else keeps more than the token's hash.
TO_SHOW = "invitation_to_show"


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    name = forms.CharField(
        label=_("For whom"),
        max_length=120,
        help_text=_("You tell your invitations apart by it; the person reads it, too."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=MemberRole.choices,
        initial=MemberRole.MANAGER,
        help_text=_(
            "A manager works on tours, dates and requests and sees what they bring in. An owner "
            "also reads the ledger, asks for payouts, sees the bank details, invites people and "
            "changes who works here."
        ),
        widget=UnfoldAdminRadioSelectWidget,
    )

    class Meta:
        model = StaffInvitation
        fields = ("agency", "role", "name")

    def validate_constraints(self) -> None:
        """The act sets what they are about."""


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return list(InvitationState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        at = now()
        untouched = Q(accepted_at=None, revoked_at=None)
        where = {
            InvitationState.WAITING.value: untouched & Q(expires_at__gt=at),
            InvitationState.LAPSED.value: untouched & Q(expires_at__lte=at),
            InvitationState.ACCEPTED.value: Q(accepted_at__isnull=False),
            InvitationState.REVOKED.value: Q(revoked_at__isnull=False),
        }.get(self.value() or "")
        return queryset.filter(where) if where is not None else queryset


@admin.register(StaffInvitation)
class InvitationAdmin(Steps, SavedByActs, OwnAgency):
    agency_path = "agency_id"
    agency_filter = "agency"
    form = InvitationForm
    list_display = ("whom", "agency", "role", "state", "invited_by", "until")
    list_filter = (StateFilter, ("role", ChoicesDropdownFilter))
    list_select_related = ("agency", "invited_by", "accepted_by")
    search_fields = ("name",)
    search_help_text = _("For whom")
    fields = (
        ("name", "agency"),
        ("role", "state"),
        ("invited_by", "created_at"),
        ("until", "taken_by"),
    )
    readonly_fields = ("state", "until", "taken_by")
    actions_detail = ["renew", "revoke"]
    empty_title = _("Nobody has been invited yet")
    empty_text = _(
        "Say for whom and in which role: you get a link to send. Who opens it chooses a login and "
        "a password, or accepts in Telegram, and works here at once."
    )

    def get_urls(self) -> list[Any]:
        shown = self.admin_site.admin_view(self.link)
        return [
            path("<int:object_id>/link/", shown, name="partners_staffinvitation_link"),
            *super().get_urls(),
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        names = list(super().get_list_display(request))
        if not self.asks_for_agency(request):
            names.remove("agency")
        return names

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fields(request, obj)
        asked = ["agency"] if self.asks_for_agency(request) else []
        return [*asked, "name", "role"]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # The link is shown on the page that follows; another form would hide it.
        alone = {"show_save_and_continue": False, "show_save_and_add_another": False}
        context = {**alone, **(extra_context or {})}
        if object_id is None:
            # "Save" would not say that a link comes of it.
            context |= {"title": gettext("Invite"), "show_save": False, "makes_link": True}
        return super().changeform_view(request, object_id, form_url, context)

    # --- made, renewed, revoked

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        data = form.cleaned_data
        if self.asks_for_agency(request):
            agency_id = data["agency"].pk
        else:
            (agency_id,) = self.may_make_for(request)
        made, obj.token = invite_member(
            agency_id=agency_id,
            role=data["role"],
            name=data["name"],
            by=actor(request),
            at=now(),
        )
        for field in made._meta.concrete_fields:
            setattr(obj, field.attname, getattr(made, field.attname))
        obj._state.adding = False

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._to_link(request, obj, obj.token)

    def _to_link(
        self, request: HttpRequest, invitation: StaffInvitation, token: str
    ) -> HttpResponse:
        """On to the page of the link: one that is loaded anew must not make another."""
        request.session[TO_SHOW] = [invitation.pk, token]
        return go(request, reverse("admin:partners_staffinvitation_link", args=[invitation.pk]))

    def link(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The one page on which the link stands, once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        invitation = self.own_or_404(request, object_id)
        pk, token = request.session.pop(TO_SHOW, (None, ""))
        if pk != invitation.pk:
            messages.info(request, gettext("A link is shown once. If it got lost, make a new one."))
            return go(request, change_url(invitation))
        url = request.build_absolute_uri(reverse("admin:invitation", args=[token]))
        words = gettext("Invitation to work for %(agency)s at Circle.") % {
            "agency": invitation.agency
        }
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The link"),
            "opts": self.opts,
            "invitation": invitation,
            "url": url,
            "share_url": f"https://t.me/share/url?{urlencode({'url': url, 'text': words})}",
            "bot_url": join_link(token),
            "back": reverse("admin:partners_staffinvitation_changelist"),
        }
        return TemplateResponse(request, "admin/partners/invitation_link.html", context)

    def fit(self, request: HttpRequest, obj: StaffInvitation) -> Collection[str]:
        untouched = obj.accepted_at is None and obj.revoked_at is None
        return ("renew", "revoke") if untouched else ()

    def has_renew_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.add_staffinvitation", object_id)

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.revoke_staffinvitation", object_id)

    @action(description=_("New link"), url_path="renew", permissions=["renew"], icon="link")
    def renew(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A page of its own, not a dialog: it ends with the new link."""
        invitation = self.own_or_404(request, object_id)
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("New link"),
                "opts": self.opts,
                "original": invitation,
                "invitation": invitation,
                "back": change_url(invitation),
            }
            return TemplateResponse(request, "admin/partners/invitation_renew.html", context)
        try:
            renewed, token = renew_invitation(
                invitation_id=invitation.pk, by=actor(request), at=now()
            )
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(invitation))
        return self._to_link(request, renewed, token)

    @action(
        description=_("Revoke"),
        url_path="revoke",
        permissions=["revoke"],
        icon="link_off",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Revoke the invitation"),
            "description": _("The link is dead from this moment on; whoever opens it reads so."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Revoke"),
        },
    )
    def revoke(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        invitation = self.own_or_404(request, object_id)
        act = partial(revoke_invitation, invitation_id=invitation.pk)
        return self.do(request, invitation, act, done=_("The invitation is revoked."))

    # --- columns

    @display(description=_("for whom"), ordering="name")
    def whom(self, invitation: StaffInvitation) -> str:
        return invitation.name

    @display(description=_("state"))
    def state(self, invitation: StaffInvitation) -> SafeString:
        state = state_of(invitation, now())
        shown = state_badge("invitation", state, state.label)
        return two_lines(shown, invitation.accepted_by) if invitation.accepted_by else shown

    @display(description=_("good until"), ordering="expires_at")
    def until(self, invitation: StaffInvitation) -> str:
        return f"{localtime(invitation.expires_at):%d.%m.%Y %H:%M}"

    @display(description=_("accepted by"))
    def taken_by(self, invitation: StaffInvitation) -> SafeString | str:
        if invitation.accepted_by_id is None or invitation.accepted_at is None:
            return "–"
        member = AgencyMember.objects.filter(
            agency=invitation.agency_id, user=invitation.accepted_by_id
        ).first()
        name = invitation.accepted_by
        shown = link(page_url("partners.agencymember", member.pk), name) if member else name
        return two_lines(shown, f"{localtime(invitation.accepted_at):%d.%m.%Y %H:%M}")
