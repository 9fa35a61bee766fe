"""Believable values for every template, so that staff can read each before anybody gets it.

A template that names a value which is not here fails in the tests, as does a kind without a reader.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core.money import som
from notifications.booking_words import dates_of
from notifications.states import Kind
from partners.models import Language

# Who reads what, in the order in which it comes to him.
READERS: tuple[tuple[Any, tuple[Kind, ...]], ...] = (
    (
        gettext_lazy("Travellers"),
        (
            Kind.BOOKING_REQUESTED,
            Kind.BOOKING_APPROVED,
            Kind.BOOKING_REJECTED,
            Kind.DATE_OFFERED,
            Kind.HOLD_ENDING,
            Kind.BOOKING_EXPIRED,
            Kind.BOOKING_PAID,
            Kind.CHAT_INVITATION,
            Kind.TRIP_IN_THREE_DAYS,
            Kind.TRIP_TOMORROW,
            Kind.SESSION_CHANGED,
            Kind.BOOKING_CANCELLED,
            Kind.BOOKING_REFUNDED,
            Kind.ANNOUNCEMENT,
        ),
    ),
    (
        gettext_lazy("Agencies"),
        (
            Kind.AGENCY_REQUEST,
            Kind.REQUEST_WAITS,
            Kind.CARD_CLOSED,
            Kind.AGENCY_PAID,
            Kind.AGENCY_CANCELLED,
            Kind.CHAT_REMOVAL,
            Kind.AGENCY_PAYOUT_PAID,
            Kind.AGENCY_PAYOUT_FAILED,
        ),
    ),
    (
        gettext_lazy("Referral partners"),
        (
            Kind.BONUS_EARNED,
            Kind.BONUS_MATURED,
            Kind.BONUS_REVERSED,
            Kind.BONUS_CLAWED_BACK,
            Kind.BONUS_GRANTED,
            Kind.BONUS_CORRECTED,
            Kind.WITHDRAWAL_REQUESTED,
            Kind.WITHDRAWAL_NEW_CARD,
            Kind.WITHDRAWAL_APPROVED,
            Kind.WITHDRAWAL_PAID,
            Kind.WITHDRAWAL_FAILED,
            Kind.WITHDRAWAL_REJECTED,
            Kind.WITHDRAWAL_CANCELLED,
        ),
    ),
    (
        gettext_lazy("Circle's own staff"),
        (
            Kind.REQUEST_WAITS_PLATFORM,
            Kind.WITHDRAWAL_WAITS,
            Kind.PAYOUT_WAITS,
            Kind.BOOKS_PROVED,
            Kind.BOOKS_BROKEN,
            Kind.EXPORT_READY,
            Kind.EXPORT_FAILED,
        ),
    ),
)

# What people have written themselves, each in his own language.
WRITTEN: Mapping[str, Mapping[str, str]] = {
    Language.RU: {
        "tour": "Чимган и Чарвак за два дня",
        "reason": "Автобус в ремонте до понедельника",
        "grant": "За помощь с группой из Самарканда",
        "correction": "Начислено дважды за одну поездку",
        "bank": "Счёт закрыт",
        "bad_card": "Карта недействительна",
        "disk": "На диске нет места",
        "comment": "«Нужно детское кресло»",
        "place": "Ташкент, метро «Алмазар», выход 2",
        "text": "По выходным в марте – скидка 10 % на туры в горы.\nПромокод: VESNA",
    },
    Language.UZ: {
        "tour": "Chimyon va Chorvoq, ikki kun",
        "reason": "Avtobus dushanbagacha taʼmirda",
        "grant": "Samarqandlik guruhga yordam uchun",
        "correction": "Bir safar uchun ikki marta hisoblangan",
        "bank": "Hisob raqami yopilgan",
        "bad_card": "Karta yaroqsiz",
        "disk": "Diskda joy qolmagan",
        "comment": "«Bolalar oʻrindigʻi kerak»",
        "place": "Toshkent, «Olmazor» metrosi, 2-chiqish",
        "text": "Martda dam olish kunlari togʻ turlariga 10 % chegirma.\nPromokod: BAHOR",
    },
    Language.EN: {
        "tour": "Chimgan and Charvak in two days",
        "reason": "The coach is being repaired until Monday",
        "grant": "For help with the group from Samarkand",
        "correction": "Counted twice for one trip",
        "bank": "The account is closed",
        "bad_card": "The card is not valid",
        "disk": "No room is left on the disk",
        "comment": "«We need a child seat»",
        "place": "Tashkent, metro Olmazor, exit 2",
        "text": "Weekends in March: 10 % off tours into the mountains.\nPromo code: SPRING",
    },
}
# Which of these is the reason, where the coach is not.
REASONS: Mapping[str, str] = {
    Kind.BONUS_GRANTED: "grant",
    Kind.BONUS_CORRECTED: "correction",
    Kind.WITHDRAWAL_FAILED: "bad_card",
    Kind.WITHDRAWAL_REJECTED: "bad_card",
    Kind.AGENCY_PAYOUT_FAILED: "bank",
    Kind.EXPORT_FAILED: "disk",
}
# Where a name means something else than elsewhere.
OWN: Mapping[str, Mapping[str, Any]] = {
    Kind.EXPORT_READY: {"rows": 1_284},
    **{kind: {"number": "W-57"} for kind in Kind if kind.startswith("withdrawal")},
    Kind.WITHDRAWAL_NEW_CARD: {"number": "W-57", "until": "16.03.2027 14:30"},
    Kind.DATE_OFFERED: {"until": "16.03.2027 14:30"},
}


def sample(kind: str, language: str) -> dict[str, Any]:
    """The values of a message of the kind, in ``language``."""
    written = WRITTEN[language]
    reason = {"reason": written[REASONS.get(kind, "reason")]}
    with override(language):
        return {
            **_plain(),
            **_booking(written),
            **_money(),
            **written,
            **reason,
            **OWN.get(kind, {}),
        }


def _plain() -> dict[str, Any]:
    return {
        "booking": 1,
        "offer": 1,
        "withdrawal": 1,
        "payout": 1,
        "number": 31,
        "code": "K7M2QX",
        "seats": 2,
        "free_seats": 5,
        "until": "14:30",
        "day": "15.03.2027",
        "period": "01.03.2027 – 15.03.2027",
        "card": "8600 •••• •••• 6478",
        "reference": "№ 40817",
        "person": "Malika Yusupova",
        "traveller": "Dilnoza Karimova",
        "agency": "Silk Road Travel",
        "contacts": "Silk Road Travel, +998 71 200 11 22, @silkroad",
        "url": f"{settings.BACKOFFICE_URL}/admin/",
        "pay_url": "https://checkout.paycom.uz/",
    }


def _booking(written: Mapping[str, str]) -> dict[str, Any]:
    reason = _("Reason: {reason}").format(reason=written["reason"])
    return {
        "dates": dates_of(date(2027, 3, 20), date(2027, 3, 21)),
        "other_dates": dates_of(date(2027, 3, 27), date(2027, 3, 28)),
        "meeting": _("Meeting point: {place}").format(place=written["place"]),
        "lapsed": _("It was not paid in time, and the seats are free again."),
        "ended": " ".join((_("The agency called it off."), reason)),
        "money_back": _("To be returned: {refund}.").format(refund=som(Decimal(1_500_000))),
        "stands": _("The booking stands."),
        "status": _("cancelled"),
        "history": _(
            "With you before: requests {all}, paid {paid}, cancelled by himself {cancelled}."
        ).format(all=3, paid=2, cancelled=1),
        "changes": _("Meeting point: {place}").format(place=written["place"]),
        "outcome": _("✅ Approved by {who}, {time}").format(who="Sherzod", time="14:05"),
        "title": _("Commission"),
        "button": _("Ask to be let in"),
    }


def _money() -> dict[str, Any]:
    return {
        "price": som(Decimal(1_500_000)),
        "other_price": som(Decimal(1_620_000)),
        "returned": som(Decimal(1_500_000)),
        "agency_share": som(Decimal(1_350_000)),
        "amount": som(Decimal(450_000)),
        "takings": som(Decimal(18_400_000)),
        "payments": 12,
        "commission": som(Decimal(1_840_000)),
        "payouts_waiting": 2,
        "payouts_sum": som(Decimal(9_200_000)),
        "withdrawals_waiting": 3,
        "withdrawals_sum": som(Decimal(1_350_000)),
        "refunds_waiting": 1,
        "cases_open": 0,
        "rows_unexplained": 0,
        "below_zero": 0,
        "proofs": 14,
        "broken": 1,
        "rows": 204_518,
        "seconds": 3.2,
        "faults": "• 2010 agency_pending: 100 000",
        "doubts": "",
    }
