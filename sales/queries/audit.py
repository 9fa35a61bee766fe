"""Proofs that deals, seats and money agree."""

from collections.abc import Iterator

from finance.queries.audit import Proof, ledger_proofs, prove


def book_proofs() -> Iterator[Proof]:
    """Everything that must hold in the books, the ledger's own proofs first."""
    yield from ledger_proofs()
    yield _seats_match_bookings()
    yield _every_seat_has_its_price()
    yield _paid_bookings_have_their_sale()
    yield _only_standing_deals_have_a_sale()
    yield _performed_payments_were_for_a_sale()
    yield _reserved_bonus_matches_bookings()


def _seats_match_bookings() -> Proof:
    return prove(
        "The seats taken on every session equal those of its approved and paid bookings.",
        count="SELECT count(*) FROM catalog_toursession",
        faults="""
            SELECT format('session %%s: taken %%s, bookings %%s',
                          s.id, s.seats_taken, coalesce(sum(b.seats_reserved), 0))
            FROM catalog_toursession s
            LEFT JOIN sales_booking b ON b.session_id = s.id AND b.status IN ('approved', 'paid')
            GROUP BY s.id
            HAVING s.seats_taken <> coalesce(sum(b.seats_reserved), 0)""",
    )


def _every_seat_has_its_price() -> Proof:
    return prove(
        "Every booking has a row for each seat, and their prices add up to its subtotal.",
        count="SELECT count(*) FROM sales_booking",
        faults="""
            SELECT format('booking %%s: %%s seats, %%s rows', b.code, b.seats_reserved, count(t.id))
            FROM sales_booking b LEFT JOIN sales_bookingtraveller t ON t.booking_id = b.id
            GROUP BY b.id
            HAVING count(t.id) <> b.seats_reserved
                OR coalesce(sum(t.seat_price), 0) + b.transport_total <> b.subtotal""",
    )


def _paid_bookings_have_their_sale() -> Proof:
    return prove(
        "Every paid booking has one sale, and price = cash = commission + agency - promo - bonus.",
        count="SELECT count(*) FROM sales_booking WHERE status = 'paid'",
        faults="""
            SELECT format('booking %%s: to pay %%s, cash %%s', b.code, b.final_price, x.cash)
            FROM sales_booking b
            LEFT JOIN finance_accountingtransaction t
                   ON t.booking_id = b.id AND t.type = 'sale' AND t.status = 'posted'
            LEFT JOIN LATERAL (
                SELECT coalesce(sum(e.debit) FILTER (WHERE a.kind = 'payme'), 0) AS cash,
                       coalesce(sum(e.debit) FILTER (WHERE a.kind = 'promo_expense'), 0) AS promo,
                       coalesce(sum(e.debit) FILTER (WHERE a.kind = 'bonus_reserved'), 0) AS bonus,
                       coalesce(sum(e.credit), 0) AS shared
                FROM finance_ledgerentry e JOIN finance_account a ON a.id = e.account_id
                WHERE e.transaction_id = t.id) x ON true
            WHERE b.status = 'paid' AND (
                t.id IS NULL AND b.subtotal
                    - CASE b.promotion_funded_by WHEN 'agency' THEN b.promotion_discount ELSE 0 END
                    - CASE b.promo_funded_by WHEN 'agency' THEN b.promo_discount ELSE 0 END > 0
                OR x.cash <> b.final_price OR x.bonus <> b.bonus_used
                OR x.cash + x.promo + x.bonus <> x.shared)""",
    )


def _only_standing_deals_have_a_sale() -> Proof:
    return prove(
        "Every standing sale is of a booking that is paid, or cancelled with its refund on the way "
        "or its money kept.",
        count="SELECT count(*) FROM finance_accountingtransaction WHERE type = 'sale'",
        faults="""
            SELECT format('sale %%s of booking %%s, which is %%s', t.id, b.code, b.status)
            FROM finance_accountingtransaction t JOIN sales_booking b ON b.id = t.booking_id
            WHERE t.type = 'sale' AND t.status = 'posted'
              AND b.status <> 'paid' AND NOT (b.status = 'cancelled' AND b.paid_at IS NOT NULL)""",
    )


def _performed_payments_were_for_a_sale() -> Proof:
    return prove(
        "Every performed payment stands behind a sale of its amount.",
        count="SELECT count(*) FROM finance_paymenttransaction WHERE state = 'performed'",
        faults="""
            SELECT format('payment %%s of %%s', p.payme_invoice_id, p.amount)
            FROM finance_paymenttransaction p
            WHERE p.state = 'performed' AND NOT EXISTS (
                SELECT 1 FROM finance_accountingtransaction t
                JOIN finance_ledgerentry e ON e.transaction_id = t.id
                JOIN finance_account a ON a.id = e.account_id AND a.kind = 'payme'
                WHERE t.booking_id = p.booking_id AND t.type = 'sale' AND t.status = 'posted'
                  AND e.debit = p.amount)""",
    )


def _reserved_bonus_matches_bookings() -> Proof:
    return prove(
        "The bonus reserved for every person equals that of his bookings in progress.",
        count="SELECT count(*) FROM finance_account WHERE kind = 'bonus_reserved'",
        faults="""
            SELECT format('person %%s: reserved %%s, bookings %%s',
                          a.user_id, a.balance, coalesce(sum(b.bonus_used), 0))
            FROM finance_account a
            LEFT JOIN sales_booking b
                   ON b.user_id = a.user_id AND b.status IN ('requested', 'approved')
            WHERE a.kind = 'bonus_reserved'
            GROUP BY a.id
            HAVING a.balance <> coalesce(sum(b.bonus_used), 0)""",
    )
