"""Postings by hand: what no act knows, under four eyes."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.admin.base import actor
from backoffice.admin.display import change_url, link, money, two_lines
from backoffice.admin.proposals import Proposals
from core.clock import local_date, now
from core.money import som
from finance.models import Account, Adjustment
from finance.services.adjustments import Place, decide_adjustment, propose_adjustment
from finance.states import (
    ADJUSTABLE_ACCOUNTS,
    AGENCY_ACCOUNTS,
    PLATFORM_ACCOUNTS,
    USER_ACCOUNTS,
    AccountKind,
)
from partners.models import TravelAgency, User

SIDES = ("debit", "credit")
OWNED = {"agency": AccountKind.AGENCY_AVAILABLE.value, "user": AccountKind.BONUS_AVAILABLE.value}
# What comes every month: account to debit, account to credit, the reason's first words.
PRESETS: dict[str, tuple[Any, str, str, Any]] = {
    "settled": (
        _("Payme settled to the bank"),
        AccountKind.BANK,
        AccountKind.PAYME,
        _("Payme's settlement, order No. "),
    ),
    "fee": (
        _("Payme's fee"),
        AccountKind.PROVIDER_FEE,
        AccountKind.PAYME,
        _("Payme's fee for "),
    ),
}


class AdjustmentForm(forms.ModelForm):
    """An account is its kind and, for an agency's or a person's, its owner."""

    class Meta:
        model = Adjustment
        fields = ("amount", "day", "booking", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in SIDES:
            self.fields[f"{side}_kind"].label = _LABELS[side]
        self.fields["reason"].help_text = _("Where it moves somebody's bonus he reads this, too.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for side in SIDES:
            kind = data.get(f"{side}_kind")
            if kind in AGENCY_ACCOUNTS and not data.get(f"{side}_agency"):
                self.add_error(f"{side}_agency", gettext("Choose the agency."))
            if kind in USER_ACCOUNTS and not data.get(f"{side}_user"):
                self.add_error(f"{side}_user", gettext("Choose the person."))
        return data

    def place(self, side: str) -> Place:
        """The account of one side; an owner its kind has no use for is left out."""
        data = self.cleaned_data
        kind = data[f"{side}_kind"]
        agency, user = data.get(f"{side}_agency"), data.get(f"{side}_user")
        return Place(
            kind,
            agency_id=agency.pk if agency and kind in AGENCY_ACCOUNTS else None,
            user_id=user.pk if user and kind in USER_ACCOUNTS else None,
        )


_LABELS = {"debit": _("Debit: where it goes to"), "credit": _("Credit: where it comes from")}


def _owner(model: Any, name: str, label: Any) -> forms.ModelChoiceField:
    widget = AutocompleteSelect(
        Account._meta.get_field(name), admin.site, attrs={"class": "unfold-admin-autocomplete"}
    )
    return forms.ModelChoiceField(model.objects.all(), label=label, required=False, widget=widget)


def _form() -> type[AdjustmentForm]:
    """The form with both sides' fields."""
    fields: dict[str, Any] = {}
    choices = [("", "–"), *((kind.value, kind.label) for kind in ADJUSTABLE_ACCOUNTS)]
    for side in SIDES:
        fields[f"{side}_kind"] = forms.ChoiceField(
            choices=choices, widget=UnfoldAdminSelectWidget()
        )
        fields[f"{side}_agency"] = _owner(TravelAgency, "agency", _("Of the agency"))
        fields[f"{side}_user"] = _owner(User, "user", _("Of the person"))
    return type("ProposalForm", (AdjustmentForm,), fields)


