"""What a partner's page tells, and his links with their QR codes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import COLOURS, list_url, page_url
from backoffice.admin.partners.flag_words import tell_flag
from core.clock import local_date
from finance.models import ReferralPayoutRequest
from partners.links import app_link, bot_link, qr_png, qr_svg
from partners.models import PartnerRate, ReferralPartner, ReferralTouch, User
from partners.states import Door
from sales.models import Booking
from sales.queries.partner_desk import DealState, deal_of, deals_queryset, desk_of
from sales.queries.partner_flags import flags_of
from sales.queries.partner_league import league_queryset

DEALS_A_PAGE = 20
SHOWN = 20
LINKS: dict[str, Callable[[str], str]] = {Door.APP: app_link, Door.BOT: bot_link}
FILES: dict[str, tuple[Callable[[str], bytes], str]] = {
    "svg": (qr_svg, "image/svg+xml"),
    "png": (qr_png, "image/png"),
}
DEAL_COLOURS = {
    DealState.EXPECTED: "plain",
    DealState.PENDING: "warning",
    DealState.AVAILABLE: "success",
    DealState.REVERSED: "danger",
    DealState.NONE: "plain",
}


def tell_partner(
    partner: ReferralPartner, reader: User, at: datetime, *, page: str
) -> dict[str, Any]:
    """The page's context; ``page`` is that of the bookings brought."""
    pages, deals = _deals(partner, page)
    return {
        "partner": partner,
        "person_url": page_url("partners.user", partner.user_id),
        "desk": desk_of(partner, at),
        "figures": league_queryset(ReferralPartner.objects.filter(pk=partner.pk), at=at).get(),
        "flags": [tell_flag(flag) for flag in flags_of([partner.pk]).get(partner.pk, [])],
        "links": [_link(partner, door) for door in Door],
        "rates": _rates(partner, at),
        "deals": deals,
        "pages": pages,
        "deals_url": list_url("sales.booking", referral_partner=partner.pk),
        "touches": _touches(partner),
        "touches_url": list_url("partners.referraltouch", partner=partner.pk),
        "withdrawals": _withdrawals(partner),
        "withdrawals_url": list_url("finance.referralpayoutrequest", user=partner.user_id),
        "bonuses_url": list_url("finance.referralbonus", user=partner.user_id),
        "statement_url": reverse("admin:partners_user_bonus", args=[partner.user_id]),
        "events": events_of(partner, reader),
    }


def qr_file(request: HttpRequest, partner: ReferralPartner, door: str, kind: str) -> HttpResponse:
    """A link's QR code as an image, or with ``?download`` as a file to keep."""
    if door not in LINKS or kind not in FILES:
        raise Http404
    draw, content_type = FILES[kind]
    response = HttpResponse(draw(LINKS[door](partner.code)), content_type=content_type)
    if "download" in request.GET:
        name = f"{partner.code}-{door}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _link(partner: ReferralPartner, door: Door) -> dict[str, Any]:
    def file(kind: str) -> str:
        return reverse("admin:partners_referralpartner_qr", args=[partner.pk, door, kind])

    titles = {Door.APP: _("Into the Mini App"), Door.BOT: _("Into the bot")}
    return {
        "title": titles[door],
        "url": LINKS[door](partner.code),
        "image": file("svg"),
        "files": [(kind.upper(), f"{file(kind)}?download") for kind in FILES],
    }


def _rates(partner: ReferralPartner, at: datetime) -> list[dict[str, Any]]:
    """Newest first; the one of today is marked. Without any his own percent counts."""
    rates = list(PartnerRate.objects.filter(partner=partner).select_related("created_by"))
    today = PartnerRate.objects.filter(partner=partner).in_force(local_date(at)).first()
    return [{"row": rate, "is_now": rate == today} for rate in rates]


def _deals(partner: ReferralPartner, page: str) -> tuple[Page[Booking], list[dict[str, Any]]]:
    rows = deals_queryset(partner).select_related("user", "session__tour", "referral_bonus")
    found = Paginator(rows, DEALS_A_PAGE).get_page(page)
    return found, [_deal(booking) for booking in found.object_list]


def _deal(booking: Booking) -> dict[str, Any]:
    deal = deal_of(booking)
    return {
        "row": booking,
        "deal": deal,
        "url": page_url("sales.booking", booking.pk),
        "colour": DEAL_COLOURS[deal.state],
    }


def _touches(partner: ReferralPartner) -> list[dict[str, Any]]:
    rows = ReferralTouch.objects.filter(partner=partner).select_related("user")[:SHOWN]
    return [{"row": row, "url": page_url("partners.user", row.user_id)} for row in rows]


def _withdrawals(partner: ReferralPartner) -> list[dict[str, Any]]:
    """The payout history log; of the card there are four digits."""
    rows = ReferralPayoutRequest.objects.filter(user=partner.user_id)
    return [
        {
            "row": row,
            "url": page_url("finance.referralpayoutrequest", row.pk),
            "colour": COLOURS["withdrawal"].get(row.status, "plain"),
        }
        for row in rows.defer("card_number").select_related("approved_by")[:SHOWN]
    ]
