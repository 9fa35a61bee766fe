"""A catalogue of any size, with words in three languages, to measure and to explain queries on."""

import random
from datetime import timedelta
from decimal import Decimal

from django.db import connection

from catalog.models import Promotion, Tour, TourCategory, TourSession
from catalog.states import TourStatus
from core.clock import local_midnight
from tests import factories
from tests.factories import FIRST_DAY, NOW

PLACES = (
    ("Самарканд", "Samarqand", "Samarkand"),
    ("Бухара", "Buxoro", "Bukhara"),
    ("Хива", "Xiva", "Khiva"),
    ("Чимган", "Chimyon", "Chimgan"),
    ("Заамин", "Zomin", "Zaamin"),
    ("Нурата", "Nurota", "Nurata"),
    ("Термез", "Termiz", "Termez"),
    ("Фергана", "Fargʻona", "Fergana"),
    ("Айдаркуль", "Aydarkoʻl", "Aydarkul"),
    ("Муйнак", "Moʻynoq", "Muynak"),
    ("Байсун", "Boysun", "Boysun"),
    ("Шахрисабз", "Shahrisabz", "Shahrisabz"),
)
THINGS = (
    ("крепости", "qalʼalar", "fortresses"),
    ("водопады", "sharsharalar", "waterfalls"),
    ("юрты и верблюды", "oʻtovlar va tuyalar", "yurts and camels"),
    ("купола", "gumbazlar", "domes"),
    ("базары", "bozorlar", "bazaars"),
    ("каньоны", "daralar", "canyons"),
    ("шёлк и керамика", "ipak va kulolchilik", "silk and clay"),
    ("мавзолеи", "maqbaralar", "mausoleums"),
    ("озёра", "koʻllar", "lakes"),
    ("виноградники", "uzumzorlar", "vineyards"),
)
SYLLABLES = (
    ("ка", "ло", "ми", "тер", "ган", "сы", "во", "ней", "ста", "рул", "пе", "жа"),
    ("ka", "lo", "mi", "ter", "gʻan", "so", "vo", "ney", "sha", "rul", "pe", "ja"),
    ("ca", "lo", "mi", "ter", "gan", "so", "wo", "ney", "sta", "rul", "pe", "jo"),
)
RARE = "обсерватория"  # in the text of every thousandth tour
SCHEMA = {"properties": {"route": {"type": "string"}, "height_m": {"type": "integer"}}}


def fill(tours: int, *, sessions: int = 5, promotions: int = 0, seed: int = 1) -> list[Tour]:
    """``tours`` published tours of fifty agencies and five categories, each with ``sessions``."""
    dice = random.Random(seed)
    categories = [factories.category(parameters_schema=SCHEMA) for _ in range(5)]
    agencies = [factories.agency() for _ in range(max(1, min(50, tours // 20)))]
    shelf = Tour.objects.bulk_create(
        [_tour(dice, n, dice.choice(categories), dice.choice(agencies)) for n in range(tours)],
        batch_size=1000,
    )
    dates = [_session(dice, tour, n) for tour in shelf for n in range(sessions)]
    TourSession.objects.bulk_create(dates, batch_size=2000)
    Promotion.objects.bulk_create(_promotion(dice, tour) for tour in dice.sample(shelf, promotions))
    with connection.cursor() as cursor:
        # As vacuum does sooner or later.
        cursor.execute("SELECT gin_clean_pending_list('tour_by_words')")
        cursor.execute("SELECT gin_clean_pending_list('tour_by_likeness')")
        cursor.execute("ANALYZE")
    return shelf


def _tour(dice: random.Random, n: int, category: TourCategory, agency) -> Tour:
    place, thing = dice.choice(PLACES), dice.choice(THINGS)
    names = [f"{place[i]}: {thing[i]} {_word(dice, i)}" for i in range(3)]
    texts = [" ".join(_word(dice, i) for _ in range(80)) for i in range(3)]
    if n % 1000 == 7:
        texts[0] += " " + RARE
    return Tour(
        agency=agency,
        category=category,
        **{f"title_{lang}": names[i] for i, lang in enumerate(("ru", "uz", "en"))},
        **{
            f"description_{lang}": f"<p>{texts[i]}</p>" for i, lang in enumerate(("ru", "uz", "en"))
        },
        itinerary_ru=[{"day": 1, "title": dice.choice(PLACES)[0], "text": _word(dice, 0)}],
        meeting_point_ru=dice.choice(PLACES)[0],
        parameters={"route": f"r-{n % 500}", "height_m": dice.randrange(4000)},
        status=TourStatus.PUBLISHED,
        published_at=NOW,
    )


def _session(dice: random.Random, tour: Tour, number: int) -> TourSession:
    day = FIRST_DAY + timedelta(days=dice.randrange(300))
    return TourSession(
        tour=tour,
        code=f"{tour.pk}-{number}",  # of 100,000 random ones two may be the same
        date_start=day,
        date_end=day + timedelta(days=2),
        price=Decimal(dice.randrange(20, 400) * 10_000),
        capacity=20,
        seats_taken=dice.randrange(21),
        sales_close_at=local_midnight(day),
    )


def _promotion(dice: random.Random, tour: Tour) -> Promotion:
    return Promotion(
        title="Sale",
        tour=tour,
        agency_id=tour.agency_id,
        discount_percent=Decimal(dice.randrange(5, 40)),
        valid_from=NOW - timedelta(days=1),
        valid_to=NOW + timedelta(days=30),
    )


def _word(dice: random.Random, language: int) -> str:
    return "".join(dice.choices(SYLLABLES[language], k=dice.randrange(2, 5)))