@admin.register(Adjustment)
class AdjustmentAdmin(Proposals):
    event_name = "adjustment"
    list_display = ("number", "sides", "amount_shown", "day", "state", "reason", "created_by")
    list_filter = (("status", ChoicesDropdownFilter), ("day", RangeDateFilter))
    list_select_related = (
        "debit__agency",
        "debit__user",
        "credit__agency",
        "credit__user",
        "created_by",
    )
    search_fields = ("reason", "booking__code")
    search_help_text = _("Reason or booking code")
    autocomplete_fields = ("booking",)
    # Only accounts of agencies and of people have an owner.
    conditional_fields = {
        f"{side}_{owner}": f"{side}_kind == '{kind}'"
        for side in SIDES
        for owner, kind in OWNED.items()
    }
    change_form_before_template = "admin/finance/adjustment_presets.html"
    empty_title = _("Nothing has been posted by hand")
    empty_text = _("Payme's settlements and fees, corrections and write-offs are proposed here.")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = _form()
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return ((None, {"fields": ("amount",)}),)
        owners = {side: (f"{side}_agency", f"{side}_user") for side in SIDES}
        return (
            (
                None,
                {"fields": ("debit_kind", owners["debit"], "credit_kind", owners["credit"])},
            ),
            (_("What for"), {"fields": (("amount", "day"), "booking", "reason")}),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = {"day": local_date(now())}
        if preset := PRESETS.get(request.GET.get("preset", "")):
            _title, debit, credit, reason = preset
            initial |= {"debit_kind": debit, "credit_kind": credit, "reason": str(reason)}
        return initial

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        url = reverse("admin:finance_adjustment_add")
        presets = [(title, f"{url}?preset={name}") for name, (title, *_rest) in PRESETS.items()]
        return super().add_view(request, form_url, {"presets": presets, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        data = form.cleaned_data
        made = propose_adjustment(
            debit=form.place("debit"),
            credit=form.place("credit"),
            amount=data["amount"],
            day=data["day"],
            reason=data["reason"],
            booking_id=data["booking"].pk if data["booking"] else None,
            by=actor(request),
            at=now(),
        )
        obj.pk, obj._state.adding = made.pk, False

    def decide(self, pk: int) -> Callable[..., Any]:
        return partial(decide_adjustment, adjustment_id=pk)

    def facts(self, proposal: Adjustment) -> list[tuple[Any, Any]]:
        booking, journal = proposal.booking, proposal.journal
        return [
            (_("Whose bonus"), _whose_bonus(proposal)),
            (_("Amount"), money(proposal.amount)),
            (_("Debit"), self._account(proposal.debit, proposal.amount, is_debit=True)),
            (_("Credit"), self._account(proposal.credit, proposal.amount, is_debit=False)),
            (_("Day"), f"{proposal.day:%d.%m.%Y}"),
            (_("Booking"), link(change_url(booking), booking) if booking else ""),
            (_("Journal"), link(change_url(journal), journal) if journal else ""),
        ]

    def _account(self, account: Account, amount: Decimal, *, is_debit: bool) -> SafeString:
        """The account, and which way its balance goes."""
        grows = account.is_debit_normal == is_debit
        said = gettext("grows by %(amount)s") if grows else gettext("falls by %(amount)s")
        return two_lines(link(change_url(account), account), said % {"amount": som(amount)})

    # --- columns

    @display(description="№", ordering="id")
    def number(self, adjustment: Adjustment) -> str:
        return str(adjustment.pk)

    @display(description=_("from and to"))
    def sides(self, adjustment: Adjustment) -> SafeString:
        """As money is read: out of one, into the other. What an agency or a person is credited
        with comes to it; between two accounts of our own a debit is what grows."""
        start, end = adjustment.debit, adjustment.credit
        if {start.kind, end.kind} <= set(PLATFORM_ACCOUNTS):
            start, end = end, start
        return two_lines(f"{start} →", end)

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, adjustment: Adjustment) -> Any:
        return money(adjustment.amount)


def _whose_bonus(adjustment: Adjustment) -> SafeString | str:
    """The people whose bonus it moves, and what they have now."""
    people = {
        account.user: account.balance
        for account in (adjustment.debit, adjustment.credit)
        if account.kind == AccountKind.BONUS_AVAILABLE
    }
    told = (
        (two_lines(link(change_url(user), user), _available(balance)),)
        for user, balance in people.items()
        if user is not None
    )
    return format_html_join("", "{}", told)


def _available(balance: Decimal) -> str:
    return gettext("available now: %(amount)s") % {"amount": som(balance)}
