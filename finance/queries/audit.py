"""Proofs over the ledger: each a sentence, how much it looked at, and what is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection

from finance.states import PLATFORM_ACCOUNTS


@dataclass(frozen=True, slots=True)
class Proof:
    """``faults`` is empty when the sentence holds; each names one thing that breaks it."""

    sentence: str
    looked_at: int
    faults: list[str] = field(default_factory=list)


def ledger_proofs() -> Iterator[Proof]:
    """What must hold within the ledger."""
    yield _journals_balance()
    yield _balances_match_lines()


def prove(
    sentence: str, *, count: str, faults: str, params: list[list[str]] | None = None
) -> Proof:
    """A proof by SQL: ``count`` says how many rows are looked at, ``faults`` lists what is wrong,
    one text a row."""
    with connection.cursor() as cursor:
        cursor.execute(count)
        looked_at = cursor.fetchone()[0]
        cursor.execute(faults, params or [])
        return Proof(sentence, looked_at, [row[0] for row in cursor.fetchall()])


def _journals_balance() -> Proof:
    return prove(
        "Every journal has two lines or more, and its debits equal its credits.",
        count="SELECT count(*) FROM finance_accountingtransaction",
        faults="""
            SELECT format('journal %%s: debits %%s, credits %%s', t.id, sum(e.debit), sum(e.credit))
            FROM finance_accountingtransaction t
            LEFT JOIN finance_ledgerentry e ON e.transaction_id = t.id
            GROUP BY t.id
            HAVING count(e.id) < 2 OR sum(e.debit) <> sum(e.credit)""",
    )


def _balances_match_lines() -> Proof:
    return prove(
        "Every kept balance of an agency or a person equals the sum of its lines.",
        count="SELECT count(*) FROM finance_account",
        faults="""
            SELECT format('account %%s (%%s): kept %%s, lines %%s',
                          a.id, a.kind, a.balance, coalesce(sum(e.credit - e.debit), 0))
            FROM finance_account a LEFT JOIN finance_ledgerentry e ON e.account_id = a.id
            WHERE a.kind <> ALL(%s)
            GROUP BY a.id
            HAVING a.balance <> coalesce(sum(e.credit - e.debit), 0)""",
        params=[[str(kind) for kind in PLATFORM_ACCOUNTS]],
    )
