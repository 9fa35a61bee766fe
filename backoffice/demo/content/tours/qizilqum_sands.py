"""Desert and the Aral Sea, with Qizilqum Expeditions."""

from backoffice.demo.content.agencies import QIZILQUM
from backoffice.demo.content.shapes import Tour, day, tiers, transport

CAMP_POLICY = tiers((10, 100), (5, 60), (2, 20), (0, 0))
EXPEDITION_POLICY = tiers((30, 100), (14, 70), (7, 40), (3, 10), (0, 0))

AYDARKUL = Tour(
    key="aydarkul-yurts",
    agency=QIZILQUM,
    category="desert",
    title_ru="Айдаркуль: юрты, верблюды и озеро в песках",
    title_uz="Aydarkoʻl: oʻtovlar, tuyalar va qumdagi koʻl",
    title_en="Aydarkul: Yurts, Camels and a Lake in the Sands",
    description_ru=(
        "Озеро длиной больше двухсот километров посреди Кызылкумов — ошибка гидрологов, ставшая "
        "чудом. По пути останавливаемся в Нурате: крепость, которую приписывают Александру "
        "Македонскому, и священный источник Чашма с рыбами. К вечеру — юрточный лагерь, верблюды, "
        "казахский акын с домброй и костёр из саксаула. Утром купаемся в Айдаркуле и смотрим на "
        "пеликанов."
    ),
    description_uz=(
        "Qizilqum oʻrtasidagi ikki yuz kilometrdan uzun koʻl. Yoʻlda Nurota: Iskandar qalʼasi va "
        "baliqli Chashma bulogʻi. Kechqurun oʻtovda tunaymiz, tuyada sayr qilamiz, gulxan yonida "
        "doʻmbira tinglaymiz; ertalab koʻlda choʻmilamiz."
    ),
    description_en=(
        "A lake more than two hundred kilometres long in the middle of the Kyzylkum. On the way "
        "we stop in Nurata at Alexander’s fortress and the holy spring. Then a yurt camp, camels, "
        "a dombra by the fire and a morning swim among pelicans."
    ),
    parameters={
        "difficulty": "easy",
        "languages": ["ru", "uz", "en"],
        "distance_km": 520,
        "offroad": False,
        "overnight": "yurt",
        "camel_ride": True,
        "what_to_bring": {
            "ru": ["тёплая кофта", "фонарик", "купальник", "головной убор"],
            "uz": ["issiq kofta", "fonarik", "choʻmilish kiyimi", "bosh kiyim"],
            "en": ["a warm jumper", "a torch", "a swimsuit", "a hat"],
        },
    },
    transport_options=[
        transport("minibus", "Микроавтобус из Самарканда и обратно", "180000.00"),
        transport("jeep", "Внедорожник, по три человека", "320000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Нурата и юрты",
            "Выезд из Самарканда в 9:00, Нурата и обед. Лагерь к пяти, прогулка на верблюдах, "
            "ужин, домбра и звёзды.",
        ),
        day(
            2,
            "Берег Айдаркуля",
            "Рассвет на бархане, завтрак, купание и рыба на углях у рыбаков. В Самарканде будем "
            "к 18:00.",
        ),
    ],
    inclusions_ru=[
        "юрта на четверых, бельё",
        "ужин, завтрак, два обеда",
        "прогулка на верблюде",
        "гид и входные билеты",
    ],
    exclusions_ru=["отдельная юрта — 400 000 сум", "напитки в лагере"],
    meeting_point_ru="Самарканд, железнодорожный вокзал, выход в город",
    meeting_lat="39.686900",
    meeting_lon="66.929200",
    age_min=5,
    cancellation_policy=CAMP_POLICY,
    duration_days=2,
    base_price="1150000.00",
    capacity=20,
    min_group_size=6,
    guide="Ерлан Жумабаев",
)


