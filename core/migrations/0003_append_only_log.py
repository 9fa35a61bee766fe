"""The event log is append-only, in the database's keeping.

TRUNCATE is refused too, unless the session says ``circle.allow_truncate = on``: only the test
suite's clean-up does.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('circle.allow_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER event_log_append_only BEFORE UPDATE OR DELETE ON core_eventlog
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER event_log_not_truncated BEFORE TRUNCATE ON core_eventlog
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER event_seal_append_only BEFORE UPDATE OR DELETE ON core_eventseal
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
"""

BACKWARD = """
DROP TRIGGER event_seal_append_only ON core_eventseal;
DROP TRIGGER event_log_not_truncated ON core_eventlog;
DROP TRIGGER event_log_append_only ON core_eventlog;
DROP FUNCTION core_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
