"""Referral partners: who brings travellers and for what share."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from backoffice.admin.base import HistoryAdmin
from backoffice.admin.display import money
from core.codes import new_code
from partners.models import ReferralPartner


class PartnerForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()


@admin.register(ReferralPartner)
class ReferralPartnerAdmin(HistoryAdmin):
    event_name = "referral_partner"
    form = PartnerForm
    list_display = ("code", "user", "commission_percent", "is_active", "sales", "earned")
    list_filter = (("is_active", BooleanRadioFilter),)
    list_select_related = ("user",)
    search_fields = ("code", "user__first_name", "user__last_name", "user__phone")
    autocomplete_fields = ("user",)
    fields = ("user", ("code", "commission_percent"), "is_active", "sales", "earned")
    empty_title = _("No referral partners yet")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Links with the code are out in the world.
        return ("sales", "earned", "user", "code") if obj else ("sales", "earned")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"code": new_code(), **super().get_changeform_initial_data(request)}

    @display(description=_("total sales"), ordering="total_sales")
    def sales(self, partner: ReferralPartner) -> Any:
        return money(partner.total_sales)

    @display(description=_("total bonus"), ordering="total_commission_paid")
    def earned(self, partner: ReferralPartner) -> Any:
        return money(partner.total_commission_paid)
