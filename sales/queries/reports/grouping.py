"""What moved in a period, journal by journal, and the ways to add it up.

Every sum of money comes from the ledger's lines with the sign that the lines have, whatever the
journal's type is: a partial refund, an adjustment or a split sale needs no case of its own, and a
report's total is the account's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from finance.models.withdrawal import PREFIX
from finance.states import AGENCY_ACCOUNTS, CASH_ACCOUNTS, USER_ACCOUNTS, AccountKind
from sales.queries.reports.definition import Ask, Column, Shape

# In the reader's language, of the tour ``o``.
TOUR_TITLE = """coalesce(nullif(
    CASE %(language)s WHEN 'uz' THEN o.title_uz WHEN 'en' THEN o.title_en END, ''), o.title_ru)"""
# As ``User.__str__`` has it, of the person ``u``.
PERSON_NAME = """coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''),
    nullif(u.username, ''), u.login)"""


def _kinds(kinds: tuple[AccountKind, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


def _sum(what: str, *kinds: AccountKind) -> str:
    return f"coalesce(sum({what}) FILTER (WHERE a.kind IN ({_kinds(kinds)})), 0)"


MOVES = {
    "cash_in": _sum("e.debit", *CASH_ACCOUNTS),
    "cash_out": _sum("e.credit", *CASH_ACCOUNTS),
    "commission_in": _sum("e.credit", AccountKind.COMMISSION),
    "commission_out": _sum("e.debit", AccountKind.COMMISSION),
    "promo_in": _sum("e.debit", AccountKind.PROMO_EXPENSE),
    "promo_out": _sum("e.credit", AccountKind.PROMO_EXPENSE),
    "referral_in": _sum("e.debit", AccountKind.REFERRAL_EXPENSE),
    "referral_out": _sum("e.credit", AccountKind.REFERRAL_EXPENSE),
    "agency_in": _sum("e.credit", *AGENCY_ACCOUNTS),
    "agency_out": _sum("e.debit", *AGENCY_ACCOUNTS),
    "bonus_in": _sum("e.credit", *USER_ACCOUNTS),
    "bonus_out": _sum("e.debit", *USER_ACCOUNTS),
    "transit_in": _sum("e.credit", AccountKind.PAYOUTS_IN_TRANSIT),
    "transit_out": _sum("e.debit", AccountKind.PAYOUTS_IN_TRANSIT),
}
# A line by hand names no agency: the account it touches does.
MOVED = (
    "WITH moved AS (SELECT t.id, t.type, t.payout_id, t.posted_at,"
    " coalesce(t.agency_id, b.agency_id, max(a.agency_id)) AS agency_id,"
    " s.tour_id, t.booking_id, max(a.user_id) AS user_id, ",
    ", ".join(f"{what} AS {name}" for name, what in MOVES.items()),
    " FROM finance_accountingtransaction t"
    " JOIN finance_ledgerentry e ON e.transaction_id = t.id"
    " JOIN finance_account a ON a.id = e.account_id"
    " LEFT JOIN sales_booking b ON b.id = t.booking_id"
    " LEFT JOIN catalog_toursession s ON s.id = b.session_id"
    " WHERE t.posted_at >= %(since)s AND t.posted_at < %(before)s"
    " GROUP BY t.id, b.agency_id, s.tour_id)",
)
NARROW = (
    "(%(agency)s::bigint IS NULL OR m.agency_id = %(agency)s)"
    " AND (%(tour)s::bigint IS NULL OR m.tour_id = %(tour)s)"
)
# Of rows that have a person and a state.
NARROW_PERSON = (
    "(%(person)s::bigint IS NULL OR m.user_id = %(person)s)"
    " AND (%(state)s::text IS NULL OR m.status = %(state)s)"
)
LOCAL_DAY = "(m.posted_at AT TIME ZONE 'Asia/Tashkent')::date"


@dataclass(frozen=True, slots=True)
class Group:
    """A way to add up: ``key`` is what the row is called, ``id`` what it leads to."""

    title: Any
    key: str
    id: str = "NULL::bigint"
    join: str = ""
    page: str = ""
    shape: Shape = Shape.TEXT


AGENCY = "LEFT JOIN partners_travelagency g ON g.id = m.agency_id"
GROUPS = {
    "agency": Group(_("Agency"), "g.name", "g.id", AGENCY, "partners.travelagency"),
    "tour": Group(
        *(_("Tour"), TOUR_TITLE, "o.id"),
        join="LEFT JOIN catalog_tour o ON o.id = m.tour_id",
        page="catalog.tour",
    ),
    "booking": Group(_("Booking"), "b.code", "b.id", page="sales.booking"),
    "partner": Group(
        *(_("Partner"), PERSON_NAME, "u.id"),
        # A sale's person is who travels; who brought him is the bonus's.
        join="LEFT JOIN finance_referralbonus e"
        " ON e.booking_id = m.booking_id AND m.type IN ('sale', 'refund')"
        " LEFT JOIN partners_user u ON u.id = coalesce(e.user_id, m.user_id)",
        page="partners.user",
    ),
    "promotion": Group(
        *(_("Promotion"), "p.title", "p.id"),
        join="LEFT JOIN catalog_promotion p ON p.id = b.promotion_id",
        page="catalog.promotion",
    ),
    "promo_code": Group(
        *(_("Promo code"), "p.code", "p.id"),
        join="LEFT JOIN catalog_promocode p ON p.id = b.promo_code_id",
        page="catalog.promocode",
    ),
    "payout": Group(
        *(_("Payout"), "'№' || m.payout_id || ' · ' || g.name", "m.payout_id"),
        join=AGENCY,
        page="finance.payout",
    ),
    "withdrawal": Group(
        *(_("Withdrawal"), f"'{PREFIX}' || m.withdrawal_id", "m.withdrawal_id"),
        page="finance.referralpayoutrequest",
    ),
    "state": Group(_("State"), "m.status"),
    "month": Group(_("Month"), f"date_trunc('month', {LOCAL_DAY})::date", shape=Shape.MONTH),
    "day": Group(_("Day"), LOCAL_DAY, shape=Shape.DATE),
}


def key_column(ask: Ask) -> Column:
    group = GROUPS[ask.group]
    return Column("key", group.title, group.shape, 30, group.page, "key_id" if group.page else "")


def add_up(
    ask: Ask,
    sums: Mapping[str, str],
    *,
    where: str,
    order: str,
    moved: Sequence[str] = MOVED,
) -> str:
    """The SQL of a grouped report: ``sums`` over what ``moved``, the journals ``m`` (with their
    booking ``b``) that fit ``where``, the largest ``order`` first; days and months in their order.
    """
    group = GROUPS[ask.group]
    is_time = group.shape in (Shape.DATE, Shape.MONTH)
    return " ".join(
        (
            *moved,
            f"SELECT {group.id} AS key_id, {group.key} AS key,",
            ", ".join(f"{what} AS {name}" for name, what in sums.items()),
            "FROM moved m LEFT JOIN sales_booking b ON b.id = m.booking_id",
            group.join,
            f"WHERE {NARROW} AND ({where})",
            "GROUP BY 1, 2",
            "ORDER BY 2, 1" if is_time else f"ORDER BY {order} DESC, 2, 1",
        )
    )
