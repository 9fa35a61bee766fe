"""Proofs that deals, seats and money agree."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from finance.queries.audit import Proof, clearing_proofs, ledger_proofs, prove, snapshot


def book_proofs() -> list[Proof]:
    """Everything that must hold in the books, of one instant; the ledger's own proofs first."""
    with snapshot():
        return [*ledger_proofs(), *clearing_proofs(), *_deals(), *_seats()]


def _deals() -> Iterator[Proof]:
    yield from prove(
        [
            _(
                "Every paid booking has its sale, and price = cash = commission + agency - promo "
                "- bonus."
            ),
            _("Every sale is of a booking that is paid, or was and has been cancelled."),
            _(
                "Every performed payment stands behind a sale of its amount, and every sale's cash "
                "behind it has a payment."
            ),
            _(
                "What refunds have returned of every booking is what is posted, and no party's "
                "part is more than the sale's; after a whole refund they are the same."
            ),
            _(
                "Every payment counts the refunds that stand of it, and they are at most its "
                "amount."
            ),
            _(
                "What is pending or reserved of an agency belongs to bookings, and of none it is "
                "below zero."
            ),
            _("Every line of an agency's account is of a journal of that agency."),
            _(
                "Every partner's bonus is what was posted for its booking, less what refunds took "
                "back."
            ),
        ],
        DEALS,
    )


def _seats() -> Iterator[Proof]:
    yield from prove(
        [
            _("The seats taken on every session equal those of its approved and paid bookings."),
            _("Every booking has a row for each seat, and their prices add up to its subtotal."),
            _("The bonus reserved for every person equals that of his bookings in progress."),
        ],
        SEATS,
    )


