"""Agencies: the owner keeps the public face, the platform the money's terms."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from backoffice.admin.base import HistoryAdmin, staff
from backoffice.admin.display import state_badge
from partners.models import Collection, TravelAgency, User
from partners.roles import Role

# What an owner may change himself; the rest is the platform's.
PUBLIC = (
    "description",
    "phone",
    "email",
    "telegram",
    "address",
    "logo",
    "manager_chat_id",
    "auto_approve",
)
SEES_EVERY_BANK = {Role.ACCOUNTANT, Role.ADMIN}
PAGE_OF_HISTORY = SEES_EVERY_BANK | {Role.OWNER}


def sees_bank(user: User, agency: Any) -> bool:
    """The platform's books, and the agency's own owner."""
    own = user.agency_ids_for("partners.travelagency", "change")
    return user.role in SEES_EVERY_BANK or (agency is not None and agency.pk in own)


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("collection") == Collection.SPLIT and not data.get("payme_merchant_id"):
            self.add_error("payme_merchant_id", _("To split payments the agency needs a cashbox."))
        return data


@admin.register(TravelAgency)
class AgencyAdmin(HistoryAdmin):
    agency_path = "pk"
    event_name = "agency"
    form = AgencyForm
    list_display = ("name", "state", "commission_percent", "phone", "auto_approve", "created_at")
    list_filter = (("status", ChoicesDropdownFilter), ("collection", ChoicesDropdownFilter))
    search_fields = ("name", "slug", "phone", "tax_id")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    empty_title = _("No agencies yet")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        money = [("commission_percent", "collection"), "payme_merchant_id"]
        if sees_bank(staff(request), obj):
            money += [("bank_name", "bank_account"), ("bank_mfo", "tax_id")]
        return (
            (None, {"fields": (("name", "slug"), "status", "description", "logo")}),
            (
                _("Contacts"),
                {"classes": ["tab"], "fields": (("phone", "email"), ("telegram", "address"))},
            ),
            (
                _("Requests"),
                {"classes": ["tab"], "fields": ("auto_approve", "manager_chat_id")},
            ),
            (_("Money"), {"classes": ["tab"], "fields": money}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if staff(request).role == Role.ADMIN:
            return ()
        shown = (f for _, options in self.get_fieldsets(request, obj) for f in options["fields"])
        names = (n for f in shown for n in ([f] if isinstance(f, str) else f))
        return [name for name in names if name not in PUBLIC]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        # A slug that is out in the world stays.
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_view_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The history shows bank details as the page does.
        # Without a row it is asked whether there is such a page at all.
        user = staff(request)
        allowed = user.role in PAGE_OF_HISTORY if obj is None else sees_bank(user, obj)
        return allowed and super().has_view_history_permission(request, obj)

    @display(description=_("status"), ordering="status")
    def state(self, agency: TravelAgency) -> SafeString:
        return state_badge("agency", agency.status, agency.get_status_display())
