"""Tours and sessions."""

from decimal import Decimal
from typing import Any

from api.schemas.catalog import (
    CategoryOut,
    DayOut,
    MeetingOut,
    Named,
    ParameterOut,
    PhotoOut,
    PriceRulesOut,
    PromoCodeOut,
    PromotionOut,
    SessionBrief,
    SessionOut,
    Slugged,
    TierOut,
    TourOut,
    TransportOut,
)
from catalog.models import PromoCode, Promotion, Tour, TourCategory, TourSession
from catalog.parameters import answers_of, parameters_of
from catalog.queries.sessions import discounted_of
from catalog.queries.transport import transport_title
from catalog.shapes import Schema
from core.models import Media


def show_brief(session: TourSession) -> SessionBrief:
    return SessionBrief(
        id=session.pk,
        date_start=session.date_start,
        date_end=session.date_end,
        price=session.price,
        discounted_price=discounted_of(session),
        capacity=session.capacity,
        available_seats=session.available_seats,
        status=session.status,
    )


def show_session(session: TourSession, joined: set[int]) -> SessionOut:
    brief = show_brief(session).model_dump()
    return SessionOut(**brief, tour=session.tour_id, chat_joined=session.pk in joined)


def show_category(category: TourCategory) -> CategoryOut:
    return CategoryOut(
        slug=category.slug,
        title=category.title,
        parameters_schema=_with_titles(category.parameters_schema),
    )


def _with_titles(schema: Schema) -> Schema:
    """The schema with ``title`` of its parameters in the caller's language."""
    titles = {each.name: {"title": each.title} for each in parameters_of(schema)}
    if not titles:
        return schema
    named = {name: rules | titles.get(name, {}) for name, rules in schema["properties"].items()}
    return schema | {"properties": named}


def show_tour(tour: Tour, sessions: list[TourSession]) -> TourOut:
    photos = [show_photo(photo.media) for photo in tour.gallery.all()]
    return TourOut(
        id=tour.pk,
        title=tour.title,
        description=tour.description,
        category=Slugged(slug=tour.category.slug, title=tour.category.title),
        agency=Named(id=tour.agency_id, name=tour.agency.name),
        gallery=[photo.url for photo in photos],
        photos=photos,
        parameters=tour.parameters,
        parameters_shown=_parameters_shown(tour),
        transport_options=[show_transport(option) for option in tour.transport_options],
        itinerary=[DayOut(**day) for day in tour.itinerary],
        inclusions=tour.inclusions,
        exclusions=tour.exclusions,
        meeting_point=MeetingOut(
            text=tour.meeting_point,
            lat=_number(tour.meeting_lat),
            lon=_number(tour.meeting_lon),
        ),
        age_min=tour.age_min,
        age_max=tour.age_max,
        price_rules=PriceRulesOut(
            child_to_age=tour.child_to_age,
            child_percent=tour.child_percent,
            infant_to_age=tour.infant_to_age,
            infant_percent=tour.infant_percent,
        ),
        cancellation_policy=[TierOut(**tier) for tier in tour.cancellation_policy],
        sessions=[show_brief(session) for session in sessions],
    )


def show_photo(media: Media) -> PhotoOut:
    return PhotoOut(
        id=media.pk,
        url=media.url,
        card_url=media.card_url,
        thumb_url=media.thumb_url,
        width=media.width,
        height=media.height,
    )


def show_transport(option: dict[str, Any]) -> TransportOut:
    return TransportOut(
        code=option["code"],
        title=transport_title(option),
        price=Decimal(str(option["price"])),
        seats=option.get("seats"),
    )


def _parameters_shown(tour: Tour) -> list[ParameterOut]:
    answers = answers_of(tour.parameters, tour.category.parameters_schema)
    return [ParameterOut(name=each.name, title=each.title, value=shown) for each, shown in answers]


def _number(degrees: Decimal | None) -> float | None:
    return float(degrees) if degrees is not None else None


def show_promotion(row: Promotion) -> PromotionOut:
    return PromotionOut(
        id=row.pk,
        title=row.title,
        reach="session" if row.session_id else "tour" if row.tour_id else "agency",
        agency=row.agency_id,  # type: ignore[arg-type]  # a promotion is an agency's
        tour=row.tour_id,
        session=row.session_id,
        discount_percent=row.discount_percent,
        discount_amount=row.discount_amount,
        valid_to=row.valid_to,
    )


def show_promo_code(row: PromoCode, used: int) -> PromoCodeOut:
    return PromoCodeOut(
        id=row.pk,
        code=row.code,
        tour=row.tour_id,
        session=row.session_id,
        discount_percent=row.discount_percent,
        discount_amount=row.discount_amount,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        usage_limit=row.usage_limit,
        per_user_limit=row.per_user_limit,
        used=used,
        funded_by=row.funded_by,  # type: ignore[arg-type]
        is_active=row.is_active,
    )
