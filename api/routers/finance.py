"""Payments, and payouts that agencies ask for."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from api.auth import actor, caller
from api.once import once
from api.pages import Page, PageOf, newest_first
from api.schemas.base import PROBLEMS
from api.schemas.finance import (
    PaymentOut,
    PaymentPage,
    PayoutIn,
    PayoutOut,
    PayoutPage,
    PayoutQuery,
)
from core.clock import now
from core.refusals import Invalid, NotAllowed
from finance.models import PaymentTransaction, Payout
from finance.queries.payments import with_refunded
from finance.services.payouts import create_payout
from finance.states import PayoutSource

payments = Router(tags=["payments"])


class WhichAgency(Invalid):
    message = _("Say for which agency.")
    field = "agency"


@payments.get("/transactions/", response={200: PaymentPage, **PROBLEMS})
def transactions(request: HttpRequest, page: Page) -> PageOf[PaymentOut]:
    """Payments: the caller's own, his agency's, or all for the platform."""
    rows = PaymentTransaction.objects.for_user(caller(request)).select_related("booking")
    return newest_first(with_refunded(rows), page, _show)


def _show(payment: Any) -> PaymentOut:
    return PaymentOut(
        id=payment.pk,
        booking=payment.booking.code,
        agency=payment.agency_id,
        amount=payment.amount,
        refunded=payment.refunded,
        provider=payment.provider,
        state=payment.state,
        created_at=payment.created_at,
        performed_at=payment.performed_at,
        cancelled_at=payment.cancelled_at,
    )


@payments.get("/payout-requests/", response={200: PayoutPage, **PROBLEMS})
def payouts(request: HttpRequest, query: Query[PayoutQuery]) -> PageOf[PayoutOut]:
    """Payouts of the agencies the caller owns, or all for the platform's books."""
    _check_may(request, "view")
    rows = Payout.objects.for_user(caller(request))
    if query.status:
        rows = rows.filter(status=query.status)
    return newest_first(rows, query, _show_payout)


@payments.post("/payout-requests/", response={201: PayoutOut, **PROBLEMS})
@once(201)
def ask_for_payout(request: HttpRequest, body: PayoutIn) -> PayoutOut:
    """Ask for all that is available; the platform approves it and pays it through the bank."""
    _check_may(request, "add")
    payout = create_payout(
        agency_id=_which_agency(request, body),
        source=PayoutSource.STAFF,
        by=actor(request),
        at=now(),
    )
    return _show_payout(payout)


def _check_may(request: HttpRequest, act: str) -> None:
    if not caller(request).has_perm(f"finance.{act}_payout"):
        raise NotAllowed


def _which_agency(request: HttpRequest, body: PayoutIn) -> int:
    """The one named, or the only one that the caller owns."""
    if body.agency is not None:
        return body.agency
    own = caller(request).agency_ids_for("finance.payout", "add")
    if len(own) != 1:
        raise WhichAgency
    (agency_id,) = own
    return agency_id


def _show_payout(payout: Payout) -> PayoutOut:
    return PayoutOut(
        id=payout.pk,
        agency=payout.agency_id,
        amount=payout.amount,
        status=payout.status,
        source=payout.source,  # type: ignore[arg-type]
        period_start=payout.period_start,
        period_end=payout.period_end,
        created_at=payout.created_at,
        approved_at=payout.approved_at,
        paid_at=payout.paid_at,
        note=payout.note,
    )
