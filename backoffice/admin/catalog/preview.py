"""A tour as the Mini App shows it, before and after it is published."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe

from backoffice.admin.catalog.in_words import ages_in_words, children_in_words, policy_in_words
from catalog.models import Tour, TourSession
from catalog.parameters import answers_of, untranslated_in
from catalog.queries.sessions import discounted_of, sessions_on_sale, with_discounted
from catalog.queries.transport import transport_title
from catalog.rich_text import clean_html
from catalog.services.tours import TEXTS
from catalog.states import SessionStatus, TourStatus
from core.clock import local_date

SHOWN_SESSIONS = 6


def preview(tour: Tour, at: datetime) -> dict[str, Any]:
    """What the traveller sees, in the active language."""
    sessions = list(_sessions(tour, at)[:SHOWN_SESSIONS])
    prices = [discounted_of(session) for session in sessions]
    return {
        "photos": [photo.media for photo in tour.gallery.select_related("media")],
        "description": _html(tour),
        "sessions": sessions,
        "price_from": min(prices, default=None),
        "parameters": _parameters(tour),
        "transport": [
            (transport_title(option), Decimal(str(option["price"])), option.get("seats"))
            for option in tour.transport_options
        ],
        "ages": ages_in_words(tour),
        "children": children_in_words(tour, max(prices)) if prices else children_in_words(tour),
        "policy": policy_in_words(tour.cancellation_policy),
        "map_url": map_url(tour),
    }


def map_url(tour: Tour) -> str:
    """The meeting point on a map, for a new tab; empty without coordinates."""
    if tour.meeting_lat is None or tour.meeting_lon is None:
        return ""
    lat, lon = f"{tour.meeting_lat:f}", f"{tour.meeting_lon:f}"
    return f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=16/{lat}/{lon}"


def _html(tour: Tour) -> SafeString:
    # The acts clean what they keep; what was written before them is cleaned here.
    return mark_safe(clean_html(tour.description))


def _sessions(tour: Tour, at: datetime) -> QuerySet[TourSession]:
    """Those on sale; of a tour that is not, those that would be."""
    if tour.status == TourStatus.PUBLISHED:
        rows = sessions_on_sale(at).filter(tour=tour)
    else:
        open_ones = tour.sessions.filter(status=SessionStatus.OPEN, is_private=False)
        rows = with_discounted(open_ones.filter(date_start__gte=local_date(at)), at)
    return rows.order_by("date_start", "pk")


def _parameters(tour: Tour) -> list[tuple[str, str]]:
    answers = answers_of(tour.parameters, tour.category.parameters_schema)
    return [(parameter.title, shown) for parameter, shown in answers]


def untranslated(tour: Tour, language: str) -> list[str]:
    """What is shown in Russian because nobody has written it in ``language``."""
    columns = [
        f"{text}_{language}"
        for text in TEXTS
        if getattr(tour, f"{text}_ru") and not getattr(tour, f"{text}_{language}")
    ]
    titles = [option.get(f"title_{language}") for option in tour.transport_options]
    if language != "ru" and not all(titles):
        columns.append("transport_options")
    names = [str(Tour._meta.get_field(column).verbose_name) for column in columns]  # type: ignore[union-attr]
    return names + untranslated_in(language, tour.parameters, tour.category.parameters_schema)
