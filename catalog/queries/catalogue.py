"""The catalogue's page: one SQL statement whose JSON PostgreSQL builds.

Written as SQL because it is the platform's hottest read; its shape is held to ``TourPage`` by a
test. A page is tours on sale with their three next open sessions, prices after the best running
promotion, and free seats.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from catalog.queries.discounts import CUTS, DISCOUNTED, JOIN_CUTS
from catalog.queries.search import Search
from catalog.queries.search_parameters import ANY_PARAMETERS, Parameters
from core.pictures import CARD, FULL

LANGUAGES = ("ru", "uz", "en")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page is narrowed to; prices in UZS, of one seat after the promotion."""

    category: str = ""
    agency: int | None = None
    date_from: date | None = None
    date_to: date | None = None
    price_min: int | None = None
    price_max: int | None = None
    seats: int | None = None
    search: str = ""
    parameters: Parameters = ANY_PARAMETERS

    def by_price(self) -> bool:
        return self.price_min is not None or self.price_max is not None

    def narrows_sessions(self) -> bool:
        """Whether a tour needs a fitting session to be listed at all."""
        session = (self.date_from, self.date_to, self.seats)
        return self.by_price() or any(given is not None for given in session)


@dataclass(frozen=True, slots=True)
class Order:
    """How the page is sorted: an SQL key that is never null, and its direction."""

    key: str
    type: str = "numeric"
    descending: bool = False
    by_price: bool = False
    by_rank: bool = False


ORDERS = {
    "next_date": Order("coalesce(n.next_date, 'infinity')", "date"),
    "price": Order("coalesce(n.price_from, 'infinity')", by_price=True),
    "-price": Order("coalesce(n.price_from, '-infinity')", by_price=True, descending=True),
    # The rank, and among equal ranks the next date: one number, as a cursor has one key.
    "relevance": Order(
        "round(n.rank::numeric, 4) * 1e11 - coalesce(n.next_date - date '2000-01-01', 9999999)",
        by_rank=True,
        descending=True,
    ),
}

ON_SALE = "s.status = 'open' AND NOT s.is_private AND s.sales_close_at > %(at)s"

# Only what sorts the page is computed for every tour.
PAGE = """
WITH {found} {cuts},
listed AS (
    SELECT t.id, {rank} AS rank, min(s.date_start) AS next_date, {price_from} AS price_from
    FROM catalog_tour t
    JOIN partners_travelagency a ON a.id = t.agency_id AND a.status = 'active'
    JOIN catalog_tourcategory k ON k.id = t.category_id
    {dates} JOIN catalog_toursession s ON s.tour_id = t.id AND {on_sale} {session_filter}
    {join_alike} {join_cuts_if_needed}
    WHERE t.status = 'published' {tour_filter} {price_filter}
    GROUP BY t.id, k.id
),
page AS (
    SELECT n.id, {key} AS sort_key FROM listed n {after}
    ORDER BY sort_key {direction}, n.id {direction}
    LIMIT %(limit)s
)
SELECT json_build_object(
    'id', t.id,
    'title', {title},
    'category', json_build_object('slug', k.slug, 'title', {category_title}),
    'agency', json_build_object('id', a.id, 'name', a.name),
    'cover', (SELECT %(media_url)s || replace(m.file, %(full)s, %(card)s)
              FROM catalog_tourphoto f JOIN core_media m ON m.id = f.media_id
              WHERE f.tour_id = t.id ORDER BY f.position, f.id LIMIT 1),
    'price_from', n.price_from::text,
    'currency', 'UZS',
    'next_sessions', coalesce(n.sessions, '[]'::json)
)::text, p.sort_key::text, p.id
FROM page p
JOIN catalog_tour t ON t.id = p.id
JOIN catalog_tourcategory k ON k.id = t.category_id
JOIN partners_travelagency a ON a.id = t.agency_id
CROSS JOIN LATERAL (
    SELECT min(s.discounted) AS price_from, json_agg(json_build_object(
        'id', s.id, 'date_start', s.date_start, 'date_end', s.date_end,
        'price', s.price::text, 'discounted_price', s.discounted::text,
        'capacity', s.capacity, 'available_seats', s.available_seats, 'status', s.status
    ) ORDER BY s.place) FILTER (WHERE s.place <= 3) AS sessions
    FROM (SELECT s.*, {discounted} AS discounted,
                 row_number() OVER (ORDER BY s.date_start, s.id) AS place
          FROM catalog_toursession s {join_cuts}
          WHERE s.tour_id = t.id AND {on_sale} {session_filter} {price_filter}) s
) n
ORDER BY p.sort_key {direction}, p.id {direction}
"""


