"""What is looked for, and how each looks when it is found.

Every ``find`` starts from the rows that the model's own list shows its reader, and asks what an
index answers; agencies and payouts are few. ``tests/backoffice/test_search.py`` reads the plans.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.display import session_badge, state_badge
from backoffice.admin.search.asked import Asked
from catalog.models import PromoCode, Tour, TourSession
from catalog.queries.desk_search import find_dates, find_tours
from core.clock import local_date, now
from core.money import som
from finance.models import (
    Invoice,
    PaymentTransaction,
    Payout,
    PayoutRegister,
    ReferralPayoutRequest,
    Refund,
)
from partners.models import TravelAgency, User
from partners.queries.search import find_people
from sales.models import Booking
from sales.queries.search import find_few_bookings

Rows = QuerySet[Any]
# The text and the badge beside the row's name.
Shown = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """``find`` answers at most so many rows, None when what was asked cannot mean such a row.
    ``exact`` is the field by which one row is meant; ``related`` is read with the row.
    ``has_list`` when the list's own search finds the same."""

    model: Any
    title: Any
    icon: str
    find: Callable[[Rows, Asked, int], Rows | None]
    show: Callable[[Any], Shown]
    related: tuple[str, ...] = ()
    exact: str = ""
    has_list: bool = False


# --- how they are found


def _bookings(rows: Rows, asked: Asked, most: int) -> Rows | None:
    if asked.is_too_short:
        return None
    return find_few_bookings(rows, asked.words, most=most)  # type: ignore[arg-type]


def _people(rows: Rows, asked: Asked, most: int) -> Rows | None:
    return None if asked.is_too_short else find_people(rows, asked.words).order_by("-pk")[:most]


def _tours(rows: Rows, asked: Asked, most: int) -> Rows | None:
    return None if asked.is_too_short else find_tours(rows, asked.words).order_by("-pk")[:most]


def _dates(rows: Rows, asked: Asked, most: int) -> Rows | None:
    if asked.is_too_short:
        return None
    return find_dates(rows, asked.words, today=local_date(now()), day=asked.day)[:most]


def _agencies(rows: Rows, asked: Asked, most: int) -> Rows | None:
    if asked.is_too_short:
        return None
    words = asked.words
    by_words = Q(name__icontains=words) | Q(slug=words.lower()) | Q(tax_id=words)
    return rows.filter(by_words).order_by("name")[:most]


def _payouts(rows: Rows, asked: Asked, most: int) -> Rows | None:
    meant = Q(pk=asked.number) if asked.number is not None else Q()
    if asked.one_word:
        meant |= Q(bank_reference=asked.one_word)
    return rows.filter(meant).order_by("-pk")[:most] if meant else None


def _by_number(rows: Rows, asked: Asked, most: int) -> Rows | None:
    return rows.filter(pk=asked.number)[:most] if asked.number is not None else None


def _by(lookup: str) -> Callable[[Rows, Asked, int], Rows | None]:
    """By a code or an id as a whole."""

    def find(rows: Rows, asked: Asked, most: int) -> Rows | None:
        return rows.filter(**{lookup: asked.one_word})[:most] if asked.one_word else None

    return find


# --- how they are shown


def _booking(row: Booking) -> Shown:
    session = row.session
    text = f"{row.user} · {session.tour.title} · {session.date_start:%d.%m.%Y}"
    return text, state_badge("booking", row.status, row.get_status_display())


def _person(row: User) -> Shown:
    ways = [row.phone, f"@{row.username}" if row.username else "", row.login or ""]
    return " · ".join(filter(None, ways)), ""


def _payment(row: PaymentTransaction) -> Shown:
    text = f"{row.booking} · {som(row.amount)}"
    return text, state_badge("payment", row.state, row.get_state_display())


def _tour(row: Tour) -> Shown:
    return str(row.agency), state_badge("tour", row.status, row.get_status_display())


def _date(row: TourSession) -> Shown:
    text = _("Seats left: %(n)s") % {"n": row.available_seats}
    return text, session_badge(row)


def _agency(row: TravelAgency) -> Shown:
    return row.phone, state_badge("agency", row.status, row.get_status_display())


def _promo_code(row: PromoCode) -> Shown:
    return str(row.agency or _("All agencies")), ""


def _payout(row: Payout) -> Shown:
    return som(row.amount), state_badge("payout", row.status, row.get_status_display())


def _withdrawal(row: ReferralPayoutRequest) -> Shown:
    text = f"{row.user} · {som(row.amount)}"
    return text, state_badge("withdrawal", row.status, row.get_status_display())


def _refund(row: Refund) -> Shown:
    text = _("Refund %(n)s") % {"n": row.pk}
    return text, state_badge("refund", row.status, row.get_status_display())


def _register(row: PayoutRegister) -> Shown:
    return "", ""


def _invoice(row: Invoice) -> Shown:
    text = f"{row.receipt_id} · {som(row.amount)}"
    return text, state_badge("invoice", row.status, row.get_status_display())


KINDS = (
    Kind(
        Booking,
        gettext_lazy("Bookings"),
        "confirmation_number",
        _bookings,
        _booking,
        ("session__tour", "user"),
        exact="code",
        has_list=True,
    ),
    Kind(User, gettext_lazy("People"), "person", _people, _person, has_list=True),
    Kind(
        PaymentTransaction,
        gettext_lazy("Payments"),
        "payments",
        _by("payme_invoice_id"),
        _payment,
        ("booking",),
        exact="payme_invoice_id",
    ),
    Kind(Invoice, gettext_lazy("Invoices"), "sms", _by("receipt_id"), _invoice, ("booking",)),
    Kind(
        Tour,
        gettext_lazy("Tours"),
        "landscape",
        _tours,
        _tour,
        ("agency",),
        has_list=True,
    ),
    Kind(TourSession, gettext_lazy("Dates"), "calendar_month", _dates, _date, ("tour",)),
    Kind(TravelAgency, gettext_lazy("Agencies"), "storefront", _agencies, _agency, has_list=True),
    Kind(
        PromoCode,
        gettext_lazy("Promo codes"),
        "local_activity",
        _by("code__iexact"),
        _promo_code,
        ("agency",),
    ),
    Kind(Payout, gettext_lazy("Payouts"), "account_balance", _payouts, _payout, ("agency",)),
    Kind(
        PayoutRegister,
        gettext_lazy("Registers"),
        "table_view",
        _by("number"),
        _register,
    ),
    Kind(
        ReferralPayoutRequest,
        gettext_lazy("Withdrawals"),
        "credit_card",
        _by_number,
        _withdrawal,
        ("user",),
    ),
    Kind(
        Refund,
        gettext_lazy("Refunds"),
        "undo",
        _by_number,
        _refund,
        ("payment__booking",),
    ),
)
