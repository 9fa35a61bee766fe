"""The three agencies. Numbers begin with 000 and mail is in `.example`: nobody real is reached."""

from backoffice.demo.content.shapes import Agency

SILK = "silk-caravan"
CHIMGAN = "chimgan-trails"
QIZILQUM = "qizilqum-expeditions"

AGENCIES: tuple[Agency, ...] = (
    Agency(
        slug=SILK,
        name="Silk Caravan",
        description=(
            "Самаркандское агентство с 2009 года. Водим небольшие группы по Самарканду, Бухаре, "
            "Хиве и Ферганской долине: рано утром, пока на площадях пусто, и в мастерские, куда "
            "не заезжают автобусы. Наши гиды — историки и реставраторы, а ужинаем мы в домах у "
            "друзей, а не в ресторанах для туристов."
        ),
        phone="+998660004170",
        email="salom@silk-caravan.example",
        telegram="@silk_caravan_demo",
        address="Самарканд, ул. Регистанская, 14",
        commission_percent="10.00",
        payme_merchant_id="64f1c0a27be35d9810c4a7e2",
        bank_name="АКБ «Капиталбанк», Самаркандский филиал",
        bank_account="20208000600417093001",
        bank_mfo="00974",
        tax_id="304817265",
        auto_approve=False,
        color="#147c93",
        reserve_percent="5.00",
    ),
    Agency(
        slug=CHIMGAN,
        name="Chimgan Trails",
        description=(
            "Клуб горных походов из Ташкента. Каждые выходные выезжаем в Чимган, на Чарвак и в "
            "Заамин, а весной и осенью — в Нуратау. Инструкторы с медицинской подготовкой, своё "
            "снаряжение, честная шкала сложности: если маршрут вам не подходит, мы скажем об этом "
            "до оплаты. Места подтверждаются сразу."
        ),
        phone="+998710005512",
        email="go@chimgan-trails.example",
        telegram="@chimgan_trails_demo",
        address="Ташкент, Мирзо-Улугбекский район, ул. Буюк Ипак Йули, 128",
        commission_percent="12.50",
        payme_merchant_id="5e9b37d4c81f06a2be4d7103",
        bank_name="АИКБ «Ипак Йули», Мирзо-Улугбекский филиал",
        bank_account="20208000905512048001",
        bank_mfo="00444",
        tax_id="307295514",
        auto_approve=True,
        color="#3b7352",
    ),
    Agency(
        slug=QIZILQUM,
        name="Qizilqum Expeditions",
        description=(
            "Экспедиции туда, где кончается асфальт: Арал и Устюрт, юрты Айдаркуля, каньоны "
            "Байсуна, буддийский Термез. Ездим на подготовленных внедорожниках, с запасом воды, "
            "спутниковым телефоном и поваром. База в Нукусе, проводники — местные жители, "
            "которые знают каждый колодец."
        ),
        phone="+998610002934",
        email="yol@qizilqum.example",
        telegram="@qizilqum_demo",
        address="Нукус, ул. Гарезсизлик, 62",
        commission_percent="8.00",
        payme_merchant_id="61a8d2f90c74be53e6910fd8",
        bank_name="АКБ «Хамкорбанк», Нукусский филиал",
        bank_account="20208000302934071001",
        bank_mfo="00083",
        tax_id="302934718",
        auto_approve=False,
        color="#b1502c",
        collection="split",
        payout_cycle="on_demand",
    ),
)
