"""Bonuses of referral partners, and their withdrawals. A card number is shown to nobody."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, HistoryAdmin, ReadOnly
from backoffice.admin.display import money, state_badge
from finance.models import ReferralBonus, ReferralPayoutRequest


@admin.register(ReferralBonus)
class BonusAdmin(ReadOnly, BaseAdmin):
    list_display = ("user", "booking", "amount_shown", "state", "created_at", "available_at")
    list_filter = (("status", ChoicesDropdownFilter), ("available_at", RangeDateTimeFilter))
    list_select_related = ("user", "booking")
    search_fields = ("user__first_name", "user__last_name", "booking__code")
    ordering = ("-id",)
    fields = (
        ("user", "booking"),
        ("amount_shown", "state"),
        ("created_at", "available_at"),
    )
    readonly_fields = ("amount_shown", "state")
    empty_title = _("No bonuses yet")

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, bonus: ReferralBonus) -> Any:
        return money(bonus.amount)

    @display(description=_("status"), ordering="status")
    def state(self, bonus: ReferralBonus) -> SafeString:
        return state_badge("bonus", bonus.status, bonus.get_status_display())


@admin.register(ReferralPayoutRequest)
class WithdrawalAdmin(ReadOnly, HistoryAdmin):
    event_name = "withdrawal"
    list_display = ("user", "amount_shown", "card", "state", "created_at", "decided_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("user",)
    search_fields = ("user__first_name", "user__last_name", "user__phone", "provider_reference")
    ordering = ("-id",)
    fields = (
        ("user", "state"),
        ("amount_shown", "card"),
        ("created_at", "decided_at"),
        ("approved_by", "provider_reference"),
    )
    readonly_fields = ("state", "amount_shown", "card")
    empty_title = _("No withdrawals yet")

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, withdrawal: ReferralPayoutRequest) -> Any:
        return money(withdrawal.amount)

    @display(description=_("card"))
    def card(self, withdrawal: ReferralPayoutRequest) -> str:
        return f"•••• {withdrawal.card_last4}"

    @display(description=_("status"), ordering="status")
    def state(self, withdrawal: ReferralPayoutRequest) -> SafeString:
        return state_badge("withdrawal", withdrawal.status, withdrawal.get_status_display())
