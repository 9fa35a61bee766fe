"""Dialogs about who works here: what ends with it is counted before anybody presses."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminRadioSelectWidget

from backoffice.admin.base import staff
from core.clock import now
from partners.models import AgencyMember, MemberRole, PlatformRole, TravelAgency, User
from partners.queries.open_access import open_access

# In the order of what is felt first.
ENDS: dict[str, Any] = {
    "sessions": _("Browsers signed in"),
    "tokens": _("Sign-ins of the Mini App"),
    "exports": _("Exports not finished"),
    "schedules": _("Scheduled exports"),
    "views": _("Views as a member of staff"),
    "invitations": _("Invitations nobody has accepted"),
}


class MemberDialog(BaseDialogForm):
    """Which member it is about; another agency's is not found."""

    form_before_template = "admin/partners/dialog_end.html"
    ends = True

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        reader = staff(request)
        # The checker mixes up the two tables whose rows are called members.
        rows: QuerySet[Any] = AgencyMember.objects.for_user(reader)
        rows = rows.select_related("agency", "user")
        if not reader.sees_all_agencies:
            own = reader.agency_ids_for("partners.agencymember", "change")
            rows = rows.filter(agency_id__in=own)
        member = rows.filter(pk=object_id or 0).first()
        if member is None:
            raise Http404
        context = {
            "person": member.user,
            "role": member.role,
            "what": f"{member.agency} · {member.get_role_display()}",
        }
        if self.ends:
            context["ends"] = told(member.user_id, agency_id=member.agency_id)
        return context


class RestoreMemberDialog(MemberDialog):
    ends = False


class MemberRoleDialog(MemberDialog):
    """What ends, ends when an owner becomes a manager."""

    ends = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = self.get_before_template_context(
            self.request, self.object_id
        )["role"]

    role = forms.ChoiceField(
        label=_("Role"),
        choices=MemberRole.choices,
        widget=UnfoldAdminRadioSelectWidget,
        help_text=_("An owner who becomes a manager is signed out, and his invitations end."),
    )


class PersonDialog(BaseDialogForm):
    """Which person it is about; the platform's alone."""

    form_before_template = "admin/partners/dialog_end.html"
    ends = True

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        person = User.objects.for_user(staff(request)).filter(pk=object_id or 0).first()
        if person is None or not staff(request).sees_all_agencies:
            raise Http404
        context: dict[str, Any] = {"person": person, "what": person.login or ""}
        if self.ends:
            context |= {"ends": told(person.pk), "orphans": _left_without_owner(person)}
        return context


class ReactivateDialog(PersonDialog):
    ends = False


class PlatformRoleDialog(PersonDialog):
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=PlatformRole.choices,
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.get_before_template_context(self.request, self.object_id)["person"]
        self.fields["role"].initial = person.platform_role

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        context = super().get_before_template_context(request, object_id)
        context["orphans"] = []
        if not context["person"].platform_role:
            context["ends"] = None
        return context


class PasswordDialog(PersonDialog):
    """A new password for a member of staff, typed twice."""

    ends = False

    password = forms.CharField(
        label=_("New password"),
        help_text=password_validators_help_text_html(),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Once more"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        password = data.get("password")
        if password and data.get("again") and password != data["again"]:
            raise ValidationError({"again": _("The two passwords differ.")})
        if password:
            try:
                validate_password(password, User.objects.filter(pk=self.object_id).first())
            except ValidationError as error:
                raise ValidationError({"password": error}) from error
        return data


def told(person_id: int, *, agency_id: int | None = None) -> list[tuple[str, int]]:
    """What of the person's would end now, and how many; what there is none of is left out."""
    counts = open_access(person_id, agency_id=agency_id, at=now()).counts()
    return [(str(title), counts[name]) for name, title in ENDS.items() if counts[name]]


def _left_without_owner(person: User) -> list[TravelAgency]:
    """The agencies in which nobody else is an owner who can sign in."""
    owners = AgencyMember.objects.filter(
        role=MemberRole.OWNER, is_active=True, user__is_active=True
    )
    others = owners.exclude(user=person).values("agency")
    own = owners.filter(user=person).exclude(agency__in=others)
    return [member.agency for member in own.select_related("agency")]
