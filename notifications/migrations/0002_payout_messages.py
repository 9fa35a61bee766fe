from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('booking_requested', 'request received'), ('booking_approved', 'request approved'), ('booking_rejected', 'request rejected'), ('booking_expired', 'hold expired'), ('booking_paid', 'booking paid'), ('booking_cancelled', 'booking cancelled'), ('booking_refunded', 'payment refunded'), ('agency_request', 'new request for the agency'), ('agency_paid', 'booking paid, for the agency'), ('agency_cancelled', 'booking ended, for the agency'), ('export_ready', 'scheduled export'), ('export_failed', 'scheduled export that failed'), ('agency_payout_paid', 'payout paid, for the agency'), ('agency_payout_failed', 'payout failed, for the agency'), ('announcement', 'announcement')], max_length=30, verbose_name='kind'),
        ),
    ]
