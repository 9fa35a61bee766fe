"""Old cities, with Silk Caravan."""

from backoffice.demo.content.agencies import SILK
from backoffice.demo.content.shapes import Tour, day, tiers, transport

CITY_POLICY = tiers((14, 100), (7, 70), (3, 30), (0, 0))

SAMARKAND = Tour(
    key="samarkand-blue-city",
    agency=SILK,
    category="heritage",
    title_ru="Самарканд: город голубых куполов",
    title_uz="Samarqand: moviy gumbazlar shahri",
    title_en="Samarkand: City of Blue Domes",
    description_ru=(
        "Два дня в городе, который Тимур задумал столицей мира. Утром, пока нет групп, стоим одни "
        "на Регистане и разбираем три его медресе — Улугбека, Шердор и Тилля-Кари. Поднимаемся по "
        "лестнице Шахи-Зинды, сидим под чинарами у Гур-Эмира и едем в Конигил, где бумагу до сих "
        "пор делают из коры шелковицы. Вечером — ужин в доме старого квартала и подсветка площади "
        "без спешки."
    ),
    description_uz=(
        "Amir Temur poytaxtida ikki kun: Registon, Bibixonim, Shohi Zinda va Goʻri Amir. Konigilda "
        "tut poʻstlogʻidan qogʻoz tayyorlashni oʻz qoʻlingiz bilan sinab koʻrasiz. Kechqurun eski "
        "mahalladagi xonadonda oilaviy kechki ovqat."
    ),
    description_en=(
        "Two days in the city Timur meant to be the capital of the world: the Registan before the "
        "crowds, Shah-i-Zinda, Gur-e-Amir and Ulugh Beg’s observatory. In Konigil you will make "
        "paper from mulberry bark. Dinner is at a family home in the old quarter."
    ),
    parameters={
        "difficulty": "easy",
        "languages": ["ru", "uz", "en"],
        "distance_km": 14,
        "monuments": 9,
        "evening_walk": True,
        "what_to_bring": {
            "ru": ["удобная обувь", "платок на голову", "солнцезащитный крем"],
            "uz": ["qulay poyabzal", "bosh uchun roʻmol", "quyoshdan himoya kremi"],
            "en": ["comfortable shoes", "a headscarf", "sunscreen"],
        },
    },
    transport_options=[
        transport(
            "train",
            "Поезд «Афросиаб» из Ташкента и обратно",
            "540000.00",
            uz="Toshkentdan «Afrosiyob» poyezdi, borib-kelish",
            en="Afrosiyob train from Tashkent and back",
            seats=12,
        ),
        transport(
            "bus",
            "Автобус из Ташкента и обратно",
            "220000.00",
            uz="Toshkentdan avtobus, borib-kelish",
            en="Coach from Tashkent and back",
        ),
        transport(
            "own", "Доберусь сам", "0.00", uz="Oʻzim yetib boraman", en="I will come by myself"
        ),
    ],
    itinerary_ru=[
        day(
            1,
            "Регистан и старый город",
            "Три медресе Регистана до прихода групп, мечеть Биби-Ханым, лепёшки и халва на "
            "Сиабском базаре. После обеда — Шахи-Зинда. Вечером ужин в доме и площадь в огнях.",
        ),
        day(
            2,
            "Небо Улугбека и шёлковая бумага",
            "Мавзолей Гур-Эмир, обсерватория Улугбека, мастерская бумаги в Конигиле на берегу "
            "Сиаба. К 16:00 возвращаемся к вокзалу.",
        ),
    ],
    itinerary_uz=[
        day(
            1,
            "Registon va eski shahar",
            "Guruhlar kelguncha Registonning uch madrasasi, Bibixonim masjidi, Siyob bozorida "
            "non va holva. Tushdan keyin — Shohi Zinda. Kechqurun xonadonda ovqat va "
            "yoritilgan maydon.",
        ),
        day(
            2,
            "Ulugʻbek osmoni va ipak qogʻoz",
            "Goʻri Amir maqbarasi, Ulugʻbek rasadxonasi, Siyob boʻyidagi Konigil qogʻoz "
            "ustaxonasi. Soat 16:00 ga vokzalga qaytamiz.",
        ),
    ],
    itinerary_en=[
        day(
            1,
            "The Registan and the old city",
            "The three madrasas of the Registan before the groups come, Bibi-Khanym, bread and "
            "halva at the Siab bazaar. Shah-i-Zinda in the afternoon, dinner at a family home.",
        ),
        day(
            2,
            "Ulugh Beg’s sky and silk paper",
            "Gur-e-Amir, Ulugh Beg’s observatory and the paper mill in Konigil. Back at the "
            "station by four in the afternoon.",
        ),
    ],
    inclusions_ru=[
        "гид-историк два дня",
        "входные билеты во все памятники",
        "одна ночь в гостевом доме, завтрак",
        "ужин в семье и обед второго дня",
        "мастер-класс по бумаге",
    ],
    inclusions_uz=[
        "ikki kun tarixchi gid",
        "barcha obidalarga kirish chiptalari",
        "mehmon uyida bir kecha, nonushta",
        "oilada kechki ovqat va ikkinchi kun tushligi",
        "qogʻoz tayyorlash darsi",
    ],
    inclusions_en=[
        "a historian as guide for two days",
        "tickets to all monuments",
        "one night in a guest house with breakfast",
        "dinner with a family, lunch on the second day",
        "a paper-making class",
    ],
    exclusions_ru=["дорога до Самарканда", "обед первого дня", "одноместное размещение"],
    exclusions_uz=["Samarqandgacha yoʻl", "birinchi kun tushligi", "bir kishilik xona"],
    exclusions_en=["the way to Samarkand", "lunch on the first day", "a single room"],
    meeting_point_ru="Самарканд, площадь Регистан, у касс",
    meeting_point_uz="Samarqand, Registon maydoni, kassalar yonida",
    meeting_point_en="Samarkand, Registan Square, at the ticket office",
    child_percent="70.00",
    infant_percent="0.00",
    meeting_lat="39.654700",
    meeting_lon="66.975800",
    age_min=6,
    cancellation_policy=CITY_POLICY,
    duration_days=2,
    base_price="1250000.00",
    capacity=16,
    min_group_size=6,
    guide="Шерзод Хакимов",
)


