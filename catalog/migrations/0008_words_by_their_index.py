"""The words of a search are always looked for in their index.

PostgreSQL does not count what it costs to fetch the words of a tour, which lie beside its row: for a
common word it reads those of every tour.
"""

from django.db import migrations

WITH_WORDS = """
CREATE FUNCTION catalog_tours_with(words tsquery) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT
SET enable_seqscan = off
AS $$
    SELECT id FROM catalog_tour WHERE status = 'published' AND search @@ words
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_dates_by_day")]

    operations = [
        migrations.RunSQL(WITH_WORDS, "DROP FUNCTION catalog_tours_with(tsquery)"),
    ]
