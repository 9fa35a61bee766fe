"""Books of any size: deals of every kind through the real acts, then copies of their rows by SQL.

A copy's ids are its pattern's plus so many strides; agencies, people and sessions are shared.
"""

from decimal import Decimal

from django.apps import apps
from django.db import connection, transaction

from catalog.models import TourSession
from core.actor import Source, job
from finance.models import Account, LedgerEntry
from finance.services.release import release_pending
from partners.models import TravelAgency, User
from sales.models import Booking
from sales.services.refunds import ask_refund, finish_by_hand
from tests import factories
from tests.cast import Cast
from tests.factories import FIRST_DAY, LAST_DAY, MILLION, NOW, TEN_PERCENT

STRIDE = 1_000_000
AGENCIES, PEOPLE, SESSIONS = 50, 2_500, 1_500


COPIED = (
    "catalog_toursession",
    "sales_booking",
    "sales_bookingtraveller",
    "finance_account",
    "finance_paymenttransaction",
    "finance_refund",
    "finance_referralbonus",
    "finance_accountingtransaction",
    "finance_ledgerentry",
)


def fill(cast: Cast, lines: int) -> int:
    """Books of at least ``lines`` ledger lines; answers how many."""
    act_out(cast)
    pattern = LedgerEntry.objects.filter(transaction__booking__isnull=False).count()
    copies = -(-lines // pattern) - 1
    with transaction.atomic():
        _sql("SET LOCAL session_replication_role = replica")
        _copy_owners(cast, copies)
        _copy_deals(copies)
        _sql(BALANCES)
        _sql(SEATS)
    for table in COPIED:
        _sql(f"ANALYZE {table}")
    return LedgerEntry.objects.count()


def act_out(cast: Cast) -> list[Booking]:
    """A dozen deals of Silk Road: with a promo code, a bonus and a blogger, released, refunded in
    part, waiting."""
    code = factories.promo_code(usage_limit=None, per_user_limit=None)
    cast.give_bonus(cast.traveller, MILLION)
    extras = {"promo_code": code.code, "bonus": Decimal(30_000), "referral_code": "MADINA"}
    deals = [cast.paid(seats=2, transport="bus") for _deal in range(5)]
    deals += [cast.paid(**extras) for _deal in range(5)]
    for deal in deals[1:]:
        _release(deal)
    for deal, amount in zip(deals[::4], (123_456, 500_000, 333_333), strict=True):
        _return_part(cast, deal, Decimal(amount))
    return [*deals, cast.approved(bonus=Decimal(10_000)), cast.request()]


def _release(deal: Booking) -> None:
    with transaction.atomic():
        release_pending(
            booking_id=deal.pk,
            agency_id=deal.agency_id,
            reserve_percent=TEN_PERCENT,
            by=job(),
            at=NOW,
        )


def _return_part(cast: Cast, deal: Booking, amount: Decimal) -> None:
    by = cast.accountant.actor(Source.ADMIN)
    refund = ask_refund(
        booking_id=deal.pk, amount=amount, method="by_hand", reason="Ill", by=by, at=NOW
    )
    finish_by_hand(refund_id=refund.pk, reference="PP-1", proof="proof.pdf", by=by, at=NOW)


def _copy_owners(cast: Cast, copies: int) -> None:
    def ids(pattern: int, most: int) -> list[int]:
        return [pattern + g * STRIDE for g in range(1, min(most, copies + 1))]

    TravelAgency.objects.bulk_create(
        TravelAgency(pk=pk, name=f"Copy {pk}", slug=f"copy-{pk}", commission_percent=TEN_PERCENT)
        for pk in ids(cast.silk.pk, AGENCIES)
    )
    TourSession.objects.bulk_create(
        TourSession(
            pk=pk,
            tour=cast.silk_tour,
            code=str(pk),
            date_start=FIRST_DAY,
            date_end=LAST_DAY,
            price=MILLION,
            capacity=30_000,
            sales_close_at=cast.silk_session.sales_close_at,
        )
        for pk in ids(cast.silk_session.pk, SESSIONS)
    )
    for person in (cast.traveller, cast.blogger):
        User.objects.bulk_create(
            User(pk=pk, telegram_id=pk, first_name=f"Copy {pk}") for pk in ids(person.pk, PEOPLE)
        )
    for owner, most in (("agency_id", AGENCIES), ("user_id", PEOPLE)):
        Account.objects.bulk_create(
            Account(pk=pk, kind=account.kind, **{owner: getattr(account, owner) + pk - account.pk})
            for account in list(Account.objects.filter(**{f"{owner}__isnull": False}))
            for pk in ids(account.pk, most)
        )


def _copy_deals(copies: int) -> None:
    shared = {
        "agency_id": _moved("agency_id", AGENCIES),
        "user_id": _moved("user_id", PEOPLE),
        "session_id": _moved("session_id", SESSIONS),
    }
    booking = {"booking_id": _moved("booking_id")}
    _copy("sales_booking", copies, code="'C' || (r.id %% 1000)::text || '-' || g", **shared)
    _copy("sales_bookingtraveller", copies, **booking)
    agency = {"agency_id": shared["agency_id"]}
    _copy(
        "finance_paymenttransaction",
        copies,
        payme_invoice_id="r.id || '-' || g",
        **agency,
        **booking,
    )
    _copy("finance_refund", copies, payment_id=_moved("payment_id"))
    _copy("finance_referralbonus", copies, user_id=shared["user_id"], **booking)
    _copy(
        "finance_accountingtransaction",
        copies,
        where="r.booking_id IS NOT NULL",
        **agency,
        **booking,
    )
    _copy(
        "finance_ledgerentry",
        copies,
        transaction_id=_moved("transaction_id"),
        account_id=f"""(SELECT a.id + {STRIDE}::bigint * CASE
              WHEN a.agency_id IS NOT NULL THEN g %% {AGENCIES}
              WHEN a.user_id IS NOT NULL THEN g %% {PEOPLE} ELSE 0 END
              FROM finance_account a WHERE a.id = r.account_id)""",
        where="r.transaction_id IN (SELECT id FROM finance_accountingtransaction WHERE"
        " booking_id IS NOT NULL)",
    )


def _moved(column: str, most: int | None = None) -> str:
    """``column`` of the copy ``g``, of at most so many owners."""
    return f"r.{column} + {STRIDE}::bigint * (g{f' %% {most}' if most else ''})"


def _copy(table: str, copies: int, *, where: str = "true", **columns: str) -> None:
    changed = {"id": _moved("id"), **columns}
    facts = ", ".join(f"'{name}', {value}" for name, value in changed.items())
    given = _written_columns(table)
    copied = ", ".join(f"copy.{name}" for name in given)
    _sql(
        f"""
        INSERT INTO {table} ({", ".join(given)}) SELECT {copied}
        FROM (SELECT * FROM {table} OFFSET 0) r, generate_series(1, %s) g,
             jsonb_populate_record(NULL::{table}, to_jsonb(r) || jsonb_build_object({facts})) copy
        WHERE {where} ORDER BY g, r.id""",
        copies,
    )


def _written_columns(table: str) -> list[str]:
    """All but those that the database makes itself."""
    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    return [field.column for field in model._meta.concrete_fields if not field.generated]


BALANCES = """
    UPDATE finance_account a SET balance = x.total
    FROM (SELECT account_id, sum(credit - debit) AS total FROM finance_ledgerentry GROUP BY 1) x
    WHERE x.account_id = a.id AND (a.agency_id IS NOT NULL OR a.user_id IS NOT NULL)"""
SEATS = """
    UPDATE catalog_toursession s SET capacity = 30000, seats_taken = x.total
    FROM (SELECT session_id, sum(seats_reserved) AS total FROM sales_booking
          WHERE status IN ('approved', 'paid') GROUP BY 1) x WHERE x.session_id = s.id"""


def _sql(text: str, *params: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
