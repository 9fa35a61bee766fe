"""The books: accounts, journals and their lines. Read only, as the database itself insists."""

from typing import Any

from django.contrib import admin
from django.db.models import (
    Case,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly, ScopedTabular
from backoffice.admin.display import link, list_url, money
from backoffice.admin.filters import LocalTimeFilter
from backoffice.admin.finding import FindsByIndex, of_booking
from core.money import ZERO
from finance.models import Account, AccountingTransaction, LedgerEntry
from finance.states import PLATFORM_ACCOUNTS
from partners.queries.search import FEWEST_LETTERS

# The platform's own accounts are summed, not kept; all here as credit less debit.
_LINES = LedgerEntry.objects.filter(account=OuterRef("pk")).order_by().values("account")
BALANCE = Case(
    When(
        kind__in=PLATFORM_ACCOUNTS,
        then=Coalesce(
            Subquery(_LINES.annotate(total=Sum("credit") - Sum("debit")).values("total")),
            Value(ZERO),
            output_field=DecimalField(),
        ),
    ),
    default=F("balance"),
    output_field=DecimalField(),
)


def _is_asset(account: Account) -> bool:
    return account.kind in PLATFORM_ACCOUNTS and account.is_debit_normal


class BelowZeroFilter(DropdownFilter):
    """Agencies and people who owe the platform."""

    title = _("balance")
    parameter_name = "balance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("negative", _("below zero"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> QuerySet[Account]:
        return queryset.filter(balance__lt=0) if self.value() == "negative" else queryset


@admin.register(Account)
class AccountAdmin(ReadOnly, BaseAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = ("kind", "owner", "balance_shown", "lines")
    list_filter = (("kind", ChoicesDropdownFilter), BelowZeroFilter)
    list_select_related = ("agency", "user")
    search_fields = ("agency__name", "user__first_name", "user__last_name")
    ordering = ("kind", "id")
    fields = ("kind", "owner", "balance_shown", "lines")
    readonly_fields = ("owner", "balance_shown", "lines")
    empty_title = _("No accounts yet")

    @display(description=_("owner"))
    def owner(self, account: Account) -> Any:
        return account.agency or account.user or _("platform")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).annotate(summed=BALANCE)

    @display(description=_("balance"), ordering="summed")
    def balance_shown(self, account: Any) -> Any:
        return money(-account.summed if _is_asset(account) else account.summed)

    @display(description=_("lines"))
    def lines(self, account: Account) -> SafeString:
        return link(list_url("finance.ledgerentry", account__id__exact=account.pk), _("Lines"))


class Sides:
    """The two columns of a ledger line."""

    @display(description=_("debit"))
    def debit_shown(self, entry: LedgerEntry) -> Any:
        return money(entry.debit) if entry.debit else "–"

    @display(description=_("credit"))
    def credit_shown(self, entry: LedgerEntry) -> Any:
        return money(entry.credit) if entry.credit else "–"


class EntryInline(Sides, ReadOnly, ScopedTabular):
    """Of a journal's lines an agency sees those of its own accounts."""

    model = LedgerEntry
    agency_path = "account__agency_id"
    fields = ("account", "debit_shown", "credit_shown")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        rows = super().get_queryset(request)
        return rows.select_related("account__agency", "account__user")


@admin.register(AccountingTransaction)
class JournalAdmin(FindsByIndex, ReadOnly, BaseAdmin):
    is_great = True
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = ("number", "type", "status", "agency", "booking", "amount", "posted_at")
    list_filter = (
        ("type", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("posted_at", LocalTimeFilter),
    )
    list_select_related = ("agency", "booking")
    search_fields = ("booking__code", "memo")
    search_help_text = _("Booking code or memo")
    ordering = ("-id",)
    inlines = (EntryInline,)
    fields = (
        ("type", "status"),
        ("agency", "booking"),
        ("payout", "reverses"),
        "memo",
        ("created_by", "posted_at"),
    )
    empty_title = _("No journals yet")
    empty_text = _("The first paid booking makes the first one.")

    def ways(self, words: str) -> list[Q]:
        in_memo = ~Q(memo="") & Q(memo__icontains=words)
        return [*of_booking(words), *([in_memo] if len(words) >= FEWEST_LETTERS else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccountingTransaction]:
        return super().get_queryset(request).prefetch_related("entries__account")

    @display(description="№", ordering="id")
    def number(self, journal: AccountingTransaction) -> str:
        return str(journal.pk)

    @display(description=_("amount"))
    def amount(self, journal: AccountingTransaction) -> Any:
        return money(sum((entry.debit for entry in journal.entries.all()), ZERO))


@admin.register(LedgerEntry)
class EntryAdmin(FindsByIndex, Sides, ReadOnly, BaseAdmin):
    is_great = True
    agency_path = "account__agency_id"
    agency_filter = "account__agency"
    list_display = ("transaction", "posted", "account", "debit_shown", "credit_shown")
    linked = ("account",)
    list_filter = (("transaction__posted_at", LocalTimeFilter),)
    list_select_related = ("transaction", "account__agency", "account__user")
    search_fields = ("transaction__booking__code",)
    search_help_text = _("Booking code")
    ordering = ("-id",)
    fields = ("transaction", "account", "debit_shown", "credit_shown")
    readonly_fields = ("debit_shown", "credit_shown")
    empty_title = _("No lines yet")

    def ways(self, words: str) -> list[Q]:
        found = AccountingTransaction.objects.order_by()
        return [Q(transaction__in=found.filter(way).values("pk")) for way in of_booking(words)]

    @display(description=_("posted at"))
    def posted(self, entry: LedgerEntry) -> Any:
        return entry.transaction.posted_at
