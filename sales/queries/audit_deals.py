"""Proofs of deals: each booking's price, payments, refunds and bonus against its journals.

All of them are of one booking each, so bookings may be proved in parts, side by side.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db.models import Max, Min, Q
from django.utils.translation import gettext_lazy as _

from finance.models import AccountingTransaction
from finance.queries.audit import JOURNALS_BALANCE, UNBALANCED, Proof, prove
from sales.models import Booking

SENTENCES = [
    JOURNALS_BALANCE,
    _("Every paid booking has its sale, and price = cash = commission + agency - promo - bonus."),
    _("Every sale is of a booking that is paid, or was and has been cancelled."),
    _(
        "Every performed payment stands behind a sale of its amount, and every sale's cash "
        "behind it has a payment."
    ),
    _(
        "What refunds have returned of every booking is what is posted, and no party's "
        "part is more than the sale's; after a whole refund they are the same."
    ),
    _("Every payment counts the refunds that stand of it, and they are at most its amount."),
    _(
        "What is pending or reserved of an agency belongs to bookings, and of none it is "
        "below zero."
    ),
    _("Every line of an agency's account is of a journal of that agency."),
    _("Every partner's bonus is what was posted for its booking, less what refunds took back."),
]


@dataclass(frozen=True, slots=True)
class Part:
    """Bookings by their ids with all their journals, and journals of no booking by theirs."""

    first: int
    last: int
    first_other: int
    last_other: int


def halves() -> tuple[Part, Part]:
    """All bookings and all journals, in two parts of much the same size."""
    first, booking, last = _ends(Booking)
    first_other, other, last_other = _ends(AccountingTransaction)
    return (
        Part(first, booking, first_other, other),
        Part(booking + 1, last, other + 1, last_other),
    )


def _ends(model: type[Booking | AccountingTransaction]) -> tuple[int, int, int]:
    """The first id, the middle between them and the last; zeros when there is none."""
    ends = model.objects.aggregate(first=Min("pk", default=0), last=Max("pk", default=0))
    return ends["first"], (ends["first"] + ends["last"]) // 2, ends["last"]


def prove_deals(part: Part) -> Iterator[Proof]:
    """The journals and deals of a part of the books."""
    journals = AccountingTransaction.objects.filter(
        Q(booking__pk__range=(part.first, part.last))
        | Q(booking=None, pk__range=(part.first_other, part.last_other))
    )
    # Where their lines are: journals follow their bookings, so this is little more than the part.
    lines = journals.aggregate(
        first_line_of=Min("pk", default=0), last_line_of=Max("pk", default=0)
    )
    return prove(SENTENCES, DEALS, asdict(part) | lines)


# Money that goes straight to an agency's own cashbox (a split payment) is in no journal.
DEALS = f"""
WITH accounts AS MATERIALIZED (
    SELECT id, agency_id,
        kind IN ('payme', 'bank', 'unmatched') AS is_cash,
        kind = 'promo_expense' AS is_promo,
        kind = 'bonus_reserved' AS is_reserved_bonus,
        kind = 'bonus_available' AS is_bonus,
        kind = 'commission' AS is_commission,
        kind = 'referral_expense' AS is_reward,
        kind = 'agency_pending' AS is_pending,
        kind = 'agency_available' AS is_available,
        kind = 'agency_reserve' AS is_reserve
    FROM finance_account),
-- The one pass over the lines: each journal's sums by class of account, credit less debit.
sums AS (
    SELECT transaction_id AS id, count(*) AS lines, sum_tiyin(tiyin) AS difference,
        count(agency_id) AS agency_lines, min(agency_id) AS first_agency,
        max(agency_id) AS last_agency,
        sum_tiyin(tiyin) FILTER (WHERE is_cash) AS cash,
        sum_tiyin(tiyin) FILTER (WHERE is_promo) AS promo,
        sum_tiyin(tiyin) FILTER (WHERE is_reserved_bonus) AS reserved_bonus,
        sum_tiyin(tiyin) FILTER (WHERE is_bonus) AS bonus,
        sum_tiyin(tiyin) FILTER (WHERE is_commission) AS commission,
        sum_tiyin(tiyin) FILTER (WHERE is_reward) AS reward,
        sum_tiyin(tiyin) FILTER (WHERE is_pending) AS pending,
        sum_tiyin(tiyin) FILTER (WHERE is_available) AS available,
        sum_tiyin(tiyin) FILTER (WHERE is_reserve) AS reserve
    FROM finance_ledgerentry JOIN accounts ON accounts.id = account_id
    WHERE transaction_id BETWEEN %(first_line_of)s AND %(last_line_of)s GROUP BY 1),
