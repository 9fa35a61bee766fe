"""Proofs over the ledger: each a sentence, how much it looked at, and what is wrong.

Several proofs that read the same rows are one statement: it answers, for each of its sentences in
turn, how many rows were looked at and an array of faults. All of a run see one snapshot.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from finance.models import ClosedMonth
from finance.states import (
    DEBIT_NORMAL,
    OPEN_WITHDRAWALS,
    PAYOUTS_IN_TRANSIT,
    PLATFORM_ACCOUNTS,
    CaseStatus,
    WithdrawalStatus,
)

type Sentence = str | Promise

JOURNALS_BALANCE = _("Every journal has two lines or more, and its debits equal its credits.")

# Whole sums are made of whole tables: hashes in memory, no compiler, and nobody waits for another
# connection's part longer than that takes.
PLANNING = (
    "SET LOCAL work_mem = '192MB'; SET LOCAL hash_mem_multiplier = 2; SET LOCAL jit = off;"
    " SET LOCAL idle_in_transaction_session_timeout = 0;"
    " SET LOCAL max_parallel_workers_per_gather = 0"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """``faults`` is empty when the sentence holds; each names one thing that breaks it."""

    sentence: Sentence
    looked_at: int
    faults: list[str] = field(default_factory=list)

    def joined(self, other: "Proof") -> "Proof":
        """Of two parts of what the sentence is about."""
        return Proof(self.sentence, self.looked_at + other.looked_at, [*self.faults, *other.faults])


@contextmanager
def snapshot(shared: str | None = None) -> Iterator[str | None]:
    """All that is read inside is of one instant, so that postings under way raise no alarm.

    Yields a name by which another connection may read the same instant, given it as ``shared``;
    None inside another transaction, whose own writing nobody else can see.
    """
    nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not nested:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if shared:
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [shared])
        cursor.execute(PLANNING)
        if nested or shared:
            yield None
        else:
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor.fetchone()[0]


def beside[A, B](name: str | None, here: Callable[[], A], there: Callable[[], B]) -> tuple[A, B]:
    """Both answers; side by side when the snapshot has a name, each on a connection of its own."""
    if name is None:
        return here(), there()

    def elsewhere() -> B:
        try:
            with snapshot(name):
                return there()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(elsewhere)
        return here(), other.result()


def prove(sentences: Sequence[Sentence], sql: str, params: dict[str, Any] | None = None) -> Any:
    """The proofs of one statement, whose row holds a count and an array of faults for each."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or {})
        row = cursor.fetchone()
    pairs = zip(row[::2], row[1::2], strict=True)
    for sentence, (looked_at, faults) in zip(sentences, pairs, strict=True):
        yield Proof(sentence, looked_at, faults or [])


def ledger_proofs() -> Iterator[Proof]:
    """What must hold within the ledger, whatever it is about."""
    yield from prove([JOURNALS_BALANCE], JOURNALS)
    yield from account_proofs()


def account_proofs() -> Iterator[Proof]:
    """What must hold of accounts, of reversals and of closed months."""
    yield from prove(
        [
            _("Every kept balance of an agency or a person equals the sum of its lines."),
            _("Every reversed journal has its mirror of the same turnover, and only those have."),
        ],
        BALANCES,
        {"platform": _values(PLATFORM_ACCOUNTS)},
    )
    if ClosedMonth.objects.exists():
        yield from prove(
            [_("Closed months have taken nothing since: their balances are those of their end.")],
            MONTHS,
            {"debit_normal": _values(DEBIT_NORMAL)},
        )


