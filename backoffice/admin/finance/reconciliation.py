"""Imported registries, and what each of their rows matched."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import badge, change_url, link, money, state_badge, two_lines
from backoffice.admin.finance.registry_export import explanation
from backoffice.admin.finance.registry_forms import ReopenDialog, ResolveDialog
from backoffice.admin.finance.registry_pages import RegistryPages
from finance.models import ReconciliationFile, ReconciliationRow
from finance.queries.reconciliation import UNEXPLAINED, case_kind, search_rows
from finance.services.reconciliation.rows import reopen_row, resolve_row, take_row_into_books
from finance.states import RegistryStatus, RowOutcome


@admin.register(ReconciliationFile)
class RegistryAdmin(RegistryPages, ReadOnly, BaseAdmin):
    list_display = ("source", "period", "state", "rows_n", "differing", "uploaded_by", "created_at")
    list_filter = (
        ("source", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("period_end", RangeDateFilter),
    )
    list_select_related = ("uploaded_by",)
    search_fields = ("name", "checksum")
    search_help_text = _("File name")
    ordering = ("-id",)
    fields = ("source",)
    empty_title = _("No registries yet")
    empty_text = _("Upload a registry of Payme or of the bank to compare it with the books.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationFile]:
        rows = super().get_queryset(request)
        is_open = Q(
            rows__isnull=False, rows__resolved_at__isnull=True, rows__repeats__isnull=True
        ) & ~Q(rows__outcome=RowOutcome.MATCHED)
        return rows.annotate(rows_n=Count("rows"), open_n=Count("rows", filter=is_open))

    @display(description=_("period"), ordering="period_end")
    def period(self, registry: ReconciliationFile) -> Any:
        if registry.period_start is None or registry.period_end is None:
            return two_lines(_("not compared yet"), registry.name)
        days = f"{registry.period_start:%d.%m.%Y} – {registry.period_end:%d.%m.%Y}"
        return two_lines(days, registry.name)

    @display(description=_("status"), ordering="status")
    def state(self, registry: ReconciliationFile) -> SafeString:
        return state_badge("registry", registry.status, registry.get_status_display())

    @display(description=_("rows"))
    def rows_n(self, registry: Any) -> int:
        return int(registry.rows_n)

    @display(description=_("to be explained"))
    def differing(self, registry: Any) -> SafeString:
        return badge(registry.open_n, "danger" if registry.open_n else "success")


class ToldFilter(DropdownFilter):
    title = _("explanation")
    parameter_name = "told"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("to be explained")), ("explained", _("explained"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return queryset.filter(UNEXPLAINED)
        if self.value() == "explained":
            return queryset.exclude(UNEXPLAINED).exclude(outcome=RowOutcome.MATCHED)
        return queryset


@admin.register(ReconciliationRow)
class RegistryRowAdmin(ReadOnly, BaseAdmin):
    """Rows of the registries taken over; a trial's are on its own page."""

    list_display = (
        "result",
        "identity",
        "amount_shown",
        "ours_shown",
        "difference_shown",
        "registry",
        "told",
    )
    linked = ("file",)
    list_filter = (
        ("outcome", ChoicesDropdownFilter),
        ToldFilter,
        ("file__source", ChoicesDropdownFilter),
    )
    list_select_related = ("file", "payment__booking", "repeats__file", "resolved_by")
    search_fields = ("external_id",)
    search_help_text = _("Id there or booking code")
    ordering = ("-file_id", "line", "id")
    actions_detail = ["resolve", "take_in", "reopen"]
    fields = (
        ("registry", "result"),
        ("line", "external_id"),
        ("amount_shown", "state"),
        ("happened_at", "booking_code"),
        ("ours_shown", "difference_shown"),
        ("payment_shown", "booking_shown"),
        "told",
        ("resolved_by", "resolved_at"),
    )
    readonly_fields = (
        "registry",
        "result",
        "amount_shown",
        "ours_shown",
        "difference_shown",
        "payment_shown",
        "booking_shown",
        "told",
    )
    empty_title = _("No rows")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationRow]:
        return super().get_queryset(request).filter(file__status=RegistryStatus.TAKEN)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return (search_rows(queryset, search_term) if search_term else queryset), False

    # --- what can be done

    def has_resolve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.resolve_reconciliationrow", object_id)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row: ReconciliationRow = self.own_or_404(request, object_id)
        fitting = {"resolve"} if row.is_open else set()
        if case_kind(row):
            fitting.add("take_in")
        if row.resolved_at:
            fitting.add("reopen")
        return [
            each
            for each in self._get_base_actions_detail()
            if each.action_name.removeprefix("finance_reconciliationrow_") in fitting
            and self.has_resolve_permission(request)
        ]

    @action(
        description=_("Explain"),
        url_path="resolve",
        permissions=["resolve"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Explain this row"),
            "description": _(
                "It no longer waits; nothing is posted and no money moves. It can be opened again."
            ),
            "form_class": ResolveDialog,
            "form_submit_text": _("Explain"),
        },
    )
    def resolve(self, request: HttpRequest, form: ResolveDialog, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(resolve_row, row_id=row.pk, note=form.cleaned_data["note"])
        return self.do(request, row, work, done=_("The row is explained."))

    @action(
        description=_("Take into the books"),
        url_path="take-in",
        permissions=["resolve"],
        icon="account_balance_wallet",
        dialog={
            "title": _("Take this money into the books?"),
            "description": _(
                "It goes to “unmatched money” and waits for a decision: a booking, back to the "
                "payer, or other income."
            ),
            "form_submit_text": _("Take into the books"),
        },
    )
    def take_in(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(take_row_into_books, row_id=row.pk)
        done = _("The money is in the books and waits for a decision.")
        return self.do(request, row, work, done=done)

    @action(
        description=_("Open again"),
        url_path="reopen",
        permissions=["resolve"],
        icon="undo",
        dialog={
            "title": _("Open this row again?"),
            "description": _("It waits for an explanation again; nothing is posted."),
            "form_class": ReopenDialog,
            "form_submit_text": _("Open again"),
        },
    )
    def reopen(self, request: HttpRequest, form: ReopenDialog, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(reopen_row, row_id=row.pk, reason=form.cleaned_data["reason"])
        return self.do(request, row, work, done=_("The row waits for an explanation again."))

    # --- columns

    @display(description=_("outcome"), ordering="outcome")
    def result(self, row: ReconciliationRow) -> SafeString:
        return state_badge("row", row.outcome, row.get_outcome_display())

    @display(description=_("id there"), ordering="external_id")
    def identity(self, row: ReconciliationRow) -> SafeString:
        booking = row.payment.booking.code if row.payment else row.booking_code
        return two_lines(row.external_id, booking)

    @display(description=_("there"), ordering="amount")
    def amount_shown(self, row: ReconciliationRow) -> Any:
        return money(row.amount_there)

    @display(description=_("here"), ordering="our_amount")
    def ours_shown(self, row: ReconciliationRow) -> Any:
        return money(row.our_amount)

    @display(description=_("difference"))
    def difference_shown(self, row: ReconciliationRow) -> Any:
        return money(row.difference)

    @display(description=_("registry"), ordering="file_id")
    def registry(self, row: ReconciliationRow) -> SafeString:
        return link(change_url(row.file), row.file)

    @display(description=_("payment"))
    def payment_shown(self, row: ReconciliationRow) -> Any:
        return link(change_url(row.payment), row.payment) if row.payment else "–"

    @display(description=_("booking here"))
    def booking_shown(self, row: ReconciliationRow) -> Any:
        return link(change_url(row.payment.booking), row.payment.booking) if row.payment else "–"

    @display(description=_("explanation"))
    def told(self, row: ReconciliationRow) -> str:
        return explanation(row) or "–"