journals AS (
    SELECT t.id, t.type = 'sale' AS is_sale, t.type = 'refund' AS is_refund,
        t.type = 'bonus' AS is_bonus, t.booking_id, t.agency_id, s.lines, s.difference,
        s.agency_lines, s.first_agency, s.last_agency, s.cash, s.promo, s.reserved_bonus, s.bonus,
        s.commission, s.reward, s.pending, s.available, s.reserve
    FROM finance_accountingtransaction t LEFT JOIN sums s ON s.id = t.id
    WHERE t.booking_id BETWEEN %(first)s AND %(last)s
        OR t.booking_id IS NULL AND t.id BETWEEN %(first_other)s AND %(last_other)s),
-- Each booking's journals, in tiyin; those of no booking are one row, without a booking.
sides AS MATERIALIZED (
    SELECT booking_id, count(*) AS journals, sum_tiyin(agency_lines) AS agency_lines,
        array_agg(id) FILTER (WHERE lines IS NULL OR lines < 2 OR difference <> 0) AS unbalanced,
        array_agg(id) FILTER (WHERE agency_lines > 0 AND (first_agency <> last_agency
            OR first_agency IS DISTINCT FROM agency_id)) AS of_others,
        sum_tiyin(lines) FILTER (WHERE is_sale) AS sale_lines,
        -sum_tiyin(cash) FILTER (WHERE is_sale) AS cash,
        -sum_tiyin(promo) FILTER (WHERE is_sale) AS promo,
        -sum_tiyin(reserved_bonus) FILTER (WHERE is_sale) AS bonus,
        sum_tiyin(commission) FILTER (WHERE is_sale) AS commission,
        sum_tiyin(pending) FILTER (WHERE is_sale) AS share,
        sum_tiyin(cash) FILTER (WHERE is_refund) AS cash_back,
        sum_tiyin(promo) FILTER (WHERE is_refund) AS promo_back,
        sum_tiyin(bonus) FILTER (WHERE is_refund) AS bonus_back,
        -sum_tiyin(commission) FILTER (WHERE is_refund) AS commission_back,
        -sum_tiyin(coalesce(pending, 0) + coalesce(available, 0) + coalesce(reserve, 0))
            FILTER (WHERE is_refund) AS share_back,
        -sum_tiyin(reward) FILTER (WHERE is_bonus) AS reward,
        sum_tiyin(pending) AS pending, sum_tiyin(reserve) AS reserve
    FROM journals GROUP BY 1),
-- What is asked of journals and of what an agency holds of a booking: one look at all sides.
found AS (
    SELECT coalesce(sum_tiyin(journals), 0) AS journals,
        coalesce(sum_tiyin(agency_lines), 0) AS agency_lines,
        count(*) FILTER (WHERE pending IS NOT NULL OR reserve IS NOT NULL) AS held,
        array_agg(format('booking №%%s: pending %%s, reserve %%s', booking_id, pending * 0.01,
                         reserve * 0.01))
            FILTER (WHERE pending < 0 OR reserve < 0 OR booking_id IS NULL
                AND (pending IS NOT NULL OR reserve IS NOT NULL)) AS wrongly_held
    FROM sides),
unbalanced AS (
    SELECT array_agg(u.id) AS unbalanced
    FROM (SELECT unnest(unbalanced) AS id FROM sides WHERE unbalanced IS NOT NULL) u),
