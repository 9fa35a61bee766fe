"""The ledger balances and never changes, in the database's keeping.

A deferred constraint trigger looks at each journal when the transaction commits: two lines or more,
debits equal to credits. Entries are never updated or deleted; of a journal only the status may move
from posted to reversed, when its mirror is written.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION finance_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    journal bigint;
    lines int;
    difference numeric;
BEGIN
    IF TG_TABLE_NAME = 'finance_ledgerentry' THEN
        journal := NEW.transaction_id;
    ELSE
        journal := NEW.id;
    END IF;
    SELECT count(*), coalesce(sum(debit) - sum(credit), 0) INTO lines, difference
        FROM finance_ledgerentry WHERE transaction_id = journal;
    IF lines < 2 OR difference <> 0 THEN
        RAISE EXCEPTION 'journal % does not balance: % lines, debits - credits = %',
            journal, lines, difference USING ERRCODE = 'check_violation',
            CONSTRAINT = 'journal_balances';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON finance_accountingtransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION finance_check_balance();
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON finance_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION finance_check_balance();

CREATE FUNCTION finance_only_status_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'posted' AND NEW.status = 'reversed'
        AND to_jsonb(OLD) - 'status' = to_jsonb(NEW) - 'status' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'journals are never edited: % refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER entry_immutable BEFORE UPDATE OR DELETE ON finance_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER entry_not_truncated BEFORE TRUNCATE ON finance_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER journal_immutable BEFORE UPDATE OR DELETE ON finance_accountingtransaction
    FOR EACH ROW EXECUTE FUNCTION finance_only_status_moves();
CREATE TRIGGER journal_not_truncated BEFORE TRUNCATE ON finance_accountingtransaction
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
"""

BACKWARD = """
DROP TRIGGER journal_not_truncated ON finance_accountingtransaction;
DROP TRIGGER journal_immutable ON finance_accountingtransaction;
DROP TRIGGER entry_not_truncated ON finance_ledgerentry;
DROP TRIGGER entry_immutable ON finance_ledgerentry;
DROP TRIGGER entry_balances ON finance_ledgerentry;
DROP TRIGGER journal_balances ON finance_accountingtransaction;
DROP FUNCTION finance_only_status_moves();
DROP FUNCTION finance_check_balance();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("finance", "0001_initial"),
        ("core", "0003_append_only_log"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