def catalogue_page(
    filters: Filters,
    *,
    ordering: str,
    after: tuple[str, int] | None,
    size: int,
    language: str,
    at: datetime,
) -> tuple[list[str], tuple[str, int] | None]:
    """JSON objects of up to ``size`` tours, and the key to go on after (None on the last page)."""
    order = ORDERS[ordering]
    search = Search(filters.search)
    params: dict[str, Any] = {f.name: getattr(filters, f.name) for f in fields(filters)}
    params |= {"at": at, "limit": size + 1, "media_url": settings.MEDIA_URL}
    params |= {"full": f"-{FULL}.webp", "card": f"-{CARD}.webp"}
    params |= search.params | filters.parameters.params
    if after:
        params |= {"after_key": after[0], "after_id": after[1]}
    with connection.cursor() as cursor:
        cursor.execute(_statement(filters, search, order, language, after is not None), params)
        rows = cursor.fetchall()
    following = (rows[size - 1][1], rows[size - 1][2]) if len(rows) > size else None
    return [row[0] for row in rows[:size]], following


def _statement(filters: Filters, search: Search, order: Order, language: str, goes_on: bool) -> str:
    return PAGE.format(
        found=search.found,
        cuts=CUTS,
        rank=search.rank if order.by_rank else "0",
        join_alike=search.join_alike if order.by_rank else "",
        price_from=f"min({DISCOUNTED})" if order.by_price else "NULL",
        dates="" if filters.narrows_sessions() else "LEFT",
        on_sale=ON_SALE,
        session_filter=_session_filter(filters),
        price_filter=_price_filter(filters),
        join_cuts=JOIN_CUTS,
        join_cuts_if_needed=JOIN_CUTS if order.by_price or filters.by_price() else "",
        tour_filter=_tour_filter(filters) + search.fits,
        key=order.key,
        direction="DESC" if order.descending else "ASC",
        after=_after(order) if goes_on else "",
        title=_translated("t", language),
        category_title=_translated("k", language),
        discounted=DISCOUNTED,
    )


def _translated(table: str, language: str) -> str:
    column = language if language in LANGUAGES else "ru"
    return f"coalesce(nullif({table}.title_{column}, ''), {table}.title_ru)"


def _session_filter(filters: Filters) -> str:
    clauses = {
        "date_from": "AND s.date_start >= %(date_from)s",
        "date_to": "AND s.date_start <= %(date_to)s",
        "seats": "AND s.available_seats >= %(seats)s",
    }
    return _given(filters, clauses)


def _price_filter(filters: Filters) -> str:
    clauses = {
        "price_min": f"AND {DISCOUNTED} >= %(price_min)s",
        "price_max": f"AND {DISCOUNTED} <= %(price_max)s",
    }
    return _given(filters, clauses)


def _given(filters: Filters, clauses: dict[str, str]) -> str:
    return " ".join(sql for name, sql in clauses.items() if getattr(filters, name) is not None)


def _tour_filter(filters: Filters) -> str:
    parts = [filters.parameters.found]
    if filters.category:
        parts.append("AND k.slug = %(category)s")
    if filters.agency is not None:
        parts.append("AND t.agency_id = %(agency)s")
    return " ".join(parts)


def _after(order: Order) -> str:
    sign = "<" if order.descending else ">"
    return f"WHERE ({order.key}, n.id) {sign} (%(after_key)s::{order.type}, %(after_id)s)"
