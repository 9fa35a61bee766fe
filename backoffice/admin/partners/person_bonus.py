"""A person's bonus on his page: balance, statement, and the form of a grant or a correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib.admin.options import ModelAdmin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from backoffice.admin.act_form import ActPage, act_page, reason_field
from backoffice.admin.display import change_url, money, page_url
from backoffice.admin.once import token_field
from core.actor import Actor
from core.ids import id_of
from core.models.proposal import ProposalStatus
from finance.models import Adjustment
from finance.models.withdrawal import number_of
from finance.queries.balances import bonus_available
from finance.queries.bonus import balance_of
from finance.queries.bonus_statement import Moved, movements_of
from finance.services.adjustments import propose_bonus_grant
from finance.states import AccountKind
from partners.models import ReferralPartner, ReferralTouch, User
from sales.models import Booking

LAST = 10
A_PAGE = 50


class Way:
    GIVE = "give"
    TAKE = "take"


class GrantForm(forms.Form):
    way = forms.ChoiceField(
        label=_("What is done"),
        choices=[(Way.GIVE, _("Give: a gift, an apology")), (Way.TAKE, _("Take: a correction"))],
        widget=UnfoldAdminSelectWidget(),
    )
    amount = forms.DecimalField(
        label=_("Amount, UZS"),
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = reason_field(_("Reason"), _("The person reads it in the statement."))
    token = token_field()


def grant_page(request: HttpRequest, admin: ModelAdmin, person: User) -> HttpResponse:
    """The form; what is proposed waits for another accountant."""
    page = ActPage(
        title=gettext("Bonus of %(person)s: grant or correct") % {"person": person},
        button=gettext("Propose it"),
        done=gettext("It is proposed; another accountant has to approve it."),
        back=change_url(person),
    )
    lead = gettext("Nothing changes until another accountant approves it, on the page “By hand”.")
    facts = [(gettext("Available now"), money(bonus_available(person.pk)))]
    form, work = GrantForm(request.POST or None), partial(_propose, person.pk)
    return act_page(request, admin, form, work, page, lead=lead, facts=facts)


def _propose(
    user_id: int, *, way: str, amount: Decimal, reason: str, by: Actor, at: datetime
) -> Adjustment:
    signed = -amount if way == Way.TAKE else amount
    return propose_bonus_grant(user_id=user_id, amount=signed, reason=reason, by=by, at=at)


def statement_page(request: HttpRequest, admin: ModelAdmin, person: User) -> HttpResponse:
    """Every movement, the newest first; ``before`` is the last one of the page before."""
    before = id_of(request.GET.get("before", ""))
    found = movements_of(person.pk, before=before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Bonus of %(person)s: statement") % {"person": person},
        "opts": admin.opts,
        "person": person,
        "back": change_url(person),
        "balance": balance_of(person.pk),
        "is_first": before is None,
        "older": shown[-1].id if len(found) > A_PAGE else None,
        "lines": tell_movements(shown),
    }
    return TemplateResponse(request, "admin/partners/bonus_statement.html", context)


def tell_bonus(person: User, reader: User) -> dict[str, Any] | None:
    """What the person's page tells of his bonus, to whom bonuses are shown."""
    if not reader.has_perm("finance.view_referralbonus"):
        return None
    movements = movements_of(person.pk, limit=LAST + 1)
    partner = ReferralPartner.objects.filter(user=person).first()
    return {
        "balance": balance_of(person.pk),
        "lines": tell_movements(movements[:LAST]),
        "has_more": len(movements) > LAST,
        "statement_url": reverse("admin:partners_user_bonus", args=[person.pk]),
        "proposed": _proposed(person, reader),
        "partner": partner,
        "partner_url": change_url(partner) if partner else "",
        "touches": _touches(person),
    }


@dataclass(frozen=True, slots=True)
class Line:
    """A movement with where it comes from."""

    moved: Moved
    url: str
    source: str

    @property
    def parts(self) -> tuple[Decimal, Decimal, Decimal]:
        return self.moved.available, self.moved.pending, self.moved.reserved


def tell_movements(movements: Sequence[Moved]) -> list[Line]:
    """Each with the code of its booking or the number of its withdrawal, and the way there."""
    bookings = Booking.objects.filter(pk__in={m.booking_id for m in movements if m.booking_id})
    codes = dict(bookings.values_list("pk", "code"))
    return [_told(moved, codes) for moved in movements]


def _told(moved: Moved, codes: Mapping[int, str]) -> Line:
    if moved.withdrawal_id:
        url = page_url("finance.referralpayoutrequest", moved.withdrawal_id)
        return Line(moved, url, number_of(moved.withdrawal_id))
    if moved.booking_id:
        return Line(moved, page_url("sales.booking", moved.booking_id), codes[moved.booking_id])
    return Line(moved, "", "")


def _proposed(person: User, reader: User) -> list[dict[str, Any]]:
    """Grants and corrections that wait for a second pair of eyes."""
    kind = AccountKind.BONUS_AVAILABLE
    his = Q(debit__user=person, debit__kind=kind) | Q(credit__user=person, credit__kind=kind)
    rows = Adjustment.objects.filter(his, status=ProposalStatus.PROPOSED)
    sees = reader.has_perm("finance.view_adjustment")
    return [
        {
            "row": row,
            "is_taken": row.debit.user_id == person.pk,
            "url": change_url(row) if sees else "",
        }
        for row in rows.select_related("debit", "credit", "created_by")
    ]


def _touches(person: User) -> list[dict[str, Any]]:
    rows = ReferralTouch.objects.filter(user=person).select_related("partner__user")
    return [{"row": row, "url": change_url(row.partner)} for row in rows]
