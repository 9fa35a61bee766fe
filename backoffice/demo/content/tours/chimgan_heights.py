"""Peaks and forests, with Chimgan Trails."""

from backoffice.demo.content.agencies import CHIMGAN
from backoffice.demo.content.shapes import Tour, day, tiers, transport

WEEKEND_POLICY = tiers((7, 100), (3, 60), (1, 20), (0, 0))

GREATER_CHIMGAN = Tour(
    key="greater-chimgan",
    agency=CHIMGAN,
    category="hiking",
    title_ru="Большой Чимган: восхождение с ночёвкой",
    title_uz="Katta Chimgʻon: tunash bilan choʻqqiga chiqish",
    title_en="Greater Chimgan: Summit with a Night in Camp",
    description_ru=(
        "Вершина, которую видно из Ташкента в ясный день, — 3309 метров. Чтобы не бежать весь "
        "маршрут за одни сутки, ставим лагерь у Двенадцати родников, ужинаем у костра и выходим "
        "на гребень в четыре утра. Рассвет встречаем выше облаков: под ногами бирюзовый Чарвак, "
        "на востоке белые стены Чаткальского хребта. В мае склоны красные от тюльпанов и маков."
    ),
    description_uz=(
        "Ochiq kunda Toshkentdan koʻrinadigan choʻqqi — 3309 metr. Oʻn ikki buloq yonida chodir "
        "tikamiz, gulxan atrofida ovqatlanamiz va tonggi soat toʻrtda yoʻlga chiqamiz. Quyosh "
        "chiqishini bulutlardan balandda kutib olamiz."
    ),
    description_en=(
        "The 3,309-metre summit that Tashkent sees on a clear day. We camp at the Twelve Springs, "
        "leave at four in the morning and meet the sunrise above the clouds, with turquoise "
        "Charvak below. In May the slopes are red with tulips and poppies."
    ),
    parameters={
        "difficulty": "hard",
        "languages": ["ru", "uz"],
        "distance_km": 19,
        "elevation_gain_m": 1750,
        "max_altitude_m": 3309,
        "tents": True,
        "what_to_bring": {
            "ru": [
                "треккинговые ботинки",
                "ветровка и флис",
                "фонарик",
                "рюкзак от 40 литров",
                "2 литра воды",
            ],
            "uz": [
                "trekking botinkasi",
                "shamoldan himoya kurtkasi va flis kofta",
                "fonarik",
                "kamida 40 litrlik ryukzak",
                "2 litr suv",
            ],
            "en": [
                "trekking boots",
                "a windbreaker and a fleece",
                "a torch",
                "a rucksack of 40 litres or more",
                "2 litres of water",
            ],
        },
    },
    transport_options=[
        transport("minibus", "Микроавтобус из Ташкента и обратно", "120000.00", seats=14),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Двенадцать родников",
            "Выезд из Ташкента в 9:00. Подъём к лагерю три-четыре часа, палатки, ужин у костра и "
            "разбор снаряжения. Отбой в девять.",
        ),
        day(
            2,
            "Вершина",
            "Подъём в 3:30, выход в 4:00. Вершина около девяти, спуск в лагерь к часу дня, суп и "
            "дорога вниз. В Ташкенте будем к 19:00.",
        ),
    ],
    inclusions_ru=[
        "два инструктора на группу",
        "палатки, коврики и газ",
        "ужин, завтрак и суп после спуска",
        "аптечка и радиосвязь",
    ],
    exclusions_ru=["спальник (можно взять у нас за 60 000 сум)", "личная страховка"],
    meeting_point_ru="Ташкент, станция метро «Буюк Ипак Йули», у входа в парк",
    meeting_lat="41.327300",
    meeting_lon="69.328600",
    age_min=16,
    cancellation_policy=WEEKEND_POLICY,
    duration_days=2,
    base_price="890000.00",
    capacity=14,
    min_group_size=5,
    guide="Артур Ли",
)