payments AS MATERIALIZED (
    SELECT p.id, p.booking_id, p.payme_invoice_id, p.state, (p.amount * 100)::bigint AS amount,
        (p.refund_total * 100)::bigint AS refund_total, CASE WHEN p.receivers IS NULL THEN 0 ELSE (
            SELECT coalesce(sum((r ->> 'amount')::bigint), 0)::bigint
            FROM jsonb_array_elements(p.receivers) r WHERE r ->> 'id' <> p.cashbox) END AS direct,
        r.standing, r.done
    FROM finance_paymenttransaction p LEFT JOIN (
        SELECT payment_id,
            sum_tiyin((amount * 100)::bigint) FILTER (WHERE status <> 'rejected') AS standing,
            sum_tiyin((amount * 100)::bigint) FILTER (WHERE status = 'done') AS done
        FROM finance_refund GROUP BY 1) r ON r.payment_id = p.id
    WHERE p.booking_id BETWEEN %(first)s AND %(last)s),
counted AS (
    SELECT count(*) AS payments,
        count(*) FILTER (WHERE state IN ('performed', 'refunded')) AS taken,
        array_agg(format('payment %%s of %%s: counted %%s, refunds %%s', payme_invoice_id,
                         amount * 0.01, refund_total * 0.01, coalesce(standing, 0) * 0.01))
            FILTER (WHERE refund_total <> coalesce(standing, 0) OR standing > amount
                OR state = 'refunded' AND coalesce(done, 0) <> amount) AS miscounted
    FROM payments),
taken AS (
    SELECT booking_id, sum_tiyin(amount) FILTER (WHERE state IN ('performed', 'refunded')) AS paid,
        sum_tiyin(direct) FILTER (WHERE state IN ('performed', 'refunded')) AS direct,
        sum_tiyin(direct) FILTER (WHERE state = 'refunded') AS direct_back, sum_tiyin(done) AS done
    FROM payments GROUP BY 1),
from_cases AS (
    SELECT booking_id, sum_tiyin((amount * 100)::bigint) AS amount FROM finance_moneycase
    WHERE decision = 'booked' AND booking_id BETWEEN %(first)s AND %(last)s GROUP BY 1),
rewards AS (
    SELECT coalesce(s.booking_id, r.booking_id) AS booking_id, coalesce(s.reward, 0) AS posted,
        coalesce(r.net, 0) AS net
    FROM (SELECT booking_id, reward FROM sides
          WHERE reward IS NOT NULL AND booking_id IS NOT NULL) s
    FULL JOIN (SELECT booking_id, sum_tiyin(((amount - reversed_amount) * 100)::bigint) AS net
               FROM finance_referralbonus WHERE booking_id BETWEEN %(first)s AND %(last)s
               GROUP BY 1) r ON r.booking_id = s.booking_id),
rewarded AS (
    SELECT count(*) AS n,
        array_agg(format('booking №%%s: posted %%s, bonus %%s', booking_id, posted * 0.01,
                         net * 0.01)) FILTER (WHERE posted <> net) AS wrongly
    FROM rewards),
prices AS (
    SELECT id, code, status, paid_at, commission_percent, (final_price * 100)::bigint AS price,
        (bonus_used * 100)::bigint AS bonus_used,
        ((CASE promotion_funded_by WHEN 'platform' THEN promotion_discount ELSE 0 END
            + CASE promo_funded_by WHEN 'platform' THEN promo_discount ELSE 0 END) * 100)::bigint
            AS promo,
        ((subtotal
            - CASE promotion_funded_by WHEN 'agency' THEN promotion_discount ELSE 0 END
            - CASE promo_funded_by WHEN 'agency' THEN promo_discount ELSE 0 END) * 100)::bigint
            AS gross
    FROM sales_booking WHERE id BETWEEN %(first)s AND %(last)s),
