"""Tours and sessions."""

from decimal import Decimal

from api.schemas.catalog import (
    DayOut,
    MeetingOut,
    Named,
    PromoCodeOut,
    PromotionOut,
    SessionBrief,
    SessionOut,
    Slugged,
    TierOut,
    TourOut,
    TransportOut,
)
from catalog.models import PromoCode, Promotion, Tour, TourSession
from catalog.queries.sessions import discounted_of


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


def show_tour(tour: Tour, sessions: list[TourSession]) -> TourOut:
    return TourOut(
        id=tour.pk,
        title=tour.title,
        description=tour.description,
        category=Slugged(slug=tour.category.slug, title=tour.category.title),
        agency=Named(id=tour.agency_id, name=tour.agency.name),
        gallery=[photo.media.file.url for photo in tour.gallery.all()],
        parameters=tour.parameters,
        transport_options=[
            TransportOut(code=o["code"], title=o["title"], price=Decimal(str(o["price"])))
            for o in tour.transport_options
        ],
        itinerary=[DayOut(**day) for day in tour.itinerary],
        inclusions=tour.inclusions,
        exclusions=tour.exclusions,
        meeting_point=MeetingOut(
            text=tour.meeting_point,
            lat=_number(tour.meeting_lat),
            lon=_number(tour.meeting_lon),
        ),
        age_min=tour.age_min,
        cancellation_policy=[TierOut(**tier) for tier in tour.cancellation_policy],
        sessions=[show_brief(session) for session in sessions],
    )


def _number(degrees: Decimal | None) -> float | None:
    return float(degrees) if degrees is not None else None


def show_promotion(row: Promotion) -> PromotionOut:
    return PromotionOut(
        id=row.pk,
        title=row.title,
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
