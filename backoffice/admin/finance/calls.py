"""What Payme asked and was answered, and what it was asked: for whoever has to find out why."""

import json
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import badge, link, page_url
from finance.models import PaymentTransaction, ProviderCall
from finance.providers.payme import protocol as p
from finance.providers.payme.cashbox import TEST
from finance.services.provider_calls import NO_ANSWER
from finance.states import Provider
from partners.queries.search import any_of
from sales.models import Booking

METHODS = (
    "CheckPerformTransaction",
    "CreateTransaction",
    "PerformTransaction",
    "CancelTransaction",
    "CheckTransaction",
    "GetStatement",
    "SetFiscalData",
    "receipts.create",
    "receipts.send",
    "receipts.cancel",
    "receipts.get",
    "payouts.create",
    "payouts.get",
)
WORDS: dict[int, Any] = {
    NO_ANSWER: _("no answer"),
    p.NOT_POST: _("not a POST"),
    p.NOT_JSON: _("not JSON"),
    p.BAD_REQUEST: _("a field is missing or wrong"),
    p.NO_SUCH_METHOD: _("no such method"),
    p.NOT_AUTHORISED: _("wrong key, or from elsewhere"),
    p.SYSTEM_ERROR: _("we could not answer; Payme asks again"),
    p.NO_FISCAL_RECEIPT: _("no payment for this receipt"),
    p.BAD_PARAMS: _("the receipt's data is wrong"),
    p.WRONG_AMOUNT: _("wrong amount"),
    p.NO_SUCH_TRANSACTION: _("no such payment"),
    p.CANNOT_CANCEL: _("the money may not be taken back"),
    p.CANNOT_CONTINUE: _("the payment cannot go on"),
    p.NO_SUCH_ACCOUNT: _("no such booking"),
    p.ALREADY_PAID: _("already paid"),
    p.ACCOUNT_ENDED: _("the booking has ended"),
    p.PAYMENT_UNDER_WAY: _("another payment is under way"),
    p.NOT_YET_PAYABLE: _("not approved yet"),
}

KNOWN = {str(code) for code in WORDS}


def mode_label(request: HttpRequest) -> list[str] | None:
    """Unfold's label beside the name of the site: only where no real money moves."""
    return [gettext("Payme: test"), "warning"] if settings.PAYME_MODE == TEST else None


class MethodFilter(DropdownFilter):
    title = _("method")
    parameter_name = "method"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in METHODS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(method=self.value()) if self.value() else queryset


class OutcomeFilter(DropdownFilter):
    title = _("answer")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        codes = [(str(code), f"{in_words(code)} ({code})") for code in WORDS if code]
        none = (str(NO_ANSWER), WORDS[NO_ANSWER])
        return [("ok", _("a result")), ("error", _("any error")), none, *codes]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                return queryset
            case "ok":
                return queryset.filter(code__isnull=True)
            case code if code in KNOWN:
                return queryset.filter(code=int(code))
        return queryset.filter(code__isnull=False)


@admin.register(ProviderCall)
class ProviderCallAdmin(ReadOnly, BaseAdmin):
    is_great = True
    list_display = ("called", "method", "outcome", "subject", "caller", "milliseconds")
    list_filter = (MethodFilter, OutcomeFilter, ("called_at", RangeDateTimeFilter))
    search_fields = ("method",)
    search_help_text = _("Payme id or booking code")
    ordering = ("-id",)
    fields = (
        ("called", "method"),
        ("outcome", "milliseconds"),
        ("caller", "about"),
        "asked",
        "answered",
    )
    readonly_fields = ("called", "outcome", "caller", "about", "asked", "answered")
    empty_title = _("No calls yet")
    empty_text = _("Calls are kept for ninety days, without keys and card numbers.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProviderCall], search_term: str
    ) -> tuple[QuerySet[ProviderCall], bool]:
        word = search_term.strip()
        if not word:
            return queryset, False
        # Most methods name a payment by Payme's id only.
        paid = PaymentTransaction.objects.filter(booking__code=word.upper())
        ids = [word.lower(), *paid.values_list("payme_invoice_id", flat=True)]
        asked: list[dict[str, Any]] = [{"id": payme_id} for payme_id in ids]
        # People type a code in either case.
        asked += [{"account": {settings.PAYME_ACCOUNT_FIELD: code}} for code in _spellings(word)]
        ways = [Q(request__contains={"params": params}) for params in asked]
        return queryset.filter(pk__in=any_of(ProviderCall, ways)), False

    @display(description=_("called at"), ordering="called_at")
    def called(self, call: ProviderCall) -> str:
        return f"{localtime(call.called_at):%d.%m.%Y %H:%M:%S}"

    @display(description=_("answer"), ordering="code")
    def outcome(self, call: ProviderCall) -> Any:
        if call.code is None:
            return badge("ok", "success")
        return badge(f"{in_words(call.code)} ({call.code})", "danger")

    @display(description=_("caller"), ordering="remote_ip")
    def caller(self, call: ProviderCall) -> Any:
        if call.provider == Provider.PAYOUTS:
            return gettext("Circle asked the payout provider")
        return call.remote_ip or gettext("Circle asked Payme")

    @display(description=_("about"))
    def subject(self, call: ProviderCall) -> str:
        return _reference(call) or _payme_id(call)

    @display(description=_("about"))
    def about(self, call: ProviderCall) -> Any:
        payme_id, reference = _payme_id(call), _reference(call).strip().upper()
        payment = PaymentTransaction.objects.filter(payme_invoice_id=payme_id).first()
        found = Q(code=reference)
        if payme_id:
            found |= Q(payments__payme_invoice_id=payme_id) | Q(invoices__receipt_id=payme_id)
        booking = Booking.objects.filter(found).first()
        links = []
        if payment:
            links.append(link(page_url("finance.paymenttransaction", payment.pk), payme_id))
        if booking:
            links.append(link(page_url("sales.booking", booking.pk), booking.code))
        return format_html(" · ".join("{}" for _each in links), *links) if links else "–"

    @display(description=_("asked"))
    def asked(self, call: ProviderCall) -> SafeString:
        return readable(call.request)

    @display(description=_("answered"))
    def answered(self, call: ProviderCall) -> SafeString:
        return readable(call.answer)


def _spellings(word: str) -> set[str]:
    return {word, word.upper(), word.lower()}


def in_words(code: int) -> str:
    """What an error answer means; a code of Payme's own stays without words."""
    return str(WORDS.get(code, _("error")))


def readable(data: Any) -> SafeString:
    """JSON for people."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return format_html('<pre class="c-code c-json">{}</pre>', text)


def _params(call: ProviderCall) -> dict[str, Any]:
    params = call.request.get("params") if isinstance(call.request, dict) else None
    return params if isinstance(params, dict) else {}


def _payme_id(call: ProviderCall) -> str:
    return str(_params(call).get("id") or "")


def _reference(call: ProviderCall) -> str:
    account = _params(call).get("account")
    field = settings.PAYME_ACCOUNT_FIELD
    return str(account.get(field) or "")[:64] if isinstance(account, dict) else ""
