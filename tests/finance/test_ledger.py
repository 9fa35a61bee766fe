"""The ledger: balanced and immutable in the database's own keeping."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core.actor import job
from finance.models import Account, AccountingTransaction, LedgerEntry
from finance.queries.audit import ledger_proofs
from finance.services.post import About, Line, account_of, mirror, post
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

PAYME, UNMATCHED = "payme", "unmatched"


def commit():
    """What the end of the transaction would look at."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def bare_journal(*lines):
    """A journal written past ``post``: (kind, debit, credit) each."""
    with transaction.atomic():
        row = AccountingTransaction.objects.create(type="adjustment", posted_at=NOW)
        for kind, debit, credit in lines:
            LedgerEntry.objects.create(
                transaction=row,
                account=factories.platform_account(kind),
                debit=debit,
                credit=credit,
            )
        commit()
    return row


def put(*lines, type="adjustment", **rest):
    with transaction.atomic():
        return post(type, lines, about=About(memo="test"), by=job(), at=NOW, **rest)


# --- the triggers


def test_a_balanced_journal_is_accepted():
    assert (
        bare_journal((PAYME, 10, 0), (UNMATCHED, 0, 4), ("commission", 0, 6)).entries.count() == 3
    )


@pytest.mark.parametrize(
    "lines",
    [
        [(PAYME, 10, 0), (UNMATCHED, 0, 9)],
        [(PAYME, 10, 0), (UNMATCHED, 10, 0)],
        [(PAYME, 10, 0)],
        [],
    ],
    ids=["a difference", "two debits", "one line", "no line"],
)
def test_a_journal_that_does_not_balance_is_refused(lines):
    with pytest.raises(IntegrityError, match="does not balance"):
        bare_journal(*lines)


def test_a_tiyin_is_a_difference():
    with pytest.raises(IntegrityError, match=r"= 0\.01"):
        bare_journal((PAYME, "10.01", 0), (UNMATCHED, 0, "10.00"))


def test_a_line_added_to_an_old_journal_must_balance_it_too():
    journal = factories.journal()
    commit()

    account = factories.platform_account(PAYME)
    LedgerEntry.objects.create(transaction=journal, account=account, debit=1)

    with pytest.raises(IntegrityError, match="does not balance"):
        commit()


def sql(text, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, params)


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE finance_ledgerentry SET debit = debit + 1 WHERE transaction_id = %s AND debit > 0",
        "UPDATE finance_ledgerentry SET account_id = account_id WHERE transaction_id = %s",
        "DELETE FROM finance_ledgerentry WHERE transaction_id = %s",
        "UPDATE finance_accountingtransaction SET memo = 'x' WHERE id = %s",
        "UPDATE finance_accountingtransaction SET type = 'sale', status = 'reversed' WHERE id = %s",
        "DELETE FROM finance_accountingtransaction WHERE id = %s",
    ],
)
def test_what_is_posted_is_never_edited(text):
    journal = factories.journal()
    commit()

    with pytest.raises(IntegrityError, match=r"append-only|never edited"):
        sql(text, journal.pk)


def test_a_journal_may_be_marked_reversed_but_not_posted_again():
    journal = factories.journal()
    factories.journal(reverses=journal)
    sql("UPDATE finance_accountingtransaction SET status = 'reversed' WHERE id = %s", journal.pk)
    commit()

    with pytest.raises(IntegrityError, match="never edited"):
        sql("UPDATE finance_accountingtransaction SET status = 'posted' WHERE id = %s", journal.pk)


def test_a_journal_is_reversed_by_its_mirror_only():
    journal = factories.journal()
    sql("UPDATE finance_accountingtransaction SET status = 'reversed' WHERE id = %s", journal.pk)

    with pytest.raises(IntegrityError, match="reversed by nothing"):
        commit()


@pytest.mark.parametrize("table", ["finance_ledgerentry", "finance_accountingtransaction"])
def test_the_books_are_not_truncated(table):
    factories.journal()
    commit()
    sql("SET LOCAL circle.allow_truncate = 'off'")

    with pytest.raises(IntegrityError, match="TRUNCATE refused"):
        sql(f"TRUNCATE {table} CASCADE")


# --- posting