-- Bookings that are sold, paid or have a payment; all amounts in tiyin.
deals AS (
    SELECT p.*, coalesce(s.sale_lines, 0) > 0 AS is_sold,
        coalesce(s.cash, 0) AS cash, coalesce(t.direct, 0) AS direct,
        coalesce(s.promo, 0) AS sold_promo, coalesce(s.bonus, 0) AS sold_bonus,
        coalesce(s.commission, 0) AS commission, coalesce(s.share, 0) AS share,
        coalesce(s.cash_back, 0) + coalesce(t.direct_back, 0) AS cash_back,
        coalesce(s.promo_back, 0) AS promo_back, coalesce(s.bonus_back, 0) AS bonus_back,
        coalesce(s.commission_back, 0) AS commission_back,
        coalesce(s.share_back, 0) + coalesce(t.direct_back, 0) AS share_back,
        coalesce(t.paid, 0) AS paid, coalesce(c.amount, 0) AS from_cases,
        coalesce(t.done, 0) AS done
    FROM prices p
    LEFT JOIN sides s ON s.booking_id = p.id
    LEFT JOIN taken t ON t.booking_id = p.id
    LEFT JOIN from_cases c ON c.booking_id = p.id
    WHERE p.paid_at IS NOT NULL OR s.sale_lines > 0 OR t.paid > 0)
SELECT (SELECT journals FROM found),
    (SELECT ({UNBALANCED}) FROM unbalanced),
    count(*) FILTER (WHERE status = 'paid'),
    array_agg(format('booking %%s: price %%s, cash %%s, straight to the agency %%s, '
                     'commission %%s, agency %%s, promo %%s, bonus %%s', code, price * 0.01,
                     cash * 0.01, direct * 0.01, commission * 0.01, share * 0.01,
                     sold_promo * 0.01, sold_bonus * 0.01))
        FILTER (WHERE is_sold AND (
                cash + direct <> price OR sold_promo <> promo OR sold_bonus <> bonus_used
                OR commission <> round(gross * commission_percent / 100)
                OR share + direct + commission <> gross)
            OR NOT is_sold AND status = 'paid' AND gross > direct),
    count(*) FILTER (WHERE is_sold),
    array_agg(format('booking %%s is %%s', code, status))
        FILTER (WHERE is_sold AND status <> 'paid'
            AND NOT (status = 'cancelled' AND paid_at IS NOT NULL)),
    (SELECT taken FROM counted),
    array_agg(format('booking %%s: cash %%s, paid %%s', code, (cash + direct) * 0.01, paid * 0.01))
        FILTER (WHERE paid <> 0 AND (cash + direct <> paid OR NOT is_sold AND paid_at IS NULL)
            OR paid = 0 AND cash <> from_cases),
    count(*) FILTER (WHERE done <> 0 OR cash_back <> 0 OR share_back <> 0),
    array_agg(format('booking %%s: refunds %%s, cash back %%s; promo %%s of %%s, bonus %%s of %%s, '
                     'commission %%s of %%s, agency %%s of %%s', code, done * 0.01,
                     cash_back * 0.01, promo_back * 0.01, sold_promo * 0.01, bonus_back * 0.01,
                     sold_bonus * 0.01, commission_back * 0.01, commission * 0.01,
                     share_back * 0.01, (share + direct) * 0.01))
        FILTER (WHERE done <> cash_back OR promo_back > sold_promo OR bonus_back > sold_bonus
            OR commission_back > commission OR share_back > share + direct
            OR done = price AND done > 0 AND (promo_back, bonus_back, commission_back, share_back)
                <> (sold_promo, sold_bonus, commission, share + direct)),
    (SELECT payments FROM counted),
    (SELECT miscounted FROM counted),
    (SELECT held FROM found),
    (SELECT wrongly_held FROM found),
    (SELECT agency_lines FROM found),
    (SELECT array_agg(format('line %%s', e.id))
     FROM (SELECT unnest(of_others) AS id FROM sides WHERE of_others IS NOT NULL) o
     JOIN finance_accountingtransaction t ON t.id = o.id
     JOIN finance_ledgerentry e ON e.transaction_id = t.id
     JOIN finance_account a ON a.id = e.account_id
     WHERE a.agency_id IS DISTINCT FROM t.agency_id AND a.agency_id IS NOT NULL),
    (SELECT n FROM rewarded),
    (SELECT wrongly FROM rewarded)
FROM deals"""  # noqa: S608 - put together from our own text only
