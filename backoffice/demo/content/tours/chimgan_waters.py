"""A lake and a waterfall, with Chimgan Trails."""

from backoffice.demo.content.agencies import CHIMGAN
from backoffice.demo.content.shapes import Tour, day, tiers, transport

DAY_POLICY = tiers((3, 100), (1, 50), (0, 0))

CHARVAK = Tour(
    key="charvak-sup",
    agency=CHIMGAN,
    category="water",
    title_ru="Чарвак: сапы, яхта и закат у Бричмуллы",
    title_uz="Chorvoq: sap-bord, yaxta va Brichmulla oqshomi",
    title_en="Charvak: Paddle Boards, a Yacht and Sunset at Brichmulla",
    description_ru=(
        "День на бирюзовой воде среди гор, в полутора часах от Ташкента. Утром, пока нет ветра, "
        "учимся стоять на сапе и уходим в тихие заливы, куда не пускают катера. После обеда — "
        "форель на углях и гамаки в тени, а ближе к закату выходим на яхте к устью Чаткала, где "
        "стоит воспетая в песне Бричмулла. Жилеты есть всех размеров, уметь плавать не обязательно."
    ),
    description_uz=(
        "Toshkentdan bir yarim soatlik yoʻlda, togʻlar orasidagi feruza suvda bir kun. Ertalab "
        "sap-bordda sokin qoʻltiqlarga suzamiz, tushlikda choʻgʻda pishgan xonbaliq yeymiz, "
        "oqshomda yaxtada Brichmulla tomon yoʻl olamiz. Barcha oʻlchamdagi nimchalar bor."
    ),
    description_en=(
        "A day on turquoise water an hour and a half from Tashkent. Paddle into quiet coves while "
        "the morning is still, eat trout from the coals and sail towards Brichmulla at sunset. "
        "Life jackets come in every size; you need not swim well."
    ),
    parameters={
        "difficulty": "easy",
        "languages": ["ru", "uz", "en"],
        "swimming": True,
        "water_sports": ["sup", "yacht"],
        "distance_km": 3,
        "what_to_bring": {
            "ru": ["купальник", "полотенце", "кепка", "крем SPF 50", "сменная одежда"],
            "uz": [
                "choʻmilish kiyimi",
                "sochiq",
                "kepka",
                "quyoshdan himoya kremi, SPF 50",
                "almashtirish uchun kiyim",
            ],
            "en": ["a swimsuit", "a towel", "a cap", "sunscreen, SPF 50", "a change of clothes"],
        },
    },
    transport_options=[
        transport("minibus", "Микроавтобус из Ташкента и обратно", "110000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "День на воде",
            "8:00 — выезд. 10:00 — урок и прогулка на сапах. 13:00 — обед и отдых. 16:30 — яхта "
            "до Бричмуллы. 20:00 — возвращение в Ташкент.",
        ),
    ],
    inclusions_ru=["сап, весло и жилет", "инструктор на пять человек", "яхта два часа", "обед"],
    exclusions_ru=["гидрокостюм в мае и сентябре — 50 000 сум", "алкоголь"],
    meeting_point_ru="Ташкент, станция метро «Буюк Ипак Йули», у входа в парк",
    meeting_lat="41.327300",
    meeting_lon="69.328600",
    age_min=8,
    cancellation_policy=DAY_POLICY,
    duration_days=1,
    base_price="520000.00",
    capacity=20,
    min_group_size=6,
    guide="Диана Пак",
)


PALTAU = Tour(
    key="paltau-waterfall",
    agency=CHIMGAN,
    category="hiking",
    title_ru="Водопад Пальтау: день в ущелье",
    title_uz="Paltov sharsharasi: darada bir kun",
    title_en="Paltau Waterfall: A Day in the Gorge",
    description_ru=(
        "Ущелье Пальтау прячется за Чарваком, и в июльскую жару здесь на десять градусов "
        "прохладнее. Тропа идёт вдоль реки мимо грота Оби-Рахмат, где нашли стоянку древнего "
        "человека, несколько раз переходит воду вброд и приводит к водопаду высотой почти сорок "
        "метров. Под ним ледяная чаша — самые смелые купаются. На обед — лагман из котелка."
    ),
    description_uz=(
        "Paltov darasi Chorvoq ortida yashiringan, jaziramada ham bu yer salqin. Soʻqmoq daryo "
        "boʻylab, qadimgi odam makoni topilgan Obi-Rahmat gʻori yonidan oʻtib, qirq metrga yaqin "
        "sharsharaga olib boradi. Tushlikda — qozonda pishgan lagʻmon."
    ),
    description_en=(
        "Behind Charvak hides a gorge ten degrees cooler than the city. The trail follows the "
        "river past the Obi-Rakhmat grotto, fords it several times and ends at a waterfall almost "
        "forty metres high. Lunch is lagman from the pot."
    ),
    parameters={
        "difficulty": "medium",
        "languages": ["ru", "uz", "en"],
        "distance_km": 14,
        "elevation_gain_m": 480,
        "max_altitude_m": 1450,
        "tents": False,
        "what_to_bring": {
            "ru": ["сандалии для бродов", "сменные носки", "купальник", "1,5 литра воды"],
            "uz": [
                "soydan kechib oʻtish uchun sandal",
                "almashtirish uchun paypoq",
                "choʻmilish kiyimi",
                "1,5 litr suv",
            ],
            "en": ["sandals for fording", "spare socks", "a swimsuit", "1.5 litres of water"],
        },
    },
    transport_options=[
        transport("minibus", "Микроавтобус из Ташкента и обратно", "110000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "По реке к водопаду",
            "7:00 — выезд. 9:30 — начало тропы, грот Оби-Рахмат, броды. 13:00 — водопад, "
            "купание и обед. 17:00 — спуск к машинам, 20:00 — Ташкент.",
        ),
    ],
    inclusions_ru=["инструктор", "обед на маршруте", "треккинговые палки", "аптечка"],
    exclusions_ru=["перекусы в дороге", "личная страховка"],
    meeting_point_ru="Ташкент, станция метро «Буюк Ипак Йули», у входа в парк",
    meeting_lat="41.327300",
    meeting_lon="69.328600",
    age_min=10,
    cancellation_policy=DAY_POLICY,
    duration_days=1,
    base_price="480000.00",
    capacity=18,
    min_group_size=6,
    guide="Севара Махмудова",
)

CHIMGAN_WATERS: tuple[Tour, ...] = (
    CHARVAK,
    PALTAU,
)
