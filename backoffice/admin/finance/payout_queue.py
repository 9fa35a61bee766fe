"""The queue: which agency gets what today and why, and what waits for the next pair of hands."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from constance import config
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from backoffice.admin.base import actor, staff
from backoffice.admin.display import change_url, list_url, page_url
from backoffice.admin.refusals import go, sentence_of, tell
from core.clock import local_date, now
from core.ids import ids_of
from core.money import ZERO
from core.refusals import Refusal
from finance.models import Payout
from finance.queries.payouts import Obstacle, Standing, payout_queue
from finance.services.payouts import approve_payout, create_payout, refusals_of
from finance.services.registers import make_register
from finance.states import PayoutSource, PayoutStatus
from partners.models import User


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing is made for an agency, or what to mind; ``url`` is where to see to it."""

    text: str
    colour: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    standing: Standing
    reasons: list[Reason]

    @property
    def agency_url(self) -> str:
        return page_url("partners.travelagency", self.standing.agency.pk)

    @property
    def statement_url(self) -> str:
        return statement_url(self.standing.agency.pk)

    @property
    def last_url(self) -> str:
        return change_url(self.standing.last_payout) if self.standing.last_payout else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went with one: ``url`` is what came of it."""

    name: str
    said: str
    is_done: bool
    url: str = ""


def queue_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """The page, and what its three forms do: make payouts, approve them, make a register."""
    if request.method == "POST":
        return WAYS.get(request.POST.get("way", ""), _nothing)(request, admin)
    return _show(request, admin)


def statement_url(agency_id: int) -> str:
    return reverse("admin:partners_travelagency_statement", args=[agency_id])


def reasons_of(standing: Standing, reader: User) -> list[Reason]:
    """Why not, in the act's own words, and what to mind."""
    reasons = [
        _reason(obstacle, refusal, standing, reader)
        for obstacle, refusal in zip(standing.obstacles, refusals_of(standing), strict=True)
    ]
    if standing.details_proposed:
        text = gettext("New payment details wait for a decision; until then nothing is approved.")
        url = list_url("partners.paymentdetailschange", status__exact="proposed")
        decides = reader.has_perm("partners.decide_paymentdetailschange")
        link = gettext("Decide") if decides else gettext("See it")
        reasons.append(Reason(text, "warning", url, link))
    if standing.refunds_open:
        text = gettext("Refunds of this agency's bookings are on their way.")
        url = list_url("finance.refund", payment__agency__id__exact=standing.agency.pk)
        reasons.append(Reason(text, "warning", url, gettext("See them")))
    return reasons


def _reason(obstacle: Obstacle, refusal: Refusal, standing: Standing, reader: User) -> Reason:
    url = link = ""
    if obstacle == Obstacle.OPEN and standing.open_payout:
        url, link = change_url(standing.open_payout), gettext("Open it")
    elif obstacle == Obstacle.BLOCKED:
        url, link = page_url("partners.travelagency", standing.agency.pk), gettext("The agency")
    elif obstacle == Obstacle.DETAILS and reader.has_perm("partners.add_paymentdetailschange"):
        page = reverse("admin:partners_paymentdetailschange_add")
        url, link = f"{page}?agency={standing.agency.pk}", gettext("Fill them in")
    quiet = obstacle in (Obstacle.BELOW, Obstacle.OPEN)
    return Reason(refusal.detail, "" if quiet else "danger", url, link)


def _show(
    request: HttpRequest,
    admin: ModelAdmin,
    *,
    outcomes: list[Outcome] | None = None,
) -> HttpResponse:
    at, reader = now(), staff(request)
    rows = [Row(found, reasons_of(found, reader)) for found in payout_queue(at)]
    open_payouts = Payout.objects.select_related("agency", "created_by", "approved_by")
    created = list(open_payouts.filter(status=PayoutStatus.CREATED).order_by("pk"))
    approved = list(open_payouts.filter(status=PayoutStatus.APPROVED).order_by("pk"))
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Payouts to agencies"),
        "opts": admin.opts,
        "outcomes": outcomes,
        "rows": rows,
        "payable": [row for row in rows if row.standing.is_payable],
        "others": [row for row in rows if not row.standing.is_payable],
        "created": [
            (payout, change_url(payout), payout.created_by_id == reader.pk) for payout in created
        ],
        "approvable": [p for p in created if p.created_by_id != reader.pk],
        "approved": [(payout, change_url(payout)) for payout in approved],
        "approved_sum": sum((payout.amount for payout in approved), ZERO),
        "today": local_date(at),
        "minimum": Decimal(config.MINIMUM_PAYOUT),
    }
    return TemplateResponse(request, "admin/finance/payout_queue.html", context)


# --- what is done with several


def _create(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    names = {row.agency.pk: row for row in payout_queue(now())}
    outcomes = []
    for agency_id in _chosen(request):
        standing = names.get(agency_id)
        if standing is None:
            continue
        source = PayoutSource.CYCLE if standing.is_due else PayoutSource.STAFF
        act = partial(create_payout, agency_id=agency_id, source=source)
        outcomes.append(_try(request, standing.agency.name, act, gettext("Made.")))
    return _told(request, admin, outcomes)


def _approve(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    rows = Payout.objects.select_related("agency").in_bulk(_chosen(request))
    outcomes = [
        _try(request, str(row), partial(approve_payout, payout_id=pk), gettext("Approved."))
        for pk, row in sorted(rows.items())
    ]
    return _told(request, admin, outcomes)


def _register(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    try:
        register = make_register(payout_ids=_chosen(request), by=actor(request), at=now())
    except Refusal as refusal:
        tell(request, refusal)
        return HttpResponseRedirect(request.path)
    messages.success(request, gettext("Register %(number)s is made.") % {"number": register})
    return go(request, change_url(register))


def _nothing(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    return HttpResponseRedirect(request.path)


WAYS: dict[str, Callable[[HttpRequest, ModelAdmin], HttpResponse]] = {
    "create": _create,
    "approve": _approve,
    "register": _register,
}


def _chosen(request: HttpRequest) -> list[int]:
    return ids_of(request.POST.getlist("chosen"))


def _try(request: HttpRequest, name: str, act: Callable[..., Any], done: str) -> Outcome:
    try:
        payout = act(by=actor(request), at=now())
    except Refusal as refusal:
        return Outcome(name, sentence_of(refusal), is_done=False)
    return Outcome(name, done, is_done=True, url=change_url(payout))


def _told(request: HttpRequest, admin: ModelAdmin, outcomes: list[Outcome]) -> HttpResponse:
    if not outcomes:
        messages.warning(request, gettext("Choose at least one."))
        return HttpResponseRedirect(request.path)
    return _show(request, admin, outcomes=outcomes)
