"""Seals are as append-only as the log they seal."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0003_append_only_log")]
    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER event_seal_not_truncated BEFORE TRUNCATE ON core_eventseal
                FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
            """,
            "DROP TRIGGER event_seal_not_truncated ON core_eventseal;",
        )
    ]
