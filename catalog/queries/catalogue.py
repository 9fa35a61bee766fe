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

LANGUAGES = ("ru", "uz", "en")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page is narrowed to; prices in UZS."""

    category: str = ""
    agency: int | None = None
    date_from: date | None = None
    date_to: date | None = None
    price_min: int | None = None
    price_max: int | None = None
    seats: int | None = None
    search: str = ""

    def narrows_sessions(self) -> bool:
        """Whether a tour needs a fitting session to be listed at all."""
        session = ("date_from", "date_to", "price_min", "price_max", "seats")
        return any(getattr(self, name) is not None for name in session)


@dataclass(frozen=True, slots=True)
class Order:
    """How the page is sorted: an SQL key that is never null, and its direction."""

    key: str
    type: str
    descending: bool = False


ORDERS = {
    "next_date": Order("coalesce(n.next_date, 'infinity')", "date"),
    "price": Order("coalesce(n.price_from, 'infinity')", "numeric"),
    "-price": Order("coalesce(n.price_from, '-infinity')", "numeric", descending=True),
}

# A session's price after the best single promotion, for one seat.
DISCOUNTED = """
    {s}.price - least({s}.price, coalesce((
        SELECT max(coalesce(round({s}.price * p.discount_percent / 100, 2), p.discount_amount))
        FROM catalog_promotion p
        WHERE p.is_active AND p.valid_from <= %(at)s AND p.valid_to > %(at)s
          AND (p.session_id = {s}.id OR p.tour_id = {s}.tour_id)), 0))
"""

ON_SALE = "s.status = 'open' AND NOT s.is_private AND s.sales_close_at > %(at)s"

PAGE = """
WITH page AS (
    SELECT t.id, {title} AS title, t.agency_id, t.category_id, n.price_from, {key} AS sort_key
    FROM catalog_tour t
    JOIN partners_travelagency a ON a.id = t.agency_id AND a.status = 'active'
    CROSS JOIN LATERAL (
        SELECT min(s.date_start) AS next_date, min(s.price) AS price_from
        FROM catalog_toursession s WHERE s.tour_id = t.id AND {on_sale} {session_filter}
    ) n
    WHERE t.status = 'published' {tour_filter}
    ORDER BY sort_key {direction}, t.id {direction}
    LIMIT %(limit)s
)
SELECT json_build_object(
    'id', p.id,
    'title', p.title,
    'category', json_build_object('slug', c.slug, 'title', {category_title}),
    'agency', json_build_object('id', a.id, 'name', a.name),
    'cover', (SELECT %(media_url)s || m.file FROM catalog_tourphoto f
              JOIN core_media m ON m.id = f.media_id
              WHERE f.tour_id = p.id ORDER BY f.position, f.id LIMIT 1),
    'price_from', p.price_from::text,
    'currency', 'UZS',
    'next_sessions', coalesce((
        SELECT json_agg(json_build_object(
            'id', s.id, 'date_start', s.date_start, 'date_end', s.date_end,
            'price', s.price::text, 'discounted_price', s.discounted::text,
            'capacity', s.capacity, 'available_seats', s.available_seats, 'status', s.status
        ) ORDER BY s.date_start, s.id)
        FROM (SELECT s.*, {discounted} AS discounted FROM catalog_toursession s
              WHERE s.tour_id = p.id AND {on_sale} {session_filter}
              ORDER BY s.date_start, s.id LIMIT 3) s), '[]'::json)
)::text, p.sort_key::text, p.id
FROM page p
JOIN catalog_tourcategory c ON c.id = p.category_id
JOIN partners_travelagency a ON a.id = p.agency_id
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
    params: dict[str, Any] = {f.name: getattr(filters, f.name) for f in fields(filters)}
    params |= {"at": at, "limit": size + 1, "media_url": settings.MEDIA_URL}
    if after:
        params |= {"after_key": after[0], "after_id": after[1]}
    with connection.cursor() as cursor:
        cursor.execute(_statement(filters, order, language, after is not None), params)
        rows = cursor.fetchall()
    following = (rows[size - 1][1], rows[size - 1][2]) if len(rows) > size else None
    return [row[0] for row in rows[:size]], following


def _statement(filters: Filters, order: Order, language: str, goes_on: bool) -> str:
    return PAGE.format(
        title=_translated("t", language),
        category_title=_translated("c", language),
        key=order.key,
        direction="DESC" if order.descending else "ASC",
        on_sale=ON_SALE,
        discounted=DISCOUNTED.format(s="s"),
        session_filter=_session_filter(filters),
        tour_filter=_tour_filter(filters) + (_after(order) if goes_on else ""),
    )


def _translated(table: str, language: str) -> str:
    column = language if language in LANGUAGES else "ru"
    return f"coalesce(nullif({table}.title_{column}, ''), {table}.title_ru)"


def _session_filter(filters: Filters) -> str:
    clauses = {
        "date_from": "AND s.date_start >= %(date_from)s",
        "date_to": "AND s.date_start <= %(date_to)s",
        "price_min": "AND s.price >= %(price_min)s",
        "price_max": "AND s.price <= %(price_max)s",
        "seats": "AND s.available_seats >= %(seats)s",
    }
    return " ".join(sql for name, sql in clauses.items() if getattr(filters, name) is not None)


def _tour_filter(filters: Filters) -> str:
    parts = []
    if filters.category:
        parts.append(
            "AND t.category_id = (SELECT id FROM catalog_tourcategory WHERE slug = %(category)s)"
        )
    if filters.agency is not None:
        parts.append("AND t.agency_id = %(agency)s")
    if filters.search:
        columns = " || ' ' || ".join(
            f"t.{f}_{lang}" for f in ("title", "description") for lang in LANGUAGES
        )
        parts.append(f"AND strpos(lower({columns}), lower(%(search)s)) > 0")
    if filters.narrows_sessions():
        parts.append("AND n.next_date IS NOT NULL")
    return " ".join(parts)


def _after(order: Order) -> str:
    sign = "<" if order.descending else ">"
    return f" AND ({order.key}, t.id) {sign} (%(after_key)s::{order.type}, %(after_id)s)"
