"""Types of tours and the parameters each has, as JSON Schema (draft 2020-12).

`x-title` names a property for people, `x-labels` its values, `x-order` is their order.
"""

from typing import Any

from backoffice.demo.content.shapes import Category, JsonObject
from catalog.parameters import in_three_languages

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _named(ru: str, uz: str, en: str, **rules: Any) -> JsonObject:
    return {**rules, "x-title": {"ru": ru, "uz": uz, "en": en}}


def _labels(**values: tuple[str, str, str]) -> JsonObject:
    return {value: {"ru": ru, "uz": uz, "en": en} for value, (ru, uz, en) in values.items()}


def _number(ru: str, uz: str, en: str, *, maximum: int) -> JsonObject:
    return _named(ru, uz, en, type="number", minimum=0, maximum=maximum)


def _count(ru: str, uz: str, en: str, *, maximum: int) -> JsonObject:
    return _named(ru, uz, en, type="integer", minimum=0, maximum=maximum)


def _flag(ru: str, uz: str, en: str) -> JsonObject:
    return _named(ru, uz, en, type="boolean")


DIFFICULTIES = _labels(
    easy=("лёгкая", "oson", "easy"),
    medium=("средняя", "oʻrtacha", "medium"),
    hard=("высокая", "qiyin", "hard"),
)
DIFFICULTY = _named(
    "Сложность",
    "Qiyinlik darajasi",
    "Difficulty",
    type="string",
    enum=list(DIFFICULTIES),
    **{"x-labels": DIFFICULTIES},
)
TONGUES = _labels(
    ru=("русский", "rus tili", "Russian"),
    uz=("узбекский", "oʻzbek tili", "Uzbek"),
    en=("английский", "ingliz tili", "English"),
)
LANGUAGES = _named(
    "Языки гида",
    "Gid tillari",
    "Guide’s languages",
    type="array",
    items={"type": "string", "enum": list(TONGUES)},
    minItems=1,
    uniqueItems=True,
    **{"x-labels": TONGUES},
)
WHAT_TO_BRING = _named(
    "Что взять с собой",
    "Oʻzingiz bilan nima olish kerak",
    "What to bring",
    **in_three_languages(
        {
            "type": "array",
            "items": {"type": "string", "minLength": 2, "maxLength": 80},
            "uniqueItems": True,
        }
    ),
)
WALKING = _number("Пешком, км", "Piyoda, km", "On foot, km", maximum=200)


def _schema(*, required: tuple[str, ...], **properties: JsonObject) -> JsonObject:
    asked = {**properties, "languages": LANGUAGES, "what_to_bring": WHAT_TO_BRING}
    return {
        "$schema": DRAFT,
        "type": "object",
        "properties": asked,
        "required": [*required, "languages"],
        "additionalProperties": False,
        # The database keeps no order of names.
        "x-order": list(asked),
    }


HERITAGE = _schema(
    required=("difficulty",),
    difficulty=DIFFICULTY,
    distance_km=WALKING,
    monuments=_count("Памятников в программе", "Dasturdagi obidalar", "Monuments", maximum=60),
    evening_walk=_flag("Вечерняя прогулка", "Kechki sayr", "Evening walk"),
)
HIKING = _schema(
    required=("difficulty", "distance_km"),
    difficulty=DIFFICULTY,
    distance_km=WALKING,
    elevation_gain_m=_count("Набор высоты, м", "Koʻtarilish, m", "Elevation gain, m", maximum=4000),
    max_altitude_m=_count(
        "Наибольшая высота, м", "Eng baland nuqta, m", "Highest point, m", maximum=7500
    ),
    tents=_flag("Ночёвка в палатках", "Chodirda tunash", "Nights in tents"),
)
DESERT_NIGHTS = _labels(
    yurt=("юрта", "oʻtov", "yurt"),
    tent=("палатка", "chodir", "tent"),
    guesthouse=("гостевой дом", "mehmon uyi", "guest house"),
)
DESERT = _schema(
    required=("difficulty", "overnight"),
    difficulty=DIFFICULTY,
    distance_km=_number("Дорога, км", "Yoʻl, km", "Drive, km", maximum=3000),
    offroad=_flag("Бездорожье", "Yoʻlsiz hudud", "Off-road"),
    overnight=_named(
        "Ночлег",
        "Tunash joyi",
        "Overnight",
        type="string",
        enum=list(DESERT_NIGHTS),
        **{"x-labels": DESERT_NIGHTS},
    ),
    camel_ride=_flag("Прогулка на верблюдах", "Tuyada sayr", "Camel ride"),
)
CRAFTS = _schema(
    required=("tastings",),
    tastings=_count("Дегустаций", "Tatib koʻrishlar", "Tastings", maximum=30),
    workshops=_count("Мастер-классов", "Mahorat darslari", "Workshops", maximum=12),
    vegetarian=_flag(
        "Есть вегетарианское меню", "Vegetarian taomnoma bor", "Vegetarian menu available"
    ),
    distance_km=WALKING,
)
WATER_SPORTS = _labels(
    sup=("сап", "sap-bord", "paddle board"),
    kayak=("каяк", "kayak", "kayak"),
    yacht=("яхта", "yaxta", "yacht"),
    catamaran=("катамаран", "katamaran", "catamaran"),
)
WATER = _schema(
    required=("difficulty",),
    difficulty=DIFFICULTY,
    swimming=_flag("Купание", "Choʻmilish", "Swimming"),
    water_sports=_named(
        "На воде",
        "Suvda",
        "On the water",
        type="array",
        items={"type": "string", "enum": list(WATER_SPORTS)},
        uniqueItems=True,
        **{"x-labels": WATER_SPORTS},
    ),
    distance_km=WALKING,
)

CATEGORIES: tuple[Category, ...] = (
    Category(
        slug="heritage",
        title_ru="Города и наследие",
        title_uz="Shaharlar va meros",
        title_en="Cities & heritage",
        parameters_schema=HERITAGE,
    ),
    Category(
        slug="hiking",
        title_ru="Походы в горы",
        title_uz="Togʻ yurishlari",
        title_en="Mountain hikes",
        parameters_schema=HIKING,
    ),
    Category(
        slug="desert",
        title_ru="Пустыня и экспедиции",
        title_uz="Choʻl va ekspeditsiyalar",
        title_en="Desert & expeditions",
        parameters_schema=DESERT,
    ),
    Category(
        slug="crafts",
        title_ru="Вкус и ремёсла",
        title_uz="Taomlar va hunarmandchilik",
        title_en="Food & crafts",
        parameters_schema=CRAFTS,
    ),
    Category(
        slug="water",
        title_ru="Отдых у воды",
        title_uz="Suv boʻyida dam olish",
        title_en="By the water",
        parameters_schema=WATER,
    ),
)
