"""Bookings: from the quote to the comment."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router

from api.auth import actor, caller, works_for_agency
from api.once import once
from api.pages import Page, PageOf, PageQuery, make_cursor, newest_first, read_cursor
from api.schemas.base import PROBLEMS
from api.schemas.sales import (
    BookingOut,
    BookingPage,
    BookingQuery,
    CancelIn,
    CancelPreviewOut,
    CheckoutOut,
    CommentIn,
    CommentOut,
    CommentPage,
    PendingPage,
    QuoteOut,
    ReasonIn,
    WishIn,
)
from api.show.sales import (
    PREFETCHED,
    RELATED,
    show_booking,
    show_comment,
    show_pending,
    show_price,
)
from core.clock import now
from core.money import ZERO
from core.refusals import NotFound
from finance.providers.payme.cashbox import checkout_link
from sales.models import Booking, BookingComment
from sales.papers.voucher import file_name, voucher_pdf
from sales.queries.cancellation import preview_cancellation
from sales.queries.offer import Bonus, Wish, quote
from sales.queries.pending import EPOCH, pending_after, pending_for
from sales.services.approve import approve_booking
from sales.services.cancel import cancel_booking
from sales.services.checkout import start_checkout
from sales.services.comment import add_comment
from sales.services.reject import reject_booking
from sales.services.request import Traveller, request_booking

bookings = Router(tags=["bookings"])

VOUCHER = {
    "responses": {
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
    }
}


@bookings.post("/quote/", response={200: QuoteOut, **PROBLEMS})
def quote_booking(request: HttpRequest, body: WishIn) -> QuoteOut:
    """The price without booking: the same figures the booking would have."""
    offer = quote(_wish(body), user_id=caller(request).pk, at=now())
    return QuoteOut(
        session=body.session,
        seats=body.seats,
        available_seats=offer.available_seats,
        price=show_price(offer.price),
    )


@bookings.post("/", response={201: BookingOut, **PROBLEMS})
@once(201)
def book(request: HttpRequest, body: WishIn) -> BookingOut:
    """Ask for seats. The price is frozen; the agency has an hour to answer."""
    booking = request_booking(
        wish=_wish(body),
        travellers=[Traveller(t.first_name, t.last_name, t.kind) for t in body.travellers],
        referral_code=body.referral_code or "",
        comment=body.comment,
        by=actor(request),
        at=now(),
    )
    return _show(request, booking.pk)


@bookings.get("/my/", response={200: BookingPage, **PROBLEMS})
def my_bookings(request: HttpRequest, query: Query[BookingQuery]) -> PageOf[BookingOut]:
    """The caller's own bookings, newest first."""
    rows = _rows().filter(user_id=caller(request).pk)
    if query.status:
        rows = rows.filter(status=query.status)
    by, at = actor(request), now()
    page = PageQuery(cursor=query.cursor, page_size=query.page_size)
    return newest_first(rows, page, lambda row: show_booking(row, by=by, at=at))


@bookings.get("/pending/", response={200: PendingPage, **PROBLEMS})
def pending(request: HttpRequest, page: Page) -> dict[str, object]:
    """The agency's requests, soonest to lapse first."""
    by, at = actor(request), now()
    rows = pending_for(works_for_agency(request), at)
    if page.cursor:
        rows = pending_after(rows, *read_cursor(page.cursor, _read_micros, int))
    rows = rows.select_related(*RELATED, "user").prefetch_related(*PREFETCHED)
    found = list(rows[: page.page_size + 1])
    shown = found[: page.page_size]
    last = shown[-1] if len(found) > len(shown) else None
    return {
        "results": [show_pending(row, by=by, at=at) for row in shown],
        "next": make_cursor(_micros(last), last.pk) if last else None,
    }


@bookings.get("/{booking_id}/", response={200: BookingOut, **PROBLEMS})
def booking_detail(request: HttpRequest, booking_id: int) -> BookingOut:
    """One booking of the caller or of the caller's agency."""
    return _show(request, booking_id)


@bookings.post("/{booking_id}/approve/", response={200: BookingOut, **PROBLEMS})
@once()
def approve(request: HttpRequest, booking_id: int) -> BookingOut:
    """Approve a request: its seats are taken, the traveller has an hour to pay."""
    approve_booking(booking_id=booking_id, by=actor(request), at=now())
    return _show(request, booking_id)


