from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Of new rows only: what stands is proved by the seals, and a row slipped in before could not
    be taken out of an append-only table to let a deployment pass."""

    dependencies = [("core", "0009_log_searched")]
    operations = [
        AddConstraintNotValid(
            model_name="eventlog",
            constraint=models.CheckConstraint(
                condition=models.Q(("id__gt", 0)), name="event_has_a_positive_id"
            ),
        ),
    ]
