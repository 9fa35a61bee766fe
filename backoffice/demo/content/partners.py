"""Partners, who came by whose link, what was granted, and the withdrawals to cards.

People are named as Telegram names them. The cards are nobody's: made up, with a right check digit.
"""

from dataclasses import dataclass
from decimal import Decimal

from partners.states import Door

SEVARA, ELENA, ZILOLA, RUSTAM = "sevara_yolda", "elena_kim_uz", "zilola_naz", "rustam_khaydarov"
BOBUR, DILSHOD, SHAHNOZA = "bobur_alimov", "dilshod_raximov", "shahnoza_qodir"
TIMUR, SARDOR, GULNORA = "timur_akhm", "sardor_abd", "gulnora_erg"

ELENAS_CODE, ELENAS_PERCENT = "LENA-TREK", Decimal(4)
ELENAS_AUTUMN = (Decimal(7), "Осенняя акция: семь процентов до конца месяца.")
WHY_STOPPED = "Рассылал свой код в чатах чужих агентств: жалобы от двух из них."

CARD_OF_SEVARA = "8600000000000114"
CARD_OF_ELENA, NEW_CARD_OF_ELENA = "8600000000000221", "9860000000000448"
# Zilola and Rustam both name this one.
SHARED_CARD = "9860000000000554"
# Hers who becomes a partner in ``manage.py walkthrough --flow 3``.
CARD_OF_THE_WALK = "8600000000000338"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody opens a partner's link, days ago."""

    who: str
    partner: str
    door: Door
    days: int


ARRIVALS = (
    Arrival(ELENA, SEVARA, Door.BOT, 46),
    Arrival(BOBUR, SEVARA, Door.BOT, 40),
    Arrival(SHAHNOZA, SEVARA, Door.APP, 38),
    Arrival(DILSHOD, ELENA, Door.APP, 30),
    Arrival(TIMUR, ZILOLA, Door.BOT, 26),
    Arrival(SARDOR, RUSTAM, Door.APP, 20),
    # Those that do not count: his own link, a ring, taken by another, a stopped partner.
    Arrival(ZILOLA, ZILOLA, Door.APP, 25),
    Arrival(SEVARA, ELENA, Door.BOT, 19),
    Arrival(SHAHNOZA, ELENA, Door.APP, 11),
    Arrival(GULNORA, RUSTAM, Door.BOT, 2),
)

# To whom, UZS, why.
APOLOGY = (BOBUR, Decimal(100_000), "Извинение: автобус опоздал на час, гость остался без обеда.")
PRIZE = (ELENA, Decimal(150_000), "Приз за лучший отзыв месяца: видео о Чимгане.")
# Who spends how much of it.
SPENDS = (BOBUR, Decimal(60_000))
