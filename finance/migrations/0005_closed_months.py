"""A closed month takes no journal, and a reversed journal has its mirror: the database insists.

Months are local: a journal belongs to the month in which it was posted in Tashkent.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION finance_refuse_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM finance_closedmonth WHERE month
               = date_trunc('month', NEW.posted_at AT TIME ZONE 'Asia/Tashkent')::date) THEN
        RAISE EXCEPTION 'the month of % is closed', NEW.posted_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'month_is_open';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER month_is_open BEFORE INSERT ON finance_accountingtransaction
    FOR EACH ROW EXECUTE FUNCTION finance_refuse_closed_month();

CREATE FUNCTION finance_check_mirror() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'reversed' AND NOT EXISTS (
        SELECT 1 FROM finance_accountingtransaction WHERE reverses_id = NEW.id) THEN
        RAISE EXCEPTION 'journal % is reversed by nothing', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reversed_journal_has_its_mirror';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER reversed_journal_has_its_mirror
    AFTER INSERT OR UPDATE OF status ON finance_accountingtransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'reversed')
    EXECUTE FUNCTION finance_check_mirror();
"""

BACKWARD = """
DROP TRIGGER reversed_journal_has_its_mirror ON finance_accountingtransaction;
DROP FUNCTION finance_check_mirror();
DROP TRIGGER month_is_open ON finance_accountingtransaction;
DROP FUNCTION finance_refuse_closed_month();
"""


class Migration(migrations.Migration):
    dependencies = [("finance", "0004_money_whole")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
