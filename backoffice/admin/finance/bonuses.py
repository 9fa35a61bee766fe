"""Bonuses of referral partners: what each booking has earned, and what is left of it."""

from typing import Any

from django.contrib import admin
from django.db.models import F
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import link, money, page_url, state_badge
from finance.models import ReferralBonus
from partners.models import ReferralPartner


@admin.register(ReferralBonus)
class BonusAdmin(ReadOnly, BaseAdmin):
    event_name = "bonus"
    list_display = (
        "user",
        "booking",
        "amount_shown",
        "back_shown",
        "left_shown",
        "state",
        "available_at",
        "matured_at",
    )
    linked = ("user",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
        ("available_at", RangeDateTimeFilter),
        ("matured_at", RangeDateTimeFilter),
    )
    list_select_related = ("user", "booking")
    search_fields = ("user__first_name", "user__last_name", "booking__code")
    search_help_text = _("Partner's name or booking code")
    ordering = ("-id",)
    fields = (
        ("partner", "booking_link"),
        ("state", "percent"),
        ("amount_shown", "back_shown", "left_shown"),
        ("created_at", "available_at", "matured_at"),
    )
    readonly_fields = (
        "partner",
        "booking_link",
        "state",
        "percent",
        "amount_shown",
        "back_shown",
        "left_shown",
    )
    empty_title = _("No bonuses yet")
    empty_text = _("A paid booking that a partner has brought earns one.")

    @display(description=_("partner"))
    def partner(self, bonus: ReferralBonus) -> Any:
        partner = ReferralPartner.objects.filter(user_id=bonus.user_id).first()
        if partner is None:
            return link(page_url("partners.user", bonus.user_id), bonus.user)
        return link(
            page_url("partners.referralpartner", partner.pk), f"{bonus.user} · {partner.code}"
        )

    @display(description=_("booking"))
    def booking_link(self, bonus: ReferralBonus) -> SafeString:
        return link(page_url("sales.booking", bonus.booking_id), bonus.booking)

    @display(description=_("partner's percent"))
    def percent(self, bonus: ReferralBonus) -> Any:
        return bonus.booking.referral_percent

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, bonus: ReferralBonus) -> Any:
        return money(bonus.amount)

    @display(description=_("taken back"), ordering="reversed_amount")
    def back_shown(self, bonus: ReferralBonus) -> Any:
        return money(bonus.reversed_amount) if bonus.reversed_amount else "–"

    @display(description=_("left"), ordering=F("amount") - F("reversed_amount"))
    def left_shown(self, bonus: ReferralBonus) -> Any:
        return money(bonus.kept)

    @display(description=_("status"), ordering="status")
    def state(self, bonus: ReferralBonus) -> SafeString:
        return state_badge("bonus", bonus.status, bonus.get_status_display())