# Money that goes straight to an agency's own cashbox (a split payment) is in no journal.
DEALS = """
WITH sides AS MATERIALIZED (
    SELECT t.booking_id, count(*) FILTER (WHERE t.type = 'sale') AS sale_lines,
        sum(e.debit) FILTER (WHERE t.type = 'sale'
            AND a.kind IN ('payme', 'bank', 'unmatched')) AS cash,
        sum(e.debit) FILTER (WHERE t.type = 'sale' AND a.kind = 'promo_expense') AS promo,
        sum(e.debit) FILTER (WHERE t.type = 'sale' AND a.kind = 'bonus_reserved') AS bonus,
        sum(e.credit) FILTER (WHERE t.type = 'sale' AND a.kind = 'commission') AS commission,
        sum(e.credit) FILTER (WHERE t.type = 'sale' AND a.kind = 'agency_pending') AS share,
        sum(e.credit) FILTER (WHERE t.type = 'refund'
            AND a.kind IN ('payme', 'bank', 'unmatched')) AS cash_back,
        sum(e.credit) FILTER (WHERE t.type = 'refund' AND a.kind = 'promo_expense') AS promo_back,
        sum(e.credit) FILTER (WHERE t.type = 'refund' AND a.kind = 'bonus_available')
            AS bonus_back,
        sum(e.debit) FILTER (WHERE t.type = 'refund' AND a.kind = 'commission')
            AS commission_back,
        sum(e.debit - e.credit) FILTER (WHERE t.type = 'refund' AND a.kind
            IN ('agency_pending', 'agency_available', 'agency_reserve')) AS share_back
    FROM finance_accountingtransaction t
    JOIN finance_ledgerentry e ON e.transaction_id = t.id
    JOIN finance_account a ON a.id = e.account_id
    WHERE t.type IN ('sale', 'refund') GROUP BY 1),
held AS MATERIALIZED (
    SELECT t.booking_id,
           sum(e.credit - e.debit) FILTER (WHERE a.kind = 'agency_pending') AS pending,
           sum(e.credit - e.debit) FILTER (WHERE a.kind = 'agency_reserve') AS reserve
    FROM finance_ledgerentry e
    JOIN finance_accountingtransaction t ON t.id = e.transaction_id
    JOIN finance_account a ON a.id = e.account_id
    WHERE a.kind IN ('agency_pending', 'agency_reserve') GROUP BY 1),
agency_lines AS MATERIALIZED (
    SELECT count(*) AS n,
           array_agg(format('line %%s', e.id)) FILTER (
               WHERE a.agency_id IS DISTINCT FROM t.agency_id) AS foreign_lines
    FROM finance_ledgerentry e
    JOIN finance_accountingtransaction t ON t.id = e.transaction_id
    JOIN finance_account a ON a.id = e.account_id
    WHERE a.agency_id IS NOT NULL),
rewarded AS (
    SELECT t.booking_id, sum(e.debit - e.credit) AS reward
    FROM finance_ledgerentry e
    JOIN finance_accountingtransaction t ON t.id = e.transaction_id
    WHERE t.type = 'bonus' AND t.booking_id IS NOT NULL AND e.account_id = (
        SELECT id FROM finance_account WHERE kind = 'referral_expense') GROUP BY 1),
payments AS MATERIALIZED (
    SELECT p.id, p.booking_id, p.payme_invoice_id, p.state, p.amount, p.refund_total, CASE
        WHEN p.receivers IS NULL THEN 0 ELSE (
            SELECT coalesce(sum((r ->> 'amount')::numeric) / 100, 0)
            FROM jsonb_array_elements(p.receivers) r WHERE r ->> 'id' <> p.cashbox) END AS direct
    FROM finance_paymenttransaction p),
taken AS (
    SELECT booking_id, sum(amount) AS amount, sum(direct) AS direct,
           sum(CASE WHEN state = 'refunded' THEN direct ELSE 0 END) AS direct_back
    FROM payments WHERE state IN ('performed', 'refunded') GROUP BY 1),
refunds AS MATERIALIZED (
    SELECT payment_id, sum(amount) FILTER (WHERE status <> 'rejected') AS standing,
           sum(amount) FILTER (WHERE status = 'done') AS done
    FROM finance_refund GROUP BY 1),
returned AS (
    SELECT p.booking_id, sum(r.done) AS done
    FROM refunds r JOIN payments p ON p.id = r.payment_id GROUP BY 1),
rewards AS (
    SELECT booking_id, sum(amount - reversed_amount) AS net FROM finance_referralbonus GROUP BY 1),
from_cases AS (
    SELECT booking_id, sum(amount) AS amount FROM finance_moneycase
    WHERE decision = 'booked' AND booking_id IS NOT NULL GROUP BY 1),
prices AS (
    SELECT b.id, b.code, b.status, b.paid_at, b.final_price, b.bonus_used, b.commission_percent,
        CASE b.promotion_funded_by WHEN 'platform' THEN b.promotion_discount ELSE 0 END
            + CASE b.promo_funded_by WHEN 'platform' THEN b.promo_discount ELSE 0 END AS promo,
        b.subtotal
            - CASE b.promotion_funded_by WHEN 'agency' THEN b.promotion_discount ELSE 0 END
            - CASE b.promo_funded_by WHEN 'agency' THEN b.promo_discount ELSE 0 END AS gross
    FROM sales_booking b WHERE b.paid_at IS NOT NULL
        OR EXISTS (SELECT 1 FROM sides s WHERE s.booking_id = b.id AND s.sale_lines > 0)),
deals AS (
    SELECT p.*, coalesce(s.sale_lines, 0) > 0 AS is_sold, p.final_price AS price,
        coalesce(s.cash, 0) AS cash, coalesce(t.direct, 0) AS direct,
        coalesce(s.promo, 0) AS sold_promo, coalesce(s.bonus, 0) AS sold_bonus,
        coalesce(s.commission, 0) AS commission, coalesce(s.share, 0) AS share,
        coalesce(s.cash_back, 0) + coalesce(t.direct_back, 0) AS cash_back,
        coalesce(s.promo_back, 0) AS promo_back, coalesce(s.bonus_back, 0) AS bonus_back,
        coalesce(s.commission_back, 0) AS commission_back,
        coalesce(s.share_back, 0) + coalesce(t.direct_back, 0) AS share_back,
        coalesce(t.amount, 0) AS paid, coalesce(c.amount, 0) AS from_cases,
        coalesce(r.done, 0) AS done
    FROM prices p
    LEFT JOIN sides s ON s.booking_id = p.id
    LEFT JOIN taken t ON t.booking_id = p.id
    LEFT JOIN returned r ON r.booking_id = p.id
    LEFT JOIN from_cases c ON c.booking_id = p.id),
counted AS MATERIALIZED (
    SELECT p.id, p.payme_invoice_id, p.amount, p.refund_total, coalesce(r.standing, 0) AS standing,
           p.state, coalesce(r.done, 0) AS done
    FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id),
bonuses AS (
    SELECT coalesce(s.booking_id, r.booking_id) AS booking_id, coalesce(s.reward, 0) AS posted,
           coalesce(r.net, 0) AS net
    FROM rewarded s
    FULL JOIN rewards r ON r.booking_id = s.booking_id)
SELECT count(*) FILTER (WHERE status = 'paid'),
    array_agg(format('booking %%s: price %%s, cash %%s, straight to the agency %%s, '
                     'commission %%s, agency %%s, promo %%s, bonus %%s', code, price, cash, direct,
                     commission, share, sold_promo, sold_bonus))
        FILTER (WHERE is_sold AND (
                cash + direct <> price OR sold_promo <> promo OR sold_bonus <> bonus_used
                OR commission <> round(gross * commission_percent / 100, 2)
                OR share + direct + commission <> gross)
            OR NOT is_sold AND status = 'paid' AND gross > direct),
    count(*) FILTER (WHERE is_sold),
    array_agg(format('booking %%s is %%s', code, status))
        FILTER (WHERE is_sold AND status <> 'paid'
            AND NOT (status = 'cancelled' AND paid_at IS NOT NULL)),
    (SELECT count(*) FROM payments WHERE state IN ('performed', 'refunded')),
    array_cat(
        array_agg(format('booking %%s: cash %%s, paid %%s', code, cash + direct, paid))
            FILTER (WHERE paid <> 0 AND cash + direct <> paid
                OR paid = 0 AND cash <> from_cases),
        (SELECT array_agg(format('payment %%s of %%s', payme_invoice_id, amount)) FROM payments
         WHERE state IN ('performed', 'refunded') AND booking_id NOT IN (
            SELECT id FROM prices))),
    count(*) FILTER (WHERE done <> 0 OR cash_back <> 0 OR share_back <> 0),
    array_agg(format('booking %%s: refunds %%s, cash back %%s; promo %%s of %%s, bonus %%s of %%s, '
                     'commission %%s of %%s, agency %%s of %%s', code, done, cash_back, promo_back,
                     sold_promo, bonus_back, sold_bonus, commission_back, commission, share_back,
                     share + direct))
        FILTER (WHERE done <> cash_back OR promo_back > sold_promo OR bonus_back > sold_bonus
            OR commission_back > commission OR share_back > share + direct
            OR done = price AND done > 0 AND (promo_back, bonus_back, commission_back, share_back)
                <> (sold_promo, sold_bonus, commission, share + direct)),
    (SELECT count(*) FROM counted),
    (SELECT array_agg(format('payment %%s of %%s: counted %%s, refunds %%s', payme_invoice_id,
                             amount, refund_total, standing))
     FROM counted WHERE refund_total <> standing OR standing > amount
        OR state = 'refunded' AND done <> amount),
    (SELECT count(*) FROM held),
    (SELECT array_agg(format('booking №%%s: pending %%s, reserve %%s', booking_id, pending,
                             reserve))
     FROM held WHERE pending < 0 OR reserve < 0 OR booking_id IS NULL),
    (SELECT n FROM agency_lines),
    (SELECT foreign_lines FROM agency_lines),
    (SELECT count(*) FROM bonuses),
    (SELECT array_agg(format('booking №%%s: posted %%s, bonus %%s', booking_id, posted, net))
     FROM bonuses WHERE posted <> net)
FROM deals"""

SEATS = """
WITH taken AS (
    SELECT s.id, s.seats_taken, coalesce(b.seats, 0) AS seats
    FROM catalog_toursession s LEFT JOIN (
        SELECT session_id, sum(seats_reserved) AS seats FROM sales_booking
        WHERE status IN ('approved', 'paid') GROUP BY 1) b ON b.session_id = s.id),
rows AS (
    SELECT b.code, b.seats_reserved, b.subtotal - b.transport_total AS price,
           coalesce(t.n, 0) AS n, coalesce(t.price, 0) AS rows_price
    FROM sales_booking b LEFT JOIN (
        SELECT booking_id, count(*) AS n, sum(seat_price) AS price
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