BUKHARA = Tour(
    key="bukhara-evening",
    agency=SILK,
    category="heritage",
    title_ru="Бухара за выходные: купола, хаузы и вечер у Калона",
    title_uz="Buxoroda dam olish kunlari: gumbazlar, hovuzlar va Minorai Kalon oqshomi",
    title_en="A Weekend in Bukhara: Domes, Ponds and the Kalyan at Dusk",
    description_ru=(
        "Бухара не превратилась в музей: под торговыми куполами и сегодня чеканят медь и куют "
        "ножницы в форме аиста. За два дня пройдём от Ляби-Хауза до крепости Арк, разглядим "
        "мавзолей Саманидов, где кирпич сложен как плетёное кружево, и встретим закат на крыше "
        "напротив минарета Калон. Второе утро отдадим летнему дворцу эмира Ситораи Мохи-Хоса и "
        "мастерской золотного шитья. Живём в старом доме с резным айваном, в двух минутах от хауза."
    ),
    description_uz=(
        "Buxoroning savdo gumbazlarida misgarlar va pichoqchilar hozir ham ishlaydi. Labi Hovuzdan "
        "Arkkacha piyoda yuramiz, Somoniylar maqbarasini koʻramiz va Minorai Kalonni quyosh "
        "botayotganda tomdan tomosha qilamiz. Tunash — naqshinkor ayvonli eski uyda."
    ),
    description_en=(
        "Under Bukhara’s trading domes coppersmiths still hammer and cutlers still forge scissors "
        "shaped like storks. We walk from Lyabi-Hauz to the Ark, watch the sun set behind the "
        "Kalyan minaret from a rooftop and visit the emir’s summer palace. You sleep in an old "
        "merchant’s house with a carved porch."
    ),
    parameters={
        "difficulty": "easy",
        "languages": ["ru", "en"],
        "distance_km": 16,
        "monuments": 12,
        "evening_walk": True,
        "what_to_bring": {
            "ru": ["удобная обувь", "лёгкая накидка", "наличные для мастерских"],
            "uz": ["qulay poyabzal", "yengil yopinchiq", "ustaxonalar uchun naqd pul"],
            "en": ["comfortable shoes", "a light wrap", "cash for the workshops"],
        },
    },
    transport_options=[
        transport("train", "Поезд «Афросиаб» из Ташкента и обратно", "760000.00"),
        transport("sleeper", "Ночной поезд, купе, туда и обратно", "420000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "От хауза до Арка",
            "Ляби-Хауз и купола Токи-Саррафон и Токи-Заргарон, ансамбль Пои-Калон, крепость Арк, "
            "мечеть Боло-Хауз, мавзолей Саманидов. На закате — крыша с видом на Калон.",
        ),
        day(
            2,
            "Дворец эмира и золотая нить",
            "Ситораи Мохи-Хоса, мастерская золотного шитья, четыре башни Чор-Минора и обед с "
            "бухарским пловом оши-софи. Свободное время до поезда.",
        ),
    ],
    inclusions_ru=[
        "гид два дня",
        "входные билеты",
        "ночь в доме с айваном, завтрак",
        "обед второго дня",
        "чай с навотом на крыше",
    ],
    exclusions_ru=["дорога до Бухары", "ужин первого дня", "съёмка на штатив в памятниках"],
    meeting_point_ru="Бухара, Ляби-Хауз, у памятника Ходже Насреддину",
    meeting_lat="39.773300",
    meeting_lon="64.420900",
    age_min=6,
    cancellation_policy=CITY_POLICY,
    duration_days=2,
    base_price="1480000.00",
    capacity=14,
    min_group_size=6,
    guide="Зебо Ахророва",
)


