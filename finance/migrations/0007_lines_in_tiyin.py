"""Lines in whole hundredths, and a sum of them that stays a whole number.

PostgreSQL's own sum of bigints counts in a wider type, which costs the proofs of the books a third
of their time; this one raises when 92 quadrillion UZS are not enough.
"""

import django.db.models.functions.comparison
from django.db import migrations, models

FORWARD = """
CREATE AGGREGATE sum_tiyin(bigint) (
    sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe)"""
BACKWARD = "DROP AGGREGATE sum_tiyin(bigint)"


class Migration(migrations.Migration):
    dependencies = [("finance", "0006_registries")]
    operations = [
        migrations.AddField(
            model_name="ledgerentry",
            name="tiyin",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    models.expressions.CombinedExpression(
                        models.expressions.CombinedExpression(
                            models.F("credit"), "-", models.F("debit")
                        ),
                        "*",
                        models.Value(100),
                    ),
                    models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
