"""Who works for an agency."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.base import staff
from backoffice.admin.own_agency import OwnAgency
from partners.models import AgencyMember, User


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """An owner names the person exactly; the list of all people is not his to browse."""

    person = forms.CharField(
        label=_("Login, Telegram name or phone"),
        help_text=_("Exactly as the person has it, e.g. @aziza or +998901234567."),
        widget=UnfoldAdminTextInputWidget,
    )

    # Where the inviting owner works; set by the admin for each request.
    agency_ids: frozenset[int] = frozenset()

    class Meta:
        model = AgencyMember
        fields = ("agency", "role", "is_active")

    def clean_person(self) -> User:
        word = self.cleaned_data["person"].strip()
        same = Q(login=word) | Q(username__iexact=word.removeprefix("@")) | Q(phone=word)
        people = list(User.objects.filter(same, is_active=True)[:2])
        if len(people) != 1:
            raise ValidationError(_("There is no such person, or more than one."))
        return people[0]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        person, agency = data.get("person"), data.get("agency")
        if person:
            self.instance.user = person
            where = {agency.pk} if agency else self.agency_ids
            if person.memberships.filter(agency_id__in=where).exists():
                self.add_error("person", _("This person works here already."))
        return data


@admin.register(AgencyMember)
class MemberAdmin(OwnAgency):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "member"
    list_display = ("user", "agency", "role", "is_active", "created_at")
    list_filter = (("role", ChoicesDropdownFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("user", "agency")
    search_fields = ("user__first_name", "user__last_name", "user__login", "user__phone")
    autocomplete_fields = ("user",)
    empty_title = _("Nobody works here yet")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        user = staff(request)
        if obj is not None or user.sees_all_agencies:
            return super().get_form(request, obj, change, **kwargs)
        form = super().get_form(request, obj, change, form=InviteForm, **kwargs)
        form.agency_ids = self.may_make_for(request)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        invites = obj is None and not staff(request).sees_all_agencies
        fields = ["person" if invites else "user", "role", "is_active"]
        if self.asks_for_agency(request, obj):
            fields.insert(0, "agency")
        return ((None, {"fields": fields}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        # Nobody changes his own standing.
        own = obj.user_id == staff(request).pk
        return ("agency", "user", "role", "is_active") if own else ("agency", "user")