ZAAMIN = Tour(
    key="zaamin-junipers",
    agency=CHIMGAN,
    category="hiking",
    title_ru="Заамин: арчовые леса и плато Суффа",
    title_uz="Zomin: archazorlar va Supa platosi",
    title_en="Zaamin: Juniper Forests and the Suffa Plateau",
    description_ru=(
        "Старейший заповедник страны начинается там, где кончается степь: воздух пахнет арчой, "
        "некоторым деревьям больше тысячи лет. Идём по серпантину к плато Суффа на высоте около "
        "2400 метров, где строят радиотелескоп и где самое тёмное небо в Узбекистане. Ночуем в "
        "домиках у леса, вечером смотрим на Сатурн в телескоп. Второй день — тропа к водопаду "
        "Шарилляк и чай с горными травами."
    ),
    description_uz=(
        "Mamlakatning eng keksa qoʻriqxonasi: havodan archa hidi keladi, ayrim daraxtlarning yoshi "
        "ming yildan oshgan. Supa platosiga koʻtarilamiz, kechqurun teleskopda yulduzlarni "
        "kuzatamiz. Ikkinchi kuni Sharillaq sharsharasiga boramiz."
    ),
    description_en=(
        "The country’s oldest nature reserve, where some junipers are over a thousand years old. "
        "We walk up to the Suffa Plateau, under the darkest sky in Uzbekistan, and look at Saturn "
        "through a telescope. Day two leads to the Sharillak waterfall."
    ),
    parameters={
        "difficulty": "medium",
        "languages": ["ru", "uz"],
        "distance_km": 17,
        "elevation_gain_m": 850,
        "max_altitude_m": 2400,
        "tents": False,
        "what_to_bring": {
            "ru": ["треккинговая обувь", "тёплая куртка", "термос", "фонарик"],
            "uz": ["trekking poyabzali", "issiq kurtka", "termos", "fonarik"],
            "en": ["trekking shoes", "a warm jacket", "a thermos", "a torch"],
        },
    },
    transport_options=[
        transport("minibus", "Микроавтобус из Ташкента и обратно", "190000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Арча и звёзды",
            "Выезд в 6:30, к полудню мы в парке. Тропа через арчовый лес, плато Суффа, ужин. "
            "После захода солнца — телескоп и лекция без скуки.",
        ),
        day(
            2,
            "Водопад Шарилляк",
            "Завтрак, восемь километров до водопада и обратно, чай из горных трав, шашлык в селе. "
            "В Ташкенте будем около 20:00.",
        ),
    ],
    inclusions_ru=[
        "инструктор и астроном",
        "ночь в домике на четверых",
        "трёхразовое питание",
        "экологический сбор парка",
    ],
    exclusions_ru=["отдельный домик", "прогулка на лошади"],
    meeting_point_ru="Ташкент, станция метро «Чиланзар», у парковки",
    meeting_lat="41.274000",
    meeting_lon="69.204600",
    age_min=10,
    cancellation_policy=WEEKEND_POLICY,
    duration_days=2,
    base_price="980000.00",
    capacity=18,
    min_group_size=8,
    guide="Бехзод Расулов",
)


SENTOB = Tour(
    key="sentob-village",
    agency=CHIMGAN,
    category="hiking",
    title_ru="Сентоб: гостевой дом в горах Нуратау",
    title_uz="Sentob: Nurota togʻlaridagi mehmon uyi",
    title_en="Sentob: A Guest House in the Nuratau Mountains",
    description_ru=(
        "Сентоб — каменное село вдоль горной речки: ореховые сады, мельница и тропа, по которой "
        "до сих пор ездят на ослах. Живём в семье, печём лепёшки и собираем абрикосы или миндаль — "
        "что поспело. Днём ходим к озеру Фазилман и к наскальным рисункам, которым около трёх "
        "тысяч лет. Связи почти нет, и к третьему дню этому все рады. Весной цветёт миндаль, и "
        "долина становится розовой."
    ),
    description_uz=(
        "Sentob — togʻ daryosi boʻyidagi tosh qishloq: yongʻoqzorlar, tegirmon va eshak soʻqmogʻi. "
        "Oilada yashaymiz, non yopamiz, Fozilmon koʻliga va qadimiy qoyatosh rasmlariga boramiz. "
        "Bahorda bodom gullab, dara pushti rangga kiradi."
    ),
    description_en=(
        "A stone village along a mountain stream: walnut orchards, a watermill and a donkey track. "
        "You stay with a family, bake bread and walk to Lake Fazilman and to petroglyphs some "
        "three thousand years old. In spring the almond blossom turns the valley pink."
    ),
    parameters={
        "difficulty": "medium",
        "languages": ["ru", "uz", "en"],
        "distance_km": 24,
        "elevation_gain_m": 1100,
        "max_altitude_m": 1900,
        "tents": False,
        "what_to_bring": {
            "ru": ["треккинговая обувь", "книга", "наличные", "подарок хозяйке"],
            "uz": ["trekking poyabzali", "kitob", "naqd pul", "uy bekasiga sovgʻa"],
            "en": ["trekking shoes", "a book", "cash", "a present for the hostess"],
        },
    },
    transport_options=[
        transport("minibus", "Микроавтобус из Самарканда и обратно", "170000.00"),
        transport("tashkent", "Из Ташкента и обратно", "290000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Вдоль речки",
            "Переезд через степь, обед в доме, прогулка по верхнему селу к старой мельнице. "
            "Вечером — тандыр и рассказы хозяина.",
        ),
        day(
            2,
            "Озеро Фазилман",
            "Двенадцать километров по ущелью: петроглифы, арча, озеро. Обед берём с собой, ослик "
            "везёт рюкзаки.",
        ),
        day(
            3,
            "Миндаль и дорога",
            "Утро в саду, урок лепёшек, чай с вареньем из инжира. Выезд в полдень, к вечеру в "
            "Самарканде.",
        ),
    ],
    inclusions_ru=[
        "проводник из села",
        "две ночи в семье, домашняя еда",
        "осёл для поклажи",
        "взнос в фонд села",
    ],
    exclusions_ru=["дорога до Сентоба", "верховая лошадь"],
    meeting_point_ru="Самарканд, железнодорожный вокзал, выход в город",
    meeting_lat="39.686900",
    meeting_lon="66.929200",
    age_min=7,
    cancellation_policy=WEEKEND_POLICY,
    duration_days=3,
    base_price="1350000.00",
    capacity=12,
    min_group_size=4,
    guide="Мухаббат Эшонкулова",
)

CHIMGAN_HEIGHTS: tuple[Tour, ...] = (
    GREATER_CHIMGAN,
    ZAAMIN,
    SENTOB,
)
