"""Surkhandarya, with Qizilqum Expeditions."""

from backoffice.demo.content.agencies import QIZILQUM
from backoffice.demo.content.shapes import Tour, day, tiers, transport

CAMP_POLICY = tiers((10, 100), (5, 60), (2, 20), (0, 0))

TERMEZ = Tour(
    key="termez-crossroads",
    agency=QIZILQUM,
    category="heritage",
    title_ru="Термез: буддийские монастыри и гробницы султанов",
    title_uz="Termiz: Budda ibodatxonalari va sultonlar maqbaralari",
    title_en="Termez: Buddhist Monasteries and Sultans’ Tombs",
    description_ru=(
        "Самый южный город страны стоит на Амударье, и за рекой уже Афганистан. Здесь сошлись "
        "Александр, Кушанское царство и Шёлковый путь: в Фаяз-Тепа сохранилась ступа I века, в "
        "Кара-Тепа монахи жили в пещерах, а глиняные стены Кырк-Кыза хранят легенду о сорока "
        "девушках. Археолог, который копал здесь двадцать сезонов, покажет, где искать. Вечером — "
        "мавзолей Хакима ат-Термизи и сурхандарьинский тандир-гушт."
    ),
    description_uz=(
        "Amudaryo boʻyidagi eng janubiy shahar: Iskandar, Kushonlar va Buyuk Ipak yoʻli shu yerda "
        "uchrashgan. Fayoztepa, Qoratepa, Qirqqiz va Sulton Saodat majmuasini arxeolog bilan "
        "koʻramiz. Kechqurun — Surxondaryoning mashhur tandir goʻshti."
    ),
    description_en=(
        "The country’s southernmost city, on the Amu Darya: Alexander, the Kushans and the Silk "
        "Road all met here. An archaeologist leads you through Fayaz-Tepe, Kara-Tepe, Kyrk-Kyz "
        "and Sultan Saodat. Dinner is the famous tandoor lamb of Surkhandarya."
    ),
    parameters={
        "difficulty": "medium",
        "languages": ["ru", "en"],
        "distance_km": 12,
        "monuments": 8,
        "evening_walk": False,
        "what_to_bring": {
            "ru": ["паспорт", "головной убор", "закрытая обувь", "вода"],
            "uz": ["pasport", "bosh kiyim", "yopiq poyabzal", "suv"],
            "en": ["your passport", "a hat", "closed shoes", "water"],
        },
    },
    transport_options=[
        transport("flight", "Самолёт Ташкент — Термез и обратно", "1250000.00"),
        transport("train", "Поезд из Ташкента, купе, туда и обратно", "380000.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Кушанский Термез",
            "Археологический музей, Фаяз-Тепа и Кара-Тепа. Закат у мавзолея Хакима ат-Термизи, "
            "ужин с тандир-гуштом.",
        ),
        day(
            2,
            "Сорок девушек",
            "Кырк-Кыз, ансамбль Султан Саодат, ступа Зурмала среди полей. После обеда — городище "
            "Кампыртепа над старым руслом Амударьи.",
        ),
        day(
            3,
            "Базар и дорога",
            "Термезский базар, минарет в Джаркургане XII века, обед. Рейс и поезд вечером.",
        ),
    ],
    inclusions_ru=[
        "археолог и водитель",
        "две ночи в гостинице, завтраки",
        "два ужина и обед",
        "пропуска и билеты",
    ],
    exclusions_ru=["дорога до Термеза", "обеды первого и второго дня"],
    meeting_point_ru="Термез, Археологический музей, главный вход",
    meeting_lat="37.229000",
    meeting_lon="67.278000",
    age_min=10,
    cancellation_policy=CAMP_POLICY,
    duration_days=3,
    base_price="2100000.00",
    capacity=14,
    min_group_size=6,
    guide="Шавкат Норбоев",
)


BOYSUN = Tour(
    key="boysun-canyons",
    agency=QIZILQUM,
    category="hiking",
    title_ru="Байсун: каньоны, Дербент и пещера Тешик-Таш",
    title_uz="Boysun: daralar, Darband va Teshiktosh gʻori",
    title_en="Boysun: Canyons, Derbent and Teshik-Tash Cave",
    description_ru=(
        "Горы Байсуна полосатые, как халат: красный песчаник, белый гипс, зелёная глина. Идём по "
        "дну каньона у Дербента, где скалы сходятся на ширину вытянутых рук, и поднимаемся к "
        "пещере Тешик-Таш — в ней нашли мальчика-неандертальца. Живём в домах, где ткут паласы и "
        "поют бахши; байсунские обряды ЮНЕСКО внесла в список наследия человечества. На третий "
        "день — купание в источнике Омонхона."
    ),
    description_uz=(
        "Boysun togʻlari chopondek yoʻl-yoʻl: qizil qumtosh, oq gips, yashil gil. Darband "
        "darasining tubidan yuramiz, neandertal bola topilgan Teshiktosh gʻoriga koʻtarilamiz. "
        "Gilam toʻqiladigan va baxshilar kuylaydigan xonadonlarda tunaymiz."
    ),
    description_en=(
        "Boysun’s mountains are striped like a robe: red sandstone, white gypsum, green clay. We "
        "walk the narrows near Derbent and climb to Teshik-Tash, where a Neanderthal boy was "
        "found. You stay with families who weave and sing epics."
    ),
    parameters={
        "difficulty": "medium",
        "languages": ["ru", "uz"],
        "distance_km": 26,
        "elevation_gain_m": 1200,
        "max_altitude_m": 2100,
        "tents": False,
        "what_to_bring": {
            "ru": ["треккинговая обувь", "перчатки", "головной убор", "паспорт"],
            "uz": ["trekking poyabzali", "qoʻlqop", "bosh kiyim", "pasport"],
            "en": ["trekking shoes", "gloves", "a hat", "your passport"],
        },
    },
    transport_options=[
        transport("jeep", "Внедорожник от вокзала Термеза и обратно", "260000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Красный каньон",
            "Дорога из Термеза, обед в Дербенте, шесть километров по дну каньона. Вечером бахши "
            "с домброй.",
        ),
        day(
            2,
            "Тешик-Таш",
            "Подъём к пещере через ущелье Мачай, обед у чабанов, спуск к вечеру. Всего "
            "четырнадцать километров.",
        ),
        day(
            3,
            "Источник Омонхона",
            "Ткачихи Байсуна, минеральный источник, плов под чинарой. В Термезе будем к 18:00.",
        ),
    ],
    inclusions_ru=[
        "проводник и водитель",
        "две ночи в семьях, домашняя еда",
        "вечер с бахши",
        "каски для каньона",
    ],
    exclusions_ru=["дорога до Термеза", "покупка тканей", "страховка"],
    meeting_point_ru="Термез, железнодорожный вокзал",
    meeting_lat="37.239500",
    meeting_lon="67.291300",
    age_min=12,
    cancellation_policy=CAMP_POLICY,
    duration_days=3,
    base_price="1850000.00",
    capacity=12,
    min_group_size=5,
    guide="Холбек Турдиев",
)

QIZILQUM_SOUTH: tuple[Tour, ...] = (
    TERMEZ,
    BOYSUN,
)