def test_posting_moves_the_kept_balances_by_their_natural_direction():
    agency, person = factories.agency(), factories.user()

    put(
        Line(PAYME, debit=Decimal(100)),
        Line("agency_pending", credit=Decimal(70), agency_id=agency.pk),
        Line("bonus_available", credit=Decimal(30), user_id=person.pk),
    )
    put(
        Line("agency_pending", debit=Decimal(20), agency_id=agency.pk),
        Line(PAYME, credit=Decimal(20)),
    )

    assert account_of("agency_pending", agency_id=agency.pk).balance == 50
    assert account_of("bonus_available", user_id=person.pk).balance == 30
    assert account_of(PAYME).balance == 0, "the platform's are summed, not kept"
    assert not any(proof.faults for proof in ledger_proofs())


def test_two_lines_of_one_account_move_it_once_by_their_sum():
    person = factories.user()

    put(
        Line("bonus_available", credit=Decimal(30), user_id=person.pk),
        Line("bonus_available", debit=Decimal(10), user_id=person.pk),
        Line(PAYME, debit=Decimal(20)),
    )

    assert account_of("bonus_available", user_id=person.pk).balance == 20


def test_lines_of_nothing_are_dropped_and_a_journal_of_nothing_is_not_posted():
    journal = put(Line(PAYME, debit=Decimal(5)), Line(UNMATCHED, credit=Decimal(5)), Line("bank"))

    assert journal.entries.count() == 2
    assert put(Line(PAYME), Line(UNMATCHED)) is None
    assert AccountingTransaction.objects.count() == 1


def test_posting_what_does_not_balance_is_refused_at_the_commit():
    put(Line(PAYME, debit=Decimal(5)), Line(UNMATCHED, credit=Decimal(4)))

    with pytest.raises(IntegrityError, match="does not balance"):
        commit()


def test_an_account_is_made_once():
    person = factories.user()

    first = account_of("bonus_available", user_id=person.pk)

    assert account_of("bonus_available", user_id=person.pk) == first
    assert Account.objects.filter(user=person).count() == 1


def test_a_mirror_turns_every_line_and_names_its_original():
    agency = factories.agency()
    journal = put(
        Line(PAYME, debit=Decimal(100)),
        Line("agency_pending", credit=Decimal(90), agency_id=agency.pk),
        Line("commission", credit=Decimal(10)),
        type="sale",
    )

    with transaction.atomic():
        mirrored = mirror(journal, type="refund", by=job(), at=NOW, memo="undo")

    journal.refresh_from_db()
    assert (journal.status, mirrored.status, mirrored.type) == ("reversed", "posted", "refund")
    assert mirrored.reverses == journal
    assert {(e.account.kind, e.debit, e.credit) for e in mirrored.entries.all()} == {
        (PAYME, 0, 100),
        ("agency_pending", 90, 0),
        ("commission", 10, 0),
    }
    assert account_of("agency_pending", agency_id=agency.pk).balance == 0


def test_a_journal_is_mirrored_once():
    journal = factories.journal()
    with transaction.atomic():
        mirror(journal, type="adjustment", by=job(), at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        mirror(journal, type="adjustment", by=job(), at=NOW)


# --- the audit sees what went past it


def test_the_audit_names_an_account_whose_balance_was_edited():
    person = factories.user()
    put(
        Line("bonus_available", credit=Decimal(30), user_id=person.pk),
        Line(PAYME, debit=Decimal(30)),
    )
    Account.objects.filter(user=person).update(balance=31)

    faults = [fault for proof in ledger_proofs() for fault in proof.faults]

    assert len(faults) == 1
    assert "kept 31.00, lines 30.00" in faults[0]


def test_the_audit_names_a_journal_whose_lines_were_edited():
    journal = factories.journal()
    commit()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE finance_ledgerentry DISABLE TRIGGER entry_immutable")
        cursor.execute("UPDATE finance_ledgerentry SET debit = debit + 1 WHERE debit > 0")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE finance_ledgerentry ENABLE TRIGGER entry_immutable")

    faults = [fault for proof in ledger_proofs() for fault in proof.faults]

    assert [f"journal {journal.pk}:" in fault for fault in faults] == [True]