@bookings.post("/{booking_id}/reject/", response={200: BookingOut, **PROBLEMS})
@once()
def reject(request: HttpRequest, booking_id: int, body: ReasonIn) -> BookingOut:
    """Reject a request; the traveller reads the reason."""
    reject_booking(booking_id=booking_id, reason=body.reason, by=actor(request), at=now())
    return _show(request, booking_id)


@bookings.get("/{booking_id}/cancel/preview/", response={200: CancelPreviewOut, **PROBLEMS})
def cancel_preview(request: HttpRequest, booking_id: int) -> CancelPreviewOut:
    """Who would get and lose what if the caller cancelled now."""
    preview = preview_cancellation(_own(request, booking_id), by=actor(request), at=now())
    return CancelPreviewOut(
        paid=preview.paid,
        refund_percent=preview.percent,
        refund=preview.refund,
        kept=preview.kept,
        days_before=preview.days_before,
    )


@bookings.post("/{booking_id}/cancel/", response={200: BookingOut, **PROBLEMS})
@once()
def cancel(request: HttpRequest, booking_id: int, body: CancelIn | None = None) -> BookingOut:
    """Cancel: free before payment, by the policy after it."""
    reason = body.reason if body else ""
    cancel_booking(booking_id=booking_id, reason=reason, by=actor(request), at=now())
    return _show(request, booking_id)


@bookings.post("/{booking_id}/pay/", response={200: CheckoutOut, **PROBLEMS})
@once()
def pay(request: HttpRequest, booking_id: int) -> CheckoutOut:
    """Where to pay: Payme's checkout page for this booking."""
    checkout = start_checkout(booking_id=booking_id, by=actor(request), at=now())
    return CheckoutOut(
        checkout_url=checkout_link(
            reference=checkout.reference,
            amount=checkout.amount,
            language=(get_language() or "ru")[:2],
        ),
        amount=checkout.amount,
        expires_at=checkout.expires_at,
    )


@bookings.get("/{booking_id}/voucher/", response={200: None, **PROBLEMS}, openapi_extra=VOUCHER)
def voucher(request: HttpRequest, booking_id: int) -> HttpResponse:
    """The voucher of a paid booking as PDF, in the traveller's language."""
    booking = _own(request, booking_id)
    return HttpResponse(
        voucher_pdf(booking.pk, at=now()),
        content_type="application/pdf",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'inline; filename="{file_name(booking.code)}"',
        },
    )


@bookings.get("/{booking_id}/comments/", response={200: CommentPage, **PROBLEMS})
def comments(request: HttpRequest, booking_id: int, page: Page) -> PageOf[CommentOut]:
    """What was said about a booking, newest first; internal words only to the agency's side."""
    booking, me = _own(request, booking_id), caller(request)
    rows = BookingComment.objects.for_user(me).filter(booking=booking).select_related("author")
    return newest_first(rows, page, lambda row: show_comment(row, me.pk))


@bookings.post("/{booking_id}/comments/", response={201: CommentOut, **PROBLEMS})
@once(201)
def comment(request: HttpRequest, booking_id: int, body: CommentIn) -> CommentOut:
    """Say something about a booking."""
    row = add_comment(
        booking_id=booking_id,
        text=body.text,
        is_internal=body.is_internal,
        by=actor(request),
        at=now(),
    )
    return show_comment(row, caller(request).pk)


def _wish(body: WishIn) -> Wish:
    return Wish(
        session_id=body.session,
        seats=body.seats,
        transport=body.transport,
        promo_code=body.promo_code or "",
        bonus=_bonus(body.use_bonus),
        kinds=tuple(traveller.kind for traveller in body.travellers),
    )


def _bonus(wanted: bool | Decimal) -> Bonus:
    if isinstance(wanted, bool):
        return "all" if wanted else ZERO
    return wanted


def _rows() -> QuerySet[Booking]:
    return Booking.objects.select_related(*RELATED).prefetch_related(*PREFETCHED)


def _own(request: HttpRequest, booking_id: int) -> Booking:
    booking = _rows().for_user(caller(request)).filter(pk=booking_id).first()  # type: ignore[attr-defined]
    if booking is None:
        raise NotFound
    return booking  # type: ignore[no-any-return]


def _show(request: HttpRequest, booking_id: int) -> BookingOut:
    return show_booking(_own(request, booking_id), by=actor(request), at=now())


def _micros(booking: Booking) -> int:
    return (booking.expires_at - EPOCH) // timedelta(microseconds=1)  # type: ignore[operator]


def _read_micros(text: str) -> int:
    micros = int(text)
    EPOCH + timedelta(microseconds=micros)  # raises OverflowError beyond the calendar
    return micros
