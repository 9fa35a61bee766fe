"""Imported registries, and what each of their rows matched."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import badge, link, list_url, money, state_badge
from finance.models import ReconciliationFile, ReconciliationRow
from finance.states import RowOutcome


@admin.register(ReconciliationFile)
class RegistryAdmin(ReadOnly, BaseAdmin):
    list_display = ("source", "period", "rows_link", "differing", "uploaded_by", "created_at")
    list_filter = (("period_end", RangeDateFilter),)
    list_select_related = ("uploaded_by",)
    search_fields = ("source", "checksum")
    ordering = ("-id",)
    fields = ("source", "period", "checksum", ("uploaded_by", "created_at"), "rows_link")
    readonly_fields = ("period", "rows_link")
    empty_title = _("No registries yet")
    empty_text = _("Upload a registry of Payme or of the bank to compare it with the books.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationFile]:
        unlike = Q(rows__resolved_by=None) & ~Q(rows__outcome=RowOutcome.MATCHED)
        rows = super().get_queryset(request)
        return rows.annotate(
            rows_n=Count("rows"), open_n=Count("rows", filter=unlike & Q(rows__isnull=False))
        )

    @display(description=_("period"), ordering="period_end")
    def period(self, registry: ReconciliationFile) -> str:
        return f"{registry.period_start:%d.%m.%Y} – {registry.period_end:%d.%m.%Y}"

    @display(description=_("rows"))
    def rows_link(self, registry: Any) -> SafeString:
        url = list_url("finance.reconciliationrow", file__id__exact=registry.pk)
        return link(url, registry.rows_n)

    @display(description=_("to be explained"))
    def differing(self, registry: Any) -> SafeString:
        return badge(registry.open_n, "danger" if registry.open_n else "success")


@admin.register(ReconciliationRow)
class RegistryRowAdmin(ReadOnly, BaseAdmin):
    list_display = ("file", "line", "external_id", "amount_shown", "result", "payment", "note")
    list_filter = (("outcome", ChoicesDropdownFilter),)
    list_select_related = ("file", "payment")
    search_fields = ("external_id", "payment__booking__code")
    ordering = ("-file_id", "line")
    fields = (
        ("file", "line"),
        ("external_id", "amount_shown"),
        ("result", "payment"),
        ("note", "resolved_by"),
    )
    readonly_fields = ("amount_shown", "result")
    empty_title = _("No rows")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "file__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, row: ReconciliationRow) -> Any:
        return money(row.amount)

    @display(description=_("outcome"), ordering="outcome")
    def result(self, row: ReconciliationRow) -> SafeString:
        return state_badge("row", row.outcome, row.get_outcome_display())
