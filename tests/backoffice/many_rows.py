"""A back office with very many rows, as varied as a real one: patterns by the real acts, then
copies of their rows by SQL, past the triggers.

A copy's id is ``BASE`` and its number ``g``; every owner is found from ``g`` alone.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import connection, models, transaction

from catalog.models import Tour, TourSession
from core.models import EventLog
from finance.models import (
    Account,
    AccountingTransaction,
    LedgerEntry,
    PaymentTransaction,
    ProviderCall,
    ReferralBonus,
    Refund,
)
from notifications.handlers import handle
from notifications.models import Notification
from notifications.services.deliver import deliver_events
from partners.models import TravelAgency
from sales.models import Booking, BookingComment, BookingTraveller
from sales.services.cancel import cancel_booking
from sales.services.holds import sweep_lapsed_holds
from sales.services.reject import reject_booking
from tests import factories
from tests.cast import Cast
from tests.factories import FIRST_DAY, NOW

BASE = 1_000_000_000
AGENCIES = 200
# An agency has no more of them.
ACCOUNTS = 10
YEARS_BACK = timedelta(days=730)
FIRST = "Aziz,Bobur,Dilnoza,Gulnora,Jasur,Kamola,Lola,Madina,Nodira,Otabek,Sardor,Zilola,Анна,Иван"
LAST = "Karimov,Rahimov,Yusupova,Alimov,Tursunov,Nazarova,Hakimov,Umarov,Saidova,Ким,Петрова"
# Of ten bookings six are paid; those that wait are few, however many there were.
SHARES = {
    "paid": range(6),
    "cancelled": range(6, 7),
    "expired": range(7, 9),
    "rejected": range(9, 10),
}
WAITING = 200


class Many:
    """How many of what, and where a copy's owners are."""

    def __init__(self, bookings: int) -> None:
        self.bookings = bookings
        self.people = max(bookings // 4, 10)
        self.tours = max(bookings // 250, 10)
        self.dates = max(bookings // 20, 10)

    def person(self, g: str = "g") -> str:
        return f"{BASE} + {g} * 31 %% {self.people}"

    def date(self, g: str = "g") -> str:
        return f"{BASE} + {g} %% {self.dates}"

    def agency(self, g: str = "g") -> str:
        """A few agencies have most of the tours."""
        tour = f"({g} %% {self.dates} %% {self.tours})"
        return f"{BASE} + floor(power(({tour} * 7919 %% 1000) / 1000.0, 3) * {AGENCIES})::bigint"

    def when(self, g: str = "g") -> str:
        """From two years ago until now."""
        seconds = YEARS_BACK.total_seconds()
        back = f"({self.bookings} - {g}) * {seconds} / {self.bookings}"
        return f"('{NOW.isoformat()}'::timestamptz - {back} * interval '1 second')"


def fill(cast: Cast, bookings: int) -> None:
    """Commit ``bookings`` bookings, and what belongs to such."""
    many = Many(bookings)
    patterns = _act_out(cast)
    with transaction.atomic():
        _sql("SET LOCAL session_replication_role = replica")
        _owners(cast, many)
        for status, slots in SHARES.items():
            _deals(patterns[status], many, list(slots))
        _money(patterns["paid"], many, list(SHARES["paid"]))
        for status in ("requested", "approved"):
            _waiting(patterns[status], many)
    _sql("VACUUM ANALYZE")


def _act_out(cast: Cast) -> dict[str, Booking]:
    """One booking of each status."""
    office = cast.silk_owner.actor("admin")
    lapsed = cast.request(by=cast.stranger, at=NOW - timedelta(hours=3))
    sweep_lapsed_holds(at=NOW)
    lapsed.refresh_from_db()
    paid = cast.paid(seats=2)
    payment = paid.payments.get()
    factories.booking_comment(booking=paid)
    factories.refund(payment=payment, amount=payment.amount / 10)
    factories.referral_bonus(booking=paid, user=cast.blogger)
    factories.provider_call()
    refused, given_up = (cast.request(by=cast.second_traveller) for _each in range(2))
    reject_booking(booking_id=refused.pk, reason="Full", by=office, at=NOW)
    cancel_booking(booking_id=given_up.pk, by=office, at=NOW, reason="Ill")
    patterns = {
        "paid": paid,
        "cancelled": given_up,
        "expired": lapsed,
        "rejected": refused,
        "requested": cast.request(),
        "approved": cast.approved(),
    }
    deliver_events(at=NOW, handle=handle)
    return patterns


def _owners(cast: Cast, many: Many) -> None:
    _copy(
        get_user_model(),
        [cast.traveller.pk],
        f"generate_series(0::bigint, {many.people})",
        telegram_id=f"{BASE} + g",
        username="'user' || g",
        first_name=_one_of(FIRST),
        last_name=_one_of(LAST, "g / 14"),
        phone="'+9989' || lpad((g * 7919 %% 100000000)::text, 8, '0')",
        date_joined=many.when(f"(g * {many.bookings} / {many.people})"),
    )
    numbers = f"generate_series(0::bigint, {AGENCIES})"
    _copy(TravelAgency, [cast.silk.pk], numbers, name="'Agency ' || g", slug="'agency-' || g")
    accounts = _pks(Account.objects.filter(agency=cast.silk))
    _copy(Account, accounts, numbers, per=ACCOUNTS, agency_id=f"{BASE} + g")
    _copy(
        Tour,
        [cast.silk_tour.pk],
        f"generate_series(0::bigint, {many.tours})",
        agency_id=many.agency(),
        code="'t' || g",
        title_ru="'Тур ' || g",
        title_en="'Tour ' || g",
    )
    day = f"'{FIRST_DAY.isoformat()}'::date - 700 + (g %% 900)::int"
    _copy(
        TourSession,
        [cast.silk_session.pk],
        f"generate_series(0::bigint, {many.dates})",
        tour_id=f"{BASE} + g %% {many.tours}",
        code="'s' || g",
        capacity="30000",
        date_start=day,
        date_end=f"{day} + 1",
    )


def _deals(pattern: Booking, many: Many, slots: list[int]) -> None:
    """Every tenth booking for each of ``slots``, with its travellers, events and messages."""
    numbers = _numbers(many, slots)
    _copy_booking(pattern, many, numbers)
    of = {"booking_id": f"{BASE} + g"}
    _copy(
        BookingTraveller,
        _pks(BookingTraveller.objects.filter(booking=pattern)),
        numbers,
        per=4,
        first_name=_one_of(FIRST, "g + i"),
        last_name=_one_of(LAST, "g / 3"),
        **of,
    )
    shift = f"{many.when()} - '{pattern.created_at.isoformat()}'::timestamptz"
    _copy(
        EventLog,
        _pks(EventLog.objects.filter(object_type="sales.booking", object_id=pattern.pk)),
        numbers,
        per=10,
        shift=shift,
        object_id=f"{BASE} + g",
        object_name=_code(),
        agency_id=many.agency(),
        user_id=many.person(),
    )
    _copy(
        Notification,
        _pks(Notification.objects.filter(booking=pattern)),
        numbers,
        per=10,
        shift=shift,
        agency_id=f"CASE WHEN r.agency_id IS NULL THEN NULL ELSE {many.agency()} END",
        recipient_id=f"CASE WHEN r.recipient_id IS NULL THEN NULL ELSE {many.person()} END",
        dedupe_key="r.dedupe_key || '-' || g",
        state="'sent'",
        sent_at=many.when(),
        **of,
    )


def _money(paid: Booking, many: Many, slots: list[int]) -> None:
    """Payments and journals of the paid; one in ten is returned in part or has a comment."""
    numbers, few = _numbers(many, slots), _numbers(many, slots[:1])
    of = {"booking_id": f"{BASE} + g"}
    shift = f"{many.when()} - '{paid.created_at.isoformat()}'::timestamptz"
    _copy(
        PaymentTransaction,
        [paid.payments.get().pk],
        numbers,
        shift=shift,
        agency_id=many.agency(),
        payme_invoice_id="md5('pay' || g)",
        fiscal_perform="""'{"status_code": 0, "receipt_id": "1"}'""",
        **of,
    )
    journals = _pks(AccountingTransaction.objects.filter(booking=paid))
    _copy(
        AccountingTransaction,
        journals,
        numbers,
        per=4,
        shift=shift,
        agency_id=many.agency(),
        **of,
    )
    own = _pks(Account.objects.filter(agency=paid.agency))
    first = f"{BASE} + ({many.agency()} - {BASE}) * {ACCOUNTS}"
    _copy(
        LedgerEntry,
        _pks(LedgerEntry.objects.filter(transaction__in=journals)),
        numbers,
        per=20,
        transaction_id=f"{BASE} + g * 4 + {_place('r.transaction_id', journals)}",
        account_id=f"coalesce({first} + {_place('r.account_id', own)}, r.account_id)",
    )
    refunds = _pks(Refund.objects.filter(payment__booking=paid))
    _copy(
        Refund,
        refunds,
        few,
        shift=shift,
        payment_id=f"{BASE} + g",
        status="'done'",
        reference="'PP-' || g",
        proof="'proof.pdf'",
        done_at=many.when(),
        approved_by_id="NULL",
    )
    _copy(ReferralBonus, _pks(ReferralBonus.objects.filter(booking=paid)), few, shift=shift, **of)
    comments = _pks(BookingComment.objects.filter(booking=paid))
    _copy(BookingComment, comments, few, shift=shift, author_id=many.person(), **of)
    _copy(ProviderCall, _pks(ProviderCall.objects.all()), numbers, called_at=many.when())


def _waiting(pattern: Booking, many: Many) -> None:
    first = many.bookings + (WAITING if pattern.approved_at else 0) + 10
    _copy_booking(
        pattern, many, f"generate_series({first}::bigint, {first + WAITING - 1})", is_old=False
    )


def _copy_booking(pattern: Booking, many: Many, numbers: str, *, is_old: bool = True) -> None:
    shift = f"{many.when()} - r.created_at" if is_old else "interval '0'"
    _copy(
        Booking,
        [pattern.pk],
        numbers,
        shift=shift,
        code=_code(),
        user_id=many.person(),
        session_id=many.date(),
        agency_id=many.agency(),
    )


def _code() -> str:
    """Eight letters and digits, no two alike."""
    return "upper(substr(md5('code' || g), 1, 3)) || lpad(to_hex(g), 6, '0')"


def _numbers(many: Many, slots: list[int]) -> str:
    return (
        f"(SELECT k * 10 + slot AS g FROM generate_series(0::bigint, {many.bookings // 10 - 1}) k,"
        f" unnest(ARRAY{slots}) slot)"
    )


def _one_of(names: str, g: str = "g") -> str:
    return f"(string_to_array('{names}', ','))[1 + ({g}) %% {names.count(',') + 1}]"


def _place(column: str, pks: list[int]) -> str:
    """The place of its value among ``pks``, from 0."""
    return f"(CASE {column} {' '.join(f'WHEN {pk} THEN {i}' for i, pk in enumerate(pks))} END)"


def _pks(rows: models.QuerySet) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _copy(
    model: type[models.Model],
    pks: Iterable[int],
    numbers: str,
    *,
    per: int = 1,
    shift: str = "",
    **columns: str,
) -> None:
    """A copy of each row of ``pks`` for each ``g`` of ``numbers``; at most ``per`` rows a number.
    Instants move by ``shift``; ``columns`` are what else is not as in the pattern."""
    pks = list(pks)
    assert 0 < len(pks) <= per, (model, pks)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    given = {
        field.column: f"r.{field.column} + ({shift})"
        for field in fields
        if shift and isinstance(field, models.DateTimeField)
    }
    given |= {"id": f"{BASE} + g * {per} + i", **columns}
    names = ", ".join(field.column for field in fields)
    values = ", ".join(given.get(field.column, f"r.{field.column}") for field in fields)
    table = model._meta.db_table
    _sql(
        f"INSERT INTO {table} ({names}) SELECT {values}"
        f" FROM (SELECT p.*, row_number() OVER (ORDER BY id) - 1 AS i FROM {table} p"
        f" WHERE id = ANY(%s)) r, {numbers} AS n(g)",
        pks,
    )


def _sql(text: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