def clearing_proofs() -> Iterator[Proof]:
    """What must hold between the ledger and the rows of finance that acts keep."""
    yield from prove(
        [
            _("Money in payouts in transit is that of payouts and withdrawals on their way."),
            _("Every payout has its journals: what left the agency, what the bank carried out."),
            _("Every withdrawal has its journals: what left the person, what was carried out."),
            _("Unmatched money is that of open cases."),
            _("Every bonus pending of a person is that of his sales that have not matured."),
            _("Every partner's total is that of his bonuses, less what refunds took back."),
            _("Every approved adjustment is posted: its amount, from account to account."),
        ],
        CLEARING,
        {
            "in_transit": _values(PAYOUTS_IN_TRANSIT),
            "withdrawn": _values(OPEN_WITHDRAWALS),
            "withdrawal_paid": str(WithdrawalStatus.PAID),
            "open": str(CaseStatus.OPEN),
        },
    )


def _values(kinds: Sequence[Any]) -> list[str]:
    return [str(kind) for kind in kinds]


# Each fault is one text; a sentence's faults are an array, null when there are none.

UNBALANCED = """
    SELECT array_agg(format('journal %%s: debits %%s, credits %%s', j.id, x.debit, x.credit))
    FROM unnest(unbalanced) AS j(id), LATERAL (
        SELECT coalesce(sum(debit), 0) AS debit, coalesce(sum(credit), 0) AS credit
        FROM finance_ledgerentry WHERE transaction_id = j.id) x"""

# Of lines: ``tiyin``, credit less debit in hundredths. Faults name what is wrong in UZS.

JOURNALS = f"""
WITH sums AS (
    SELECT transaction_id, count(*) AS lines, sum_tiyin(tiyin) AS difference
    FROM finance_ledgerentry GROUP BY 1),
journals AS (
    SELECT count(*) AS n,
           array_agg(t.id) FILTER (WHERE s.lines IS NULL OR s.lines < 2 OR s.difference <> 0)
               AS unbalanced
    FROM finance_accountingtransaction t LEFT JOIN sums s ON s.transaction_id = t.id)
SELECT n, ({UNBALANCED}) FROM journals"""  # noqa: S608 - put together from our own text only

BALANCES = """
WITH sums AS (
    SELECT account_id, sum_tiyin(tiyin) AS total FROM finance_ledgerentry GROUP BY 1),
accounts AS MATERIALIZED (
    SELECT a.id, a.kind, a.balance, coalesce(s.total, 0) * 0.01 AS total
    FROM finance_account a LEFT JOIN sums s ON s.account_id = a.id
    WHERE a.kind <> ALL(%(platform)s)),
turned AS (
    SELECT id FROM finance_accountingtransaction WHERE status = 'reversed'
    UNION SELECT reverses_id FROM finance_accountingtransaction WHERE reverses_id IS NOT NULL),
mirrors AS MATERIALIZED (
    SELECT o.id, o.status, m.id AS mirror, (
               SELECT sum(debit) FROM finance_ledgerentry WHERE transaction_id = o.id
           ) AS turnover, (
               SELECT sum(debit) FROM finance_ledgerentry WHERE transaction_id = m.id
           ) AS mirrored
    FROM turned JOIN finance_accountingtransaction o ON o.id = turned.id
    LEFT JOIN finance_accountingtransaction m ON m.reverses_id = o.id)
SELECT (SELECT count(*) FROM accounts),
       (SELECT array_agg(format('account %%s (%%s): kept %%s, lines %%s', id, kind, balance, total))
        FROM accounts WHERE balance <> total),
       (SELECT count(*) FROM mirrors),
       (SELECT array_agg(format('journal %%s is %%s, its mirror is %%s', id, status,
                                coalesce(mirror::text, 'missing')))
        FROM mirrors WHERE status <> 'reversed' OR mirror IS NULL OR turnover <> mirrored)"""

