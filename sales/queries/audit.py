"""Proofs that deals, seats and money agree."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from finance.queries.audit import (
    Proof,
    account_proofs,
    beside,
    clearing_proofs,
    prove,
    snapshot,
)
from sales.queries.audit_deals import halves, prove_deals


def book_proofs() -> list[Proof]:
    """Everything that must hold in the books, of one instant; the ledger's own proofs first.

    The two halves of the deals are proved side by side where there are two connections to do it.
    """
    with snapshot() as name:
        earlier, later = halves()
        (some, ledger), (others, seats) = beside(
            name,
            lambda: (list(prove_deals(earlier)), [*account_proofs(), *clearing_proofs()]),
            lambda: (list(prove_deals(later)), list(_seats())),
        )
    journals, *deals = map(Proof.joined, some, others)
    return [journals, *ledger, *deals, *seats]


def _seats() -> Iterator[Proof]:
    yield from prove(
        [
            _("The seats taken on every session equal those of its approved and paid bookings."),
            _("Every booking has a row for each seat, and their prices add up to its subtotal."),
            _("The bonus reserved for every person equals that of his bookings in progress."),
        ],
        SEATS,
    )


SEATS = """
WITH taken AS (
    SELECT s.id, s.seats_taken, coalesce(b.seats, 0) AS seats
    FROM catalog_toursession s LEFT JOIN (
        SELECT session_id, sum(seats_reserved) AS seats FROM sales_booking
        WHERE status IN ('approved', 'paid') GROUP BY 1) b ON b.session_id = s.id),
rows AS (
    SELECT b.code, b.seats_reserved, b.subtotal - b.transport_total AS price,
           coalesce(t.n, 0) AS n, coalesce(t.tiyin, 0) * 0.01 AS rows_price
    FROM sales_booking b LEFT JOIN (
        SELECT booking_id, count(*) AS n, sum_tiyin((seat_price * 100)::bigint) AS tiyin
        FROM sales_bookingtraveller GROUP BY 1) t ON t.booking_id = b.id),
reserved AS (
    SELECT a.user_id, a.balance, coalesce(b.used, 0) AS used
    FROM finance_account a LEFT JOIN (
        SELECT user_id, sum(bonus_used) AS used FROM sales_booking
        WHERE status IN ('requested', 'approved') GROUP BY 1) b ON b.user_id = a.user_id
    WHERE a.kind = 'bonus_reserved')
SELECT
    (SELECT count(*) FROM taken),
    (SELECT array_agg(format('session %%s: taken %%s, bookings %%s', id, seats_taken, seats))
     FROM taken WHERE seats_taken <> seats),
    (SELECT count(*) FROM rows),
    (SELECT array_agg(format('booking %%s: %%s seats, %%s rows', code, seats_reserved, n))
     FROM rows WHERE n <> seats_reserved OR rows_price <> price),
    (SELECT count(*) FROM reserved),
    (SELECT array_agg(format('person %%s: reserved %%s, bookings %%s', user_id, balance, used))
     FROM reserved WHERE balance <> used)"""
