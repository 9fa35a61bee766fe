"""The demo's catalogue: tours with pictures, dated sessions around today, discounts."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from backoffice.demo.content import CATEGORIES, PROMOS, PROMOTIONS, TOURS
from backoffice.demo.content.shapes import Tour as TourShape
from backoffice.demo.gallery import pictures
from backoffice.demo.people import People
from catalog.models import PromoCode, Promotion, Tour, TourCategory, TourSession
from catalog.services.categories import save_category
from catalog.services.gallery import add_photos
from catalog.services.publish import archive_tour, publish_tour
from catalog.services.tours import create_tour
from core.actor import Source
from core.clock import local_date, local_midnight
from core.models.media import MediaType
from partners.outbound import upload_media

# Weeks from this one in which a tour departs; tours take turns with the second row.
WEEKS = ((-5, -2, 0, 3, 5, 8), (-4, -1, 1, 2, 4, 7))
ONE_DAY = timedelta(days=1)
WEEKEND_SURCHARGE = Decimal("1.1")
NOT_MODEL_FIELDS = {
    "key",
    "agency",
    "category",
    "duration_days",
    "base_price",
    "capacity",
    "min_group_size",
    "guide",
}


@dataclass
class Shelf:
    """The catalogue by the content's keys."""

    tours: dict[str, Tour] = field(default_factory=dict)
    sessions: dict[str, list[TourSession]] = field(default_factory=dict)
    today: date = field(default_factory=date.today)

    def past(self, key: str) -> list[TourSession]:
        return [s for s in self.sessions[key] if s.date_start < self.today]

    def coming(self, key: str) -> list[TourSession]:
        """Those that can still be asked for: sales close the evening before."""
        return [s for s in self.sessions[key] if s.date_start > self.today + ONE_DAY]


def make_shelf(people: People, *, at: datetime) -> Shelf:
    """Create categories, published tours with sessions before and after ``at``, and discounts."""
    shelf = Shelf(today=local_date(at))
    described = at - timedelta(days=61)
    categories = _make_categories(people, described)
    for number, tour_shape in enumerate(TOURS):
        tour = _make_tour(tour_shape, people, categories[tour_shape.category], described)
        shelf.tours[tour_shape.key] = tour
        shelf.sessions[tour_shape.key] = _make_sessions(tour, tour_shape, number, shelf.today)
        by = people.manager(tour_shape.agency).actor(Source.ADMIN)
        publish_tour(tour_id=tour.pk, by=by, at=at - timedelta(days=60))
    _make_discounts(people, shelf, at)
    _make_drafts(people, categories, at)
    return shelf


def _make_categories(people: People, at: datetime) -> dict[str, TourCategory]:
    by = people.staff["admin"].actor(Source.ADMIN)
    return {
        shape.slug: save_category(
            category_id=None, values=asdict(shape) | {"position": position}, by=by, at=at
        )
        for position, shape in enumerate(CATEGORIES)
    }


def _make_tour(shape: TourShape, people: People, category: TourCategory, at: datetime) -> Tour:
    values = {k: v for k, v in asdict(shape).items() if k not in NOT_MODEL_FIELDS}
    by = people.manager(shape.agency).actor(Source.ADMIN)
    tour = create_tour(
        agency_id=people.agencies[shape.agency].pk,
        values=values | {"category": category},
        by=by,
        at=at,
    )
    photos = [
        upload_media(data=data, type=MediaType.TOUR_PHOTO, by=by, at=at).media.pk
        for data in pictures(shape.key)
    ]
    add_photos(tour_id=tour.pk, media_ids=photos, by=by, at=at)
    return tour


def _make_sessions(tour: Tour, shape: TourShape, number: int, today: date) -> list[TourSession]:
    """Departures on Saturdays, or on Fridays for tours of three days and more."""
    weekday = 4 if shape.duration_days >= 3 else 5
    monday = today - timedelta(days=today.weekday())
    sessions = []
    for turn, week in enumerate(WEEKS[number % 2]):
        start = monday + timedelta(days=7 * week + weekday)
        dear = turn % 3 == 2
        price = Decimal(shape.base_price) * (WEEKEND_SURCHARGE if dear else 1)
        sessions.append(
            TourSession.objects.create(
                tour=tour,
                date_start=start,
                date_end=start + timedelta(days=shape.duration_days - 1),
                price=price.quantize(Decimal("1000")),
                capacity=shape.capacity,
                min_group_size=shape.min_group_size,
                sales_close_at=local_midnight(start) - timedelta(hours=6),
                guide=shape.guide,
            )
        )
    return sessions


def _make_discounts(people: People, shelf: Shelf, at: datetime) -> None:
    window = {"valid_from": at - timedelta(days=45), "valid_to": at + timedelta(days=45)}
    for promo in PROMOS:
        values = asdict(promo) | {"agency": people.agencies.get(promo.agency or "")}
        PromoCode.objects.create(**values, **window)
    for promotion in PROMOTIONS:
        tour = shelf.tours[promotion.tour]
        values = asdict(promotion) | {"tour": tour, "agency": tour.agency}
        Promotion.objects.create(**values, **window)


def _make_drafts(people: People, categories: dict[str, TourCategory], at: datetime) -> None:
    """A draft somebody is writing, and a tour taken off the shelf."""
    agency = people.agencies[TOURS[0].agency]
    by = people.manager(agency.slug).actor(Source.ADMIN)

    def describe(title: str, when: datetime) -> Tour:
        values = {"title_ru": title, "category": next(iter(categories.values()))}
        return create_tour(agency_id=agency.pk, values=values, by=by, at=when)

    describe("Ночной поезд в Термез (черновик)", at - timedelta(days=2))
    old = describe("Навруз в махалле, весна прошлого года", at - timedelta(days=40))
    archive_tour(tour_id=old.pk, by=by, at=at - timedelta(days=20))