MONTHS = """
WITH bounds AS (
    SELECT array_agg((month + interval '1 month') AT TIME ZONE 'Asia/Tashkent'
                     ORDER BY month) AS ends FROM finance_closedmonth),
cells AS MATERIALIZED (
    SELECT a.kind, width_bucket(t.posted_at, (SELECT ends FROM bounds)) AS bucket,
           sum_tiyin(e.tiyin) * 0.01 AS total
    FROM finance_ledgerentry e JOIN finance_accountingtransaction t ON t.id = e.transaction_id
    JOIN finance_account a ON a.id = e.account_id
    GROUP BY 1, 2),
months AS (
    SELECT m.month, k.key AS kind, k.value::numeric AS kept, coalesce((
               SELECT sum(c.total) FROM cells c WHERE c.kind = k.key AND c.bucket < m.place), 0)
               * CASE WHEN k.key = ANY(%(debit_normal)s) THEN -1 ELSE 1 END AS total
    FROM (SELECT *, row_number() OVER (ORDER BY month) AS place FROM finance_closedmonth) m,
         jsonb_each_text(m.balances) k)
SELECT (SELECT count(*) FROM finance_closedmonth),
       (SELECT array_agg(format('month %%s, %%s: kept %%s, lines %%s', to_char(month, 'MM.YYYY'),
                                kind, kept, total)) FROM months WHERE kept <> total)"""

