from django.conf import settings
from django.db import migrations, models

# The same bytes may have been kept twice for one owner: several people of an agency could upload
# them, and two uploads at once were not held apart. Places may show each of them, so the rows stay;
# the later ones are only no longer recognised as the same bytes.
TELL_APART = """
UPDATE core_media AS later
SET checksum = encode(sha256(convert_to(later.checksum || '#' || later.id, 'UTF8')), 'hex')
WHERE EXISTS (
    SELECT 1 FROM core_media AS earlier
    WHERE earlier.id < later.id AND earlier.checksum = later.checksum
      AND earlier.type = later.type AND (
        earlier.agency_id = later.agency_id
        OR (earlier.agency_id IS NULL AND later.agency_id IS NULL
            AND earlier.uploader_id = later.uploader_id)))
"""


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0004_seals_not_truncated"),
        ("partners", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="media",
            name="file",
            field=models.FileField(max_length=200, upload_to="media/", verbose_name="file"),
        ),
        migrations.AlterField(
            model_name="media",
            name="checksum",
            field=models.CharField(max_length=64, verbose_name="SHA-256"),
        ),
        migrations.RunSQL(TELL_APART, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="media",
            constraint=models.UniqueConstraint(
                condition=models.Q(("agency__isnull", False)),
                fields=("checksum", "type", "agency"),
                name="one_picture_per_agency",
            ),
        ),
        migrations.AddConstraint(
            model_name="media",
            constraint=models.UniqueConstraint(
                condition=models.Q(("agency__isnull", True)),
                fields=("checksum", "type", "uploader"),
                name="one_picture_per_person",
            ),
        ),
    ]
