"""Referral partners: their record, what they brought and earned, withdrawals to their cards."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from api.auth import actor, caller
from api.once import once
from api.pages import Page, PageOf, newest_first
from api.schemas.base import PROBLEMS
from api.schemas.referrals import (
    BonusOut,
    BonusPage,
    BonusQuery,
    DealOut,
    DealPage,
    OwnPartnerOut,
    PartnerOut,
    PartnerPage,
    PartnerQuery,
    QrQuery,
    WithdrawalIn,
    WithdrawalOut,
    WithdrawalPage,
)
from api.show.referrals import (
    show_bonus,
    show_deal,
    show_own,
    show_partner,
    show_withdrawal,
)
from core.clock import local_date, now
from core.refusals import NotFound
from core.sealed import Secret
from finance.models import ReferralBonus, ReferralPayoutRequest
from finance.services.withdrawals import ask_withdrawal, cancel_withdrawal
from partners.links import app_link, bot_link, qr_png, qr_svg
from partners.models import ReferralPartner
from partners.queries.attribution import with_percent
from partners.services.referral import become_partner
from partners.services.sign_in import check_fresh
from sales.models import Booking
from sales.queries.partner_desk import deals_queryset

referrals = Router(tags=["referrals"])

LINKS = {"app": app_link, "bot": bot_link}
DRAWN = {"png": (qr_png, "image/png"), "svg": (qr_svg, "image/svg+xml")}
QR_SECONDS = 30 * 24 * 60 * 60
PICTURE = {"schema": {"type": "string", "format": "binary"}}
QR_SCHEMA = {
    "responses": {200: {"content": {kind: PICTURE for _draw, kind in DRAWN.values()}}},
}


@referrals.get("/partners/", response={200: OwnPartnerOut | PartnerPage, **PROBLEMS})
def partners(
    request: HttpRequest, query: Query[PartnerQuery]
) -> OwnPartnerOut | PageOf[PartnerOut]:
    """The caller's own partner record; for the platform's staff the page of all partners."""
    if not caller(request).has_perm("partners.view_referralpartner"):
        return show_own(_own(request), now())
    rows = with_percent(_found(query.search), local_date(now())).select_related("user")
    return newest_first(rows, query, show_partner)


def _found(search: str) -> QuerySet[ReferralPartner]:
    names = ("code", "user__first_name", "user__last_name", "user__username")
    said = Q()
    for name in names if search.strip() else ():
        said |= Q((f"{name}__icontains", search.strip()))
    return ReferralPartner.objects.filter(said)


@referrals.post("/partners/", response={201: OwnPartnerOut, **PROBLEMS})
@once(201)
def become(request: HttpRequest) -> OwnPartnerOut:
    """Become a partner; who is one already gets his record as it is."""
    at = now()
    return show_own(become_partner(by=actor(request), at=at), at)


@referrals.get(
    "/partners/qr/",
    url_name="own_qr",
    response={200: None, **PROBLEMS},
    openapi_extra=QR_SCHEMA,
)
def qr(request: HttpRequest, query: Query[QrQuery]) -> HttpResponse:
    """A picture of the caller's own link into the Mini App or the bot."""
    code = _own(request).code
    draw, content_type = DRAWN[query.format]
    return HttpResponse(
        draw(LINKS[query.door](code)),
        content_type=content_type,
        headers={
            "Cache-Control": f"private, max-age={QR_SECONDS}",
            "Content-Disposition": f'inline; filename="{code}-{query.door}.{query.format}"',
            "Vary": "Authorization",
        },
    )


@referrals.get("/bonuses/", response={200: BonusPage, **PROBLEMS})
def bonuses(request: HttpRequest, query: Query[BonusQuery]) -> PageOf[BonusOut]:
    """What the caller's bookings have earned, newest first."""
    rows = ReferralBonus.objects.filter(user_id=caller(request).pk)
    if query.status:
        rows = rows.filter(status=query.status)
    return newest_first(rows.select_related("booking__session__tour"), query, show_bonus)


@referrals.get("/bookings/", response={200: DealPage, **PROBLEMS})
def brought(request: HttpRequest, page: Page) -> PageOf[DealOut]:
    """The bookings that the caller brought, newest first, and what each is to him."""
    partner = _partner(request)
    rows = deals_queryset(partner) if partner else Booking.objects.none()
    return newest_first(rows, page, show_deal)


@referrals.get("/payout-requests/", response={200: WithdrawalPage, **PROBLEMS})
def withdrawals(request: HttpRequest, page: Page) -> PageOf[WithdrawalOut]:
    """The caller's own withdrawals to cards, newest first."""
    rows = ReferralPayoutRequest.objects.filter(user_id=caller(request).pk)
    return newest_first(rows, page, show_withdrawal)


@referrals.post("/payout-requests/", response={201: WithdrawalOut, **PROBLEMS})
@once(201)
def ask(request: HttpRequest, body: WithdrawalIn) -> WithdrawalOut:
    """Ask for bonus to a card; it leaves the balance at once, somebody else approves it."""
    by, at = actor(request), now()
    check_fresh(init_data=body.init_data.get_secret_value(), by=by, at=at)
    withdrawal = ask_withdrawal(
        amount=body.amount,
        card_number=Secret(body.card_number.get_secret_value()),
        by=by,
        at=at,
    )
    return show_withdrawal(withdrawal)


@referrals.post(
    "/payout-requests/{withdrawal_id}/cancel/", response={200: WithdrawalOut, **PROBLEMS}
)
@once()
def cancel(request: HttpRequest, withdrawal_id: int) -> WithdrawalOut:
    """Take a withdrawal back before it is approved; the bonus is the caller's again."""
    by = actor(request)
    return show_withdrawal(cancel_withdrawal(withdrawal_id=withdrawal_id, by=by, at=now()))


def _partner(request: HttpRequest) -> ReferralPartner | None:
    return ReferralPartner.objects.filter(user_id=caller(request).pk).first()


def _own(request: HttpRequest) -> ReferralPartner:
    partner = _partner(request)
    if partner is None:
        raise NotFound
    return partner
