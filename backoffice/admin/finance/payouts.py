"""Payouts to agencies."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from backoffice.admin.base import HistoryAdmin, ReadOnly
from backoffice.admin.display import money, state_badge
from finance.models import Payout


@admin.register(Payout)
class PayoutAdmin(ReadOnly, HistoryAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "payout"
    list_display = ("agency", "period", "amount_shown", "state", "created_by", "approved_by")
    list_filter = (("status", ChoicesDropdownFilter), ("period_end", RangeDateFilter))
    list_select_related = ("agency", "created_by", "approved_by")
    search_fields = ("agency__name", "bank_reference")
    ordering = ("-id",)
    fields = (
        ("agency", "state"),
        ("period", "amount_shown"),
        ("created_by", "created_at"),
        ("approved_by", "approved_at"),
        ("paid_at", "bank_reference"),
        "statement",
    )
    readonly_fields = ("state", "period", "amount_shown")
    empty_title = _("No payouts yet")

    @display(description=_("period"), ordering="period_end")
    def period(self, payout: Payout) -> str:
        return f"{payout.period_start:%d.%m.%Y} – {payout.period_end:%d.%m.%Y}"

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, payout: Payout) -> Any:
        return money(payout.amount)

    @display(description=_("status"), ordering="status")
    def state(self, payout: Payout) -> SafeString:
        return state_badge("payout", payout.status, payout.get_status_display())
