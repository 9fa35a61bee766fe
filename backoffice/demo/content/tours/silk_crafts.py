"""Crafts and food, with Silk Caravan."""

from backoffice.demo.content.agencies import SILK
from backoffice.demo.content.shapes import Tour, day, tiers, transport

WALK_POLICY = tiers((2, 100), (1, 50), (0, 0))

FERGANA = Tour(
    key="fergana-silk-and-clay",
    agency=SILK,
    category="crafts",
    title_ru="Фергана: шёлк Маргилана и керамика Риштана",
    title_uz="Fargʻona: Margʻilon ipagi va Rishton kulolchiligi",
    title_en="Fergana: Margilan Silk and Rishtan Clay",
    description_ru=(
        "Через перевал Камчик — в долину, где ремесло передают вместе с фамилией. В Риштане мастер "
        "покажет, как из золы степных трав делают бирюзовую глазурь ишкор, и посадит вас за круг. "
        "В Маргилане увидим весь путь шёлка: от кокона в кипятке до адраса с размытым узором абр. "
        "По дороге — дворец Худояр-хана в Коканде, а на столе — ферганский плов из риса девзира."
    ),
    description_uz=(
        "Qamchiq dovoni orqali hunar avloddan avlodga oʻtadigan vodiyga boramiz. Rishtonda ishqor "
        "siri bilan ishlaydigan usta sizni charxga oʻtqazadi, Margʻilonda pilladan adrasgacha "
        "boʻlgan yoʻlni koʻrasiz. Yoʻlda — Qoʻqondagi Xudoyorxon oʻrdasi va devzira guruchidan osh."
    ),
    description_en=(
        "Over the Kamchik Pass to the valley where crafts are inherited with the surname. In "
        "Rishtan a master explains the turquoise ishkor glaze and seats you at the wheel; in "
        "Margilan you follow silk from the cocoon to ikat. Kokand’s palace is on the way."
    ),
    parameters={
        "tastings": 4,
        "workshops": 2,
        "vegetarian": True,
        "languages": ["ru", "uz"],
        "distance_km": 7,
        "what_to_bring": {
            "ru": ["одежда, которую не жалко испачкать", "сумка для керамики"],
            "uz": ["kir boʻlsa achinmaydigan kiyim", "sopol buyumlar uchun sumka"],
            "en": ["clothes you don’t mind getting dirty", "a bag for ceramics"],
        },
    },
    transport_options=[
        transport("minibus", "Микроавтобус из Ташкента и обратно", "180000.00"),
        transport("train", "Поезд до Маргилана и обратно", "240000.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Коканд и Риштан",
            "Выезд в 7:00 через Камчик. Дворец Худояр-хана в Коканде, обед, мастерская керамики "
            "в Риштане: круг, роспись, печь. Ночуем в гостевом доме мастера.",
        ),
        day(
            2,
            "Маргилан",
            "Фабрика «Ёдгорлик»: кокон, краска, станок. Роспись шёлка своими руками, плов из "
            "девзиры и дорога обратно. В Ташкенте будем около 21:00.",
        ),
    ],
    inclusions_ru=[
        "гид два дня",
        "два мастер-класса, ваша тарелка после обжига",
        "ночь в доме мастера",
        "завтрак, два обеда, ужин",
        "входные билеты",
    ],
    exclusions_ru=["доставка керамики почтой", "покупки в мастерских"],
    meeting_point_ru="Ташкент, гостиница «Узбекистан», главный вход",
    meeting_lat="41.311200",
    meeting_lon="69.282900",
    age_min=8,
    cancellation_policy=tiers((10, 100), (5, 60), (2, 25), (0, 0)),
    duration_days=2,
    base_price="1190000.00",
    capacity=16,
    min_group_size=8,
    guide="Мухлиса Юлдашева",
)


