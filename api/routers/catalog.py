"""The catalogue."""

import json
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.decorators import decorate_view

from api.auth import caller, works_for_agency
from api.conditional import conditional
from api.once import JSON
from api.pages import Page, PageOf, make_cursor, newest_first, read_cursor
from api.schemas.base import PROBLEMS
from api.schemas.catalog import (
    CategoryOut,
    PromoCheckIn,
    PromoCheckOut,
    PromoCodeOut,
    PromoCodePage,
    PromotionOut,
    SessionPage,
    SessionQuery,
    TourOut,
    TourPage,
    TourQuery,
)
from api.show.catalog import (
    show_category,
    show_promo_code,
    show_promotion,
    show_session,
    show_tour,
)
from catalog.models import PromoCode, Tour, TourCategory
from catalog.queries.catalogue import ORDERS, Filters, catalogue_page
from catalog.queries.discounts import promotions_on_sale
from catalog.queries.search_parameters import ANY_PARAMETERS, Parameters, ask_for
from catalog.queries.sessions import narrow, sessions_on_sale
from core.clock import now
from core.refusals import Invalid, NotFound
from notifications.queries.chats import sessions_joined
from sales.queries.discount_use import used_of, with_uses
from sales.queries.offer import Wish, quote

tours = Router(tags=["tours"])


@tours.get("/categories/", response={200: list[CategoryOut], **PROBLEMS})
@decorate_view(conditional)
def categories(request: HttpRequest) -> list[CategoryOut]:
    """Types of tours and the JSON Schema of their parameters."""
    return [show_category(category) for category in TourCategory.objects.all()]


@tours.get("/list/", response={200: TourPage, **PROBLEMS})
@decorate_view(conditional)
def tour_list(request: HttpRequest, query: Query[TourQuery]) -> HttpResponse:
    """Published tours of active agencies with their three next sessions."""
    kind = {"date": _sort_date, "numeric": _sort_number}[ORDERS[query.ordering].type]
    after = tuple(read_cursor(query.cursor, kind, int)) if query.cursor else None
    filters = Filters(
        category=query.category,
        agency=query.agency,
        date_from=query.date_from,
        date_to=query.date_to,
        price_min=query.price_min,
        price_max=query.price_max,
        seats=query.seats,
        search=query.search,
        parameters=_parameters(query),
    )
    objects, following = catalogue_page(
        filters,
        ordering=query.ordering,
        after=after,  # type: ignore[arg-type]
        size=query.page_size,
        language=(get_language() or "ru")[:2],
        at=now(),
    )
    cursor = f'"{make_cursor(*following)}"' if following else "null"
    # Already JSON: PostgreSQL built it, and nothing is gained by reading it here.
    return HttpResponse(f'{{"results":[{",".join(objects)}],"next":{cursor}}}', content_type=JSON)


def _parameters(query: TourQuery) -> Parameters:
    if not query.parameters:
        return ANY_PARAMETERS
    category = TourCategory.objects.filter(slug=query.category).first()
    if category is None:
        raise Invalid(_("Name the category whose parameters these are."), field="category")
    return ask_for(_json_object(query.parameters), category.parameters_schema)


def _json_object(text: str) -> dict[str, Any]:
    """Refuses with Invalid; also what PostgreSQL cannot hold as JSON."""
    try:
        found = json.loads(text)
        kept = json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or b"\\u0000" in kept:
        raise Invalid(_("Must be a JSON object of parameters."), field="parameters")
    return found


def _sort_date(text: str) -> str:
    return text if text == "infinity" else str(date.fromisoformat(text))


def _sort_number(text: str) -> str:
    if text in ("Infinity", "-Infinity"):
        return text
    return f"{float(text):.2f}"


@tours.get("/detail/{tour_id}/", response={200: TourOut, **PROBLEMS})
@decorate_view(conditional)
def tour_detail(request: HttpRequest, tour_id: int) -> TourOut:
    """Everything a card shows."""
    rows = Tour.objects.on_sale().select_related("agency", "category")
    tour = rows.prefetch_related("gallery__media").filter(pk=tour_id).first()
    if tour is None:
        raise NotFound
    sessions = sessions_on_sale(now()).filter(tour=tour).order_by("date_start", "id")
    return show_tour(tour, list(sessions[:100]))


@tours.get("/sessions/", response={200: SessionPage, **PROBLEMS})
@decorate_view(conditional)
def session_list(request: HttpRequest, query: Query[SessionQuery]) -> dict[str, object]:
    """Open sessions by date."""
    rows = narrow(
        sessions_on_sale(now()),
        tour_id=query.tour,
        date_from=query.date_from,
        date_to=query.date_to,
        only_available=query.available,
    )
    if query.cursor:
        day, pk = read_cursor(query.cursor, date.fromisoformat, int)
        rows = rows.filter(Q(date_start__gt=day) | Q(date_start=day, pk__gt=pk))
    found = list(rows.order_by("date_start", "pk")[: query.page_size + 1])
    page = found[: query.page_size]
    joined = sessions_joined(caller(request).pk, [session.pk for session in page])
    more = len(found) > len(page)
    return {
        "results": [show_session(session, joined) for session in page],
        "next": make_cursor(page[-1].date_start, page[-1].pk) if more else None,
    }


@tours.get("/promotions/", response={200: list[PromotionOut], **PROBLEMS})
@decorate_view(conditional)
def promotions(
    request: HttpRequest,
    tour: int | None = Query(None, ge=1, lt=2**63),
    session: int | None = Query(None, ge=1, lt=2**63),
) -> list[PromotionOut]:
    """Running promotions of what is on sale, at most 100."""
    rows = promotions_on_sale(now(), tour_id=tour, session_id=session)
    return [show_promotion(row) for row in rows[:100]]


@tours.get("/promo-codes/", response={200: PromoCodePage, **PROBLEMS})
def promo_codes(request: HttpRequest, page: Page) -> PageOf[PromoCodeOut]:
    """The agency's promo codes with their use."""
    user = works_for_agency(request)
    rows = with_uses(PromoCode.objects.for_user(user), now())
    return newest_first(rows, page, lambda row: show_promo_code(row, used_of(row)))


@tours.post("/promo-codes/check/", response={200: PromoCheckOut, **PROBLEMS})
def check_promo_code(request: HttpRequest, body: PromoCheckIn) -> PromoCheckOut:
    """The discount a promo code would give, or why it would not."""
    wish = Wish(session_id=body.session, seats=body.seats, promo_code=body.code)
    offer = quote(wish, user_id=caller(request).pk, at=now())
    code = offer.promo.code if offer.promo else body.code
    return PromoCheckOut(
        code=code, promo_discount=offer.price.promo_discount, final=offer.price.final
    )