CLEARING = """
WITH totals AS (
    SELECT a.kind, sum(e.credit - e.debit) AS total
    FROM finance_ledgerentry e JOIN finance_account a ON a.id = e.account_id
    WHERE a.kind IN ('payouts_in_transit', 'unmatched') GROUP BY 1),
on_their_way AS (
    SELECT (SELECT count(*) FROM finance_payout WHERE status = ANY(%(in_transit)s))
             + (SELECT count(*) FROM finance_referralpayoutrequest
                WHERE status = ANY(%(withdrawn)s)) AS n,
           coalesce((SELECT sum(amount) FROM finance_payout WHERE status = ANY(%(in_transit)s)), 0)
             + coalesce((SELECT sum(amount) FROM finance_referralpayoutrequest
                         WHERE status = ANY(%(withdrawn)s)), 0) AS owed,
           coalesce((SELECT total FROM totals WHERE kind = 'payouts_in_transit'), 0) AS total),
payout_sums AS (
    SELECT t.payout_id,
           sum(e.debit - e.credit) FILTER (WHERE a.kind = 'agency_available') AS left_agency,
           sum(e.credit - e.debit) FILTER (WHERE a.kind = 'payouts_in_transit') AS in_transit,
           sum(e.credit - e.debit) FILTER (WHERE a.kind IN ('bank', 'payme')) AS carried_out
    FROM finance_accountingtransaction t
    JOIN finance_ledgerentry e ON e.transaction_id = t.id
    JOIN finance_account a ON a.id = e.account_id
    WHERE t.payout_id IS NOT NULL GROUP BY 1),
payouts AS (
    SELECT p.id, p.status, p.amount, coalesce(s.left_agency, 0) AS left_agency,
           coalesce(s.in_transit, 0) AS in_transit, coalesce(s.carried_out, 0) AS carried_out,
           CASE WHEN p.status = 'paid' OR p.status = ANY(%(in_transit)s)
                THEN p.amount ELSE 0 END AS gone,
           CASE WHEN p.status = ANY(%(in_transit)s) THEN p.amount ELSE 0 END AS going,
           CASE WHEN p.status = 'paid' THEN p.amount ELSE 0 END AS paid
    FROM finance_payout p LEFT JOIN payout_sums s ON s.payout_id = p.id),
withdrawal_sums AS (
    SELECT t.withdrawal_id,
           sum(e.debit - e.credit) FILTER (WHERE a.kind = 'bonus_available') AS left_person,
           sum(e.credit - e.debit) FILTER (WHERE a.kind = 'payouts_in_transit') AS in_transit,
           sum(e.credit - e.debit) FILTER (WHERE a.kind IN ('bank', 'payme')) AS carried_out
    FROM finance_accountingtransaction t
    JOIN finance_ledgerentry e ON e.transaction_id = t.id
    JOIN finance_account a ON a.id = e.account_id
    WHERE t.withdrawal_id IS NOT NULL GROUP BY 1),
withdrawals AS (
    SELECT w.id, w.status, w.amount, coalesce(s.left_person, 0) AS left_person,
           coalesce(s.in_transit, 0) AS in_transit, coalesce(s.carried_out, 0) AS carried_out,
           CASE WHEN w.status = %(withdrawal_paid)s OR w.status = ANY(%(withdrawn)s)
                THEN w.amount ELSE 0 END AS gone,
           CASE WHEN w.status = ANY(%(withdrawn)s) THEN w.amount ELSE 0 END AS going,
           CASE WHEN w.status = %(withdrawal_paid)s THEN w.amount ELSE 0 END AS paid
    FROM finance_referralpayoutrequest w LEFT JOIN withdrawal_sums s ON s.withdrawal_id = w.id),
cases AS (
    SELECT count(*) AS n, coalesce(sum(amount), 0) AS held,
           coalesce((SELECT total FROM totals WHERE kind = 'unmatched'), 0) AS total
    FROM finance_moneycase WHERE held AND status = %(open)s),
bonuses AS (
    SELECT coalesce(a.user_id, b.user_id) AS user_id, coalesce(a.balance, 0) AS kept,
           coalesce(b.pending, 0) AS pending
    FROM (SELECT * FROM finance_account WHERE kind = 'bonus_pending') a
    FULL JOIN (SELECT user_id, sum(amount - reversed_amount) AS pending
               FROM finance_referralbonus WHERE status = 'pending' GROUP BY 1) b
           ON b.user_id = a.user_id),
partners AS (
    SELECT p.code, p.total_commission_paid AS kept, coalesce(b.total, 0) AS total
    FROM partners_referralpartner p
    LEFT JOIN (SELECT user_id, sum(amount - reversed_amount) AS total
               FROM finance_referralbonus GROUP BY 1) b ON b.user_id = p.user_id),
adjustments AS (
    SELECT j.id, j.amount, EXISTS (
               SELECT 1 FROM finance_ledgerentry e WHERE e.transaction_id = j.journal_id
               AND e.account_id = j.debit_id AND e.debit = j.amount) AND EXISTS (
               SELECT 1 FROM finance_ledgerentry e WHERE e.transaction_id = j.journal_id
               AND e.account_id = j.credit_id AND e.credit = j.amount) AS is_posted
    FROM finance_adjustment j WHERE j.status = 'approved')
SELECT n, CASE WHEN owed <> total
          THEN ARRAY[format('on their way %%s, in transit %%s', owed, total)] END,
       (SELECT count(*) FROM payouts),
       (SELECT array_agg(format('payout %%s (%%s) of %%s: left the agency %%s, in transit %%s, '
                                'carried out %%s', id, status, amount, left_agency, in_transit,
                                carried_out))
        FROM payouts WHERE (left_agency, in_transit, carried_out) <> (gone, going, paid)),
       (SELECT count(*) FROM withdrawals),
       (SELECT array_agg(format('withdrawal %%s (%%s) of %%s: left the person %%s, in transit %%s, '
                                'carried out %%s', id, status, amount, left_person, in_transit,
                                carried_out))
        FROM withdrawals WHERE (left_person, in_transit, carried_out) <> (gone, going, paid)),
       (SELECT n FROM cases),
       (SELECT CASE WHEN held <> total THEN ARRAY[format('cases %%s, unmatched %%s', held, total)]
               END FROM cases),
       (SELECT count(*) FROM bonuses),
       (SELECT array_agg(format('person %%s: kept %%s, bonuses %%s', user_id, kept, pending))
        FROM bonuses WHERE kept <> pending),
       (SELECT count(*) FROM partners),
       (SELECT array_agg(format('partner %%s: kept %%s, bonuses %%s', code, kept, total))
        FROM partners WHERE kept <> total),
       (SELECT count(*) FROM adjustments),
       (SELECT array_agg(format('adjustment %%s of %%s', id, amount))
        FROM adjustments WHERE NOT is_posted)
FROM on_their_way"""