TASHKENT = Tour(
    key="tashkent-food-walk",
    agency=SILK,
    category="crafts",
    title_ru="Ташкент на вкус: от Чорсу до большого казана",
    title_uz="Toshkent taʼmi: Chorsudan katta qozongacha",
    title_en="Taste Tashkent: From Chorsu to the Great Cauldron",
    description_ru=(
        "Пять часов, четыре квартала и девять блюд. Начинаем под голубым куполом Чорсу: курт, "
        "навот, сушёная дыня и спор о том, чей рис лучше. Во дворах Хаст-Имама пробуем лепёшку "
        "прямо из тандыра и самсу с тыквой, в махалле учимся раскатывать тесто для нарына. "
        "Заканчиваем у казана, где плов на тысячу порций успевают съесть до часу дня."
    ),
    description_uz=(
        "Besh soat, toʻrtta mahalla va toʻqqizta taom. Chorsuning moviy gumbazi ostida qurt, navot "
        "va qovun qoqi tatib koʻramiz, tandirdan uzilgan non yeymiz, norin xamirini yoyishni "
        "oʻrganamiz. Sayr tushlikkacha tugaydigan katta qozon oshi bilan yakunlanadi."
    ),
    description_en=(
        "Five hours, four neighbourhoods and nine dishes. Start under the blue dome of Chorsu with "
        "qurt, sugar crystals and dried melon, eat bread straight from the tandoor and roll dough "
        "for naryn. The walk ends at a cauldron of plov that is empty by one o’clock."
    ),
    parameters={
        "tastings": 9,
        "workshops": 1,
        "vegetarian": True,
        "languages": ["ru", "uz", "en"],
        "distance_km": 5,
        "what_to_bring": {
            "ru": ["пустой желудок", "удобная обувь", "влажные салфетки"],
            "uz": ["och qorin", "qulay poyabzal", "nam salfetkalar"],
            "en": ["an empty stomach", "comfortable shoes", "wet wipes"],
        },
    },
    transport_options=[
        transport(
            "own",
            "Приду на место встречи",
            "0.00",
            uz="Uchrashuv joyiga oʻzim boraman",
            en="I will come to the meeting point",
        ),
        transport(
            "pickup",
            "Заберите меня из гостиницы",
            "60000.00",
            uz="Meni mehmonxonadan olib keting",
            en="Pick me up at my hotel",
            seats=6,
        ),
    ],
    itinerary_ru=[
        day(
            1,
            "Утро у казана",
            "9:00 — Чорсу и ряды сухофруктов. 10:30 — лепёшки и самса у Хаст-Имама. 11:30 — "
            "нарын в махалле. 12:30 — плов у телебашни. К 14:00 прощаемся.",
        ),
    ],
    itinerary_uz=[
        day(
            1,
            "Katta qozon boshidagi tong",
            "9:00 — Chorsu va quruq mevalar rastasi. 10:30 — Hazrati Imomda non va somsa. 11:30 — "
            "mahallada norin. 12:30 — teleminora yonida osh. Soat 14:00 da xayrlashamiz.",
        ),
    ],
    itinerary_en=[
        day(
            1,
            "A morning at the cauldron",
            "9:00 — Chorsu and the rows of dried fruit. 10:30 — bread and samsa at Hazrati Imam. "
            "11:30 — naryn in a mahalla. 12:30 — plov by the TV tower. We part at 14:00.",
        ),
    ],
    inclusions_ru=["гид-гастроном", "девять дегустаций", "мастер-класс по нарыну", "чай весь день"],
    exclusions_ru=["покупки на базаре", "чаевые"],
    meeting_point_ru="Ташкент, станция метро «Чорсу», выход к базару",
    meeting_lat="41.326400",
    meeting_lon="69.235300",
    meeting_point_en="Tashkent, Chorsu metro station, exit to the bazaar",
    age_min=5,
    child_percent="50.00",
    cancellation_policy=WALK_POLICY,
    duration_days=1,
    base_price="450000.00",
    capacity=10,
    min_group_size=3,
    guide="Камрон Умаров",
)

SILK_CRAFTS: tuple[Tour, ...] = (
    FERGANA,
    TASHKENT,
)