ARAL = Tour(
    key="aral-muynak",
    agency=QIZILQUM,
    category="desert",
    title_ru="Муйнак и Арал: за кораблями и за морем",
    title_uz="Moʻynoq va Orol: kemalar ortidan dengizgacha",
    title_en="Muynak and the Aral: To the Ships and the Sea",
    description_ru=(
        "В Муйнаке маяк стоит посреди степи, а сейнеры ржавеют в ста с лишним километрах от воды. "
        "Мы не останавливаемся на этом: едем дальше, по чинкам Устюрта, мимо озера Судочье с "
        "фламинго, до нынешнего берега Арала, и ночуем в палатках над морем. По дороге — "
        "некрополь Миздахан и «Лувр в пустыне», музей Савицкого с запрещённым авангардом. Четыре "
        "дня, около тысячи километров, два подготовленных внедорожника."
    ),
    description_uz=(
        "Moʻynoqda mayoq choʻl oʻrtasida turibdi, kemalar suvdan yuz kilometrdan ortiq uzoqda "
        "zanglamoqda. Biz Ustyurt boʻylab Orolning hozirgi qirgʻogʻigacha boramiz va dengiz "
        "ustidagi chodirlarda tunaymiz. Yoʻlda — Mizdahqon va Savitskiy muzeyi."
    ),
    description_en=(
        "In Muynak trawlers rust more than a hundred kilometres from the water. We drive on, along "
        "the Ustyurt cliffs and past the flamingos of Lake Sudochye, to today’s shore of the Aral "
        "and camp above the sea. The Savitsky Museum and Mizdakhan are on the way."
    ),
    parameters={
        "difficulty": "medium",
        "languages": ["ru", "en"],
        "distance_km": 1050,
        "offroad": True,
        "overnight": "tent",
        "camel_ride": False,
        "what_to_bring": {
            "ru": ["тёплый спальник", "ветровка", "солнечные очки", "влажные салфетки", "паспорт"],
            "uz": [
                "issiq uyqu xaltasi",
                "shamoldan himoya kurtkasi",
                "quyosh koʻzoynagi",
                "nam salfetkalar",
                "pasport",
            ],
            "en": [
                "a warm sleeping bag",
                "a windbreaker",
                "sunglasses",
                "wet wipes",
                "your passport",
            ],
        },
    },
    transport_options=[
        transport("flight", "Самолёт Ташкент — Нукус и обратно", "1400000.00"),
        transport("train", "Поезд Ташкент — Нукус, купе, туда и обратно", "480000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Нукус и Миздахан",
            "Музей Савицкого с хранителем, некрополь Миздахан на закате, ужин с каракалпакским "
            "бешбармаком. Ночь в гостинице.",
        ),
        day(
            2,
            "Кладбище кораблей",
            "Муйнак: маяк, музей моря и корабли. Дальше по бывшему дну до Судочьего, первая ночь "
            "в палатках.",
        ),
        day(
            3,
            "Море",
            "Чинки Устюрта, каньоны и спуск к Аралу. Купание в солёной воде, закат над морем и "
            "плов на костре.",
        ),
        day(
            4,
            "Обратно через плато",
            "Рассвет с обрыва, старый кордон, дорога в Нукус. К поезду и вечернему рейсу успеваем.",
        ),
    ],
    inclusions_ru=[
        "внедорожники, топливо и водители",
        "повар и всё питание на маршруте",
        "палатки, кресла, тёплый душ",
        "спутниковая связь",
        "музеи и разрешения",
    ],
    exclusions_ru=["дорога до Нукуса", "спальник (прокат 80 000 сум)", "страховка"],
    meeting_point_ru="Нукус, музей имени Савицкого, главный вход",
    meeting_lat="42.465100",
    meeting_lon="59.613700",
    age_min=14,
    cancellation_policy=EXPEDITION_POLICY,
    duration_days=4,
    base_price="4200000.00",
    capacity=12,
    min_group_size=6,
    guide="Алишер Ембергенов",
)

QIZILQUM_SANDS: tuple[Tour, ...] = (
    AYDARKUL,
    ARAL,
)