KHIVA = Tour(
    key="khiva-dusk",
    agency=SILK,
    category="heritage",
    title_ru="Хива: ночь в стенах Ичан-Калы",
    title_uz="Xiva: Ichan qalʼa devorlari ichida bir kecha",
    title_en="Khiva: A Night Inside Itchan Kala",
    description_ru=(
        "Когда автобусы уезжают, Хива остаётся тем, кто в ней ночует. Мы живём внутри Ичан-Калы, "
        "поэтому Кальта-Минор, минарет Ислам-Ходжа и резные колонны Джума-мечети увидим и на "
        "рассвете, и при первых звёздах. В один из дней выезжаем к крепостям древнего Хорезма: "
        "Аяз-Кала стоит на холме среди пустыни, как корабль из глины. В программе — танец лазги и "
        "ужин с зелёной лапшой шивит-оши."
    ),
    description_uz=(
        "Ichan qalʼa ichida yashaymiz, shuning uchun Kalta Minor, Islomxoʻja minorasi va Juma "
        "masjidini tongda ham, yulduzlar ostida ham koʻrasiz. Bir kun qadimgi Xorazm qalʼalariga — "
        "Ayozqalʼa va Tuproqqalʼaga boramiz. Dasturda lazgi raqsi va shivit oshi ham bor."
    ),
    description_en=(
        "When the coaches leave, Khiva belongs to those who sleep inside its walls. See Kalta "
        "Minor and the carved columns of the Juma Mosque at dawn and by starlight. One day goes to "
        "the clay fortresses of ancient Khorezm, Ayaz-Kala and Toprak-Kala."
    ),
    parameters={
        "difficulty": "easy",
        "languages": ["ru", "uz", "en"],
        "distance_km": 15,
        "monuments": 14,
        "evening_walk": True,
        "what_to_bring": {
            "ru": ["тёплая кофта на вечер", "головной убор", "удобная обувь"],
            "uz": ["kechqurun uchun issiq kofta", "bosh kiyim", "qulay poyabzal"],
            "en": ["a warm jumper for the evening", "a hat", "comfortable shoes"],
        },
    },
    transport_options=[
        transport("flight", "Самолёт Ташкент — Ургенч и обратно", "1350000.00"),
        transport("train", "Ночной поезд из Ташкента, купе, туда и обратно", "520000.00"),
        transport("own", "Доберусь сам", "0.00"),
    ],
    itinerary_ru=[
        day(
            1,
            "Ичан-Кала без толпы",
            "Встреча у западных ворот, Кальта-Минор, Куня-Арк и его терраса, Джума-мечеть. "
            "Вечером прогулка по крепостной стене и ужин с шивит-оши.",
        ),
        day(
            2,
            "Крепости Хорезма",
            "Выезд к Топрак-Кале и Аяз-Кале, обед в юртах. К вечеру возвращаемся в Хиву: танец "
            "лазги во дворе медресе.",
        ),
        day(
            3,
            "Мастерские и рассвет",
            "Рассвет у минарета Ислам-Ходжа, резчики по дереву, мавзолей Пахлавана Махмуда. "
            "Трансфер в Ургенч после обеда.",
        ),
    ],
    inclusions_ru=[
        "гид три дня",
        "две ночи внутри Ичан-Калы, завтраки",
        "выезд к крепостям на микроавтобусе",
        "входные билеты",
        "два ужина и обед в юртах",
    ],
    exclusions_ru=["дорога до Ургенча", "сувениры", "страховка"],
    meeting_point_ru="Хива, западные ворота Ата-Дарваза",
    meeting_lat="41.378300",
    meeting_lon="60.357400",
    age_min=7,
    cancellation_policy=CITY_POLICY,
    duration_days=3,
    base_price="2350000.00",
    capacity=14,
    min_group_size=6,
    guide="Отабек Матниязов",
)

SILK_CITIES: tuple[Tour, ...] = (
    SAMARKAND,
    BUKHARA,
    KHIVA,
)
