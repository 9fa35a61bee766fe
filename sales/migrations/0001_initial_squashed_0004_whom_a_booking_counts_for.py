"""0001 to 0004 in one, for new databases: one by one they take four times as long.

What moved data is left out, a new database has none: prices of earlier seats, rates of earlier
bookings. Other houses are named by their old migrations, so that a database that stopped half-way
still goes the old way.
"""

import core.codes
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('sales', '0001_initial'),
        ('sales', '0002_search_indexes'),
        ('sales', '0003_seats_with_names'),
        ('sales', '0004_whom_a_booking_counts_for'),
    ]

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        ('partners', '0001_initial'),
        ('partners', '0002_search_indexes'),
        ('catalog', '0003_the_whole_catalogue'),
        ('catalog', '0005_fiscal_codes'),
        ('partners', '0004_partners_and_touches'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=core.codes.new_code, editable=False, max_length=12, unique=True, verbose_name='code')),
                ('seats_reserved', models.PositiveSmallIntegerField(verbose_name='seats')),
                ('selected_transport', models.JSONField(blank=True, help_text='{code, title, price}, as it was.', null=True, verbose_name='transport')),
                ('unit_price', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='price per seat')),
                ('transport_total', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='transport')),
                ('subtotal', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='subtotal')),
                ('promotion_discount', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='promotion')),
                ('promotion_funded_by', models.CharField(blank=True, choices=[('agency', 'agency'), ('platform', 'platform')], max_length=10, verbose_name='promotion paid for by')),
                ('promo_discount', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='promo code discount')),
                ('promo_funded_by', models.CharField(blank=True, choices=[('agency', 'agency'), ('platform', 'platform')], max_length=10, verbose_name='promo code paid for by')),
                ('bonus_used', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='bonus used')),
                ('final_price', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='to pay')),
                ('commission_percent', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='commission, %')),
                ('cancellation_policy', models.JSONField(blank=True, default=list, verbose_name='cancellation policy')),
                ('status', models.CharField(choices=[('requested', 'requested'), ('approved', 'approved'), ('paid', 'paid'), ('rejected', 'rejected'), ('cancelled', 'cancelled'), ('expired', 'expired')], default='requested', max_length=20, verbose_name='status')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='lapses at')),
                ('created_at', models.DateTimeField(verbose_name='requested at')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved at')),
                ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid at')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('cancel_reason', models.CharField(blank=True, choices=[('', 'none'), ('traveller', 'by the traveller'), ('agency', 'by the agency'), ('platform', 'by the platform'), ('refund', 'refunded at the provider'), ('session', 'the date was cancelled')], default='', max_length=10, verbose_name='cancelled')),
                ('cancel_note', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('comment', models.CharField(blank=True, max_length=1000, verbose_name="traveller's comment")),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='partners.travelagency', verbose_name='agency')),
                ('approved_by', models.ForeignKey(blank=True, help_text='Empty when the agency approves by itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('promo_code', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='catalog.promocode', verbose_name='promo code')),
                ('promotion', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='catalog.promotion', verbose_name='promotion')),
                ('referral_partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='partners.referralpartner', verbose_name='brought by')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='catalog.toursession', verbose_name='session')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to=settings.AUTH_USER_MODEL, verbose_name='traveller')),
                ('child_discount', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='less for children')),
                ('referral_percent', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=5, verbose_name="partner's bonus, %")),
                ('referral_refusal', models.CharField(blank=True, choices=[('', '–'), ('unknown', 'nobody has this code'), ('self', 'his own code'), ('ring', 'a ring: he was himself brought by this traveller'), ('stopped', 'the partner was stopped'), ('taken', 'somebody else brought the traveller first'), ('late', 'the traveller came too long ago')], default='', max_length=8, verbose_name='does not count')),
                ('referral_source', models.CharField(blank=True, choices=[('code', 'typed code'), ('touch', 'first touch'), ('staff', 'set by staff')], default='', max_length=5, verbose_name='known by')),
            ],
            options={
                'verbose_name': 'booking',
                'verbose_name_plural': 'bookings',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['user', '-id'], name='booking_by_user'), models.Index(fields=['agency', 'status', '-id'], name='booking_by_agency'), models.Index(fields=['session', 'status'], name='booking_by_session'), models.Index(condition=models.Q(('status__in', ('requested', 'approved'))), fields=['expires_at'], name='booking_to_lapse'), models.Index(fields=['promo_code', 'status'], name='booking_by_promo'), models.Index(fields=['created_at'], name='booking_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('seats_reserved__gte', 1)), name='booking_has_a_seat'), models.CheckConstraint(condition=models.Q(('final_price', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('subtotal'), '-', models.F('promotion_discount')), '-', models.F('promo_discount')), '-', models.F('bonus_used')))), name='booking_price_adds_up'), models.CheckConstraint(condition=models.Q(models.Q(('expires_at__isnull', False), ('status__in', ('requested', 'approved'))), models.Q(models.Q(('status__in', ('requested', 'approved')), _negated=True), ('expires_at__isnull', True)), _connector='OR'), name='only_live_bookings_lapse'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('approved', 'paid')), _negated=True), ('approved_at__isnull', False), _connector='OR'), name='held_seats_were_approved'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'paid'), _negated=True), ('paid_at__isnull', False), _connector='OR'), name='paid_booking_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('status__in', ('rejected', 'cancelled', 'expired'))), models.Q(models.Q(('status__in', ('rejected', 'cancelled', 'expired')), _negated=True), ('cancelled_at__isnull', True)), _connector='OR'), name='ended_booking_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('promotion__isnull', True), ('promotion_discount', 0)), models.Q(('promotion__isnull', False), ('promotion_funded_by__in', ['agency', 'platform'])), _connector='OR'), name='promotion_discount_names_its_payer'), models.CheckConstraint(condition=models.Q(models.Q(('promo_code__isnull', True), ('promo_discount', 0)), models.Q(('promo_code__isnull', False), ('promo_funded_by__in', ['agency', 'platform'])), _connector='OR'), name='promo_discount_names_its_payer'), models.CheckConstraint(condition=models.Q(('subtotal', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('unit_price'), '*', models.F('seats_reserved')), '-', models.F('child_discount')), '+', models.F('transport_total')))), name='booking_subtotal_adds_up'), models.CheckConstraint(condition=models.Q(('bonus_used__gte', 0), ('child_discount__gte', 0), ('final_price__gte', 0), ('promo_discount__gte', 0), ('promotion_discount__gte', 0), ('transport_total__gte', 0), ('unit_price__gte', 0)), name='booking_money_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('referral_partner__isnull', True), ('referral_percent', 0), ('referral_source', '')), models.Q(('referral_partner__isnull', False), ('referral_percent__gte', 0), ('referral_percent__lte', 100), models.Q(('referral_source', ''), _negated=True)), _connector='OR'), name='booking_credit_names_its_partner')],
            },
        ),
        migrations.CreateModel(
            name='BookingRequest',
            fields=[
            ],
            options={
                'verbose_name': 'request',
                'verbose_name_plural': 'requests to approve',
                'proxy': True,
            },
            bases=('sales.booking',),
        ),
        migrations.CreateModel(
            name='BookingComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=2000, verbose_name='text')),
                ('is_internal', models.BooleanField(default=False, help_text='Not shown to the traveller.', verbose_name='internal')),
                ('created_at', models.DateTimeField(verbose_name='written at')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='sales.booking', verbose_name='booking')),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='BookingTraveller',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_name', models.CharField(blank=True, max_length=80, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=80, verbose_name='last name')),
                ('kind', models.CharField(choices=[('adult', 'adult'), ('child', 'child'), ('infant', 'infant')], default='adult', max_length=10, verbose_name='kind')),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='travellers', to='sales.booking', verbose_name='booking')),
                ('checked_in_at', models.DateTimeField(blank=True, null=True, verbose_name='checked in at')),
                ('checked_in_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked in by')),
                ('room', models.CharField(blank=True, max_length=30, verbose_name='room')),
                ('seat_price', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='seat price')),
                ('transport_seat', models.CharField(blank=True, max_length=30, verbose_name='transport seat')),
            ],
            options={
                'verbose_name': 'traveller',
                'verbose_name_plural': 'travellers',
                'ordering': ['id'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('first_name'), 'gin_trgm_ops'), name='goer_first_name_part'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('last_name'), 'gin_trgm_ops'), name='goer_last_name_part')],
                'constraints': [models.CheckConstraint(condition=models.Q(('seat_price__gte', 0)), name='seat_price_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('checked_in_at__isnull', True), ('checked_in_by__isnull', True)), models.Q(('checked_in_at__isnull', False), ('checked_in_by__isnull', False)), _connector='OR'), name='check_in_names_who_did_it')],
            },
        ),
        migrations.CreateModel(
            name='CustomTripRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date_from', models.DateField(verbose_name='not before')),
                ('date_to', models.DateField(verbose_name='not after')),
                ('seats', models.PositiveSmallIntegerField(verbose_name='seats')),
                ('budget', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='budget, UZS')),
                ('parameters', models.JSONField(blank=True, default=dict, verbose_name='parameters')),
                ('wishes', models.CharField(blank=True, max_length=2000, verbose_name='wishes')),
                ('status', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('closed', 'closed')], default='open', max_length=20, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='asked at')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.tourcategory', verbose_name='category')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trip_requests', to=settings.AUTH_USER_MODEL, verbose_name='traveller')),
            ],
            options={
                'verbose_name': 'custom trip',
                'verbose_name_plural': 'custom trips',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('date_to__gte', models.F('date_from'))), name='trip_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('seats__gte', 1)), name='trip_has_a_seat'), models.CheckConstraint(condition=models.Q(('budget__isnull', True), ('budget__gt', 0), _connector='OR'), name='trip_budget_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalBooking',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.CharField(db_index=True, default=core.codes.new_code, editable=False, max_length=12, verbose_name='code')),
                ('seats_reserved', models.PositiveSmallIntegerField(verbose_name='seats')),
                ('selected_transport', models.JSONField(blank=True, help_text='{code, title, price}, as it was.', null=True, verbose_name='transport')),
                ('unit_price', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='price per seat')),
                ('transport_total', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='transport')),
                ('subtotal', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='subtotal')),
                ('promotion_discount', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='promotion')),
                ('promotion_funded_by', models.CharField(blank=True, choices=[('agency', 'agency'), ('platform', 'platform')], max_length=10, verbose_name='promotion paid for by')),
                ('promo_discount', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='promo code discount')),
                ('promo_funded_by', models.CharField(blank=True, choices=[('agency', 'agency'), ('platform', 'platform')], max_length=10, verbose_name='promo code paid for by')),
                ('bonus_used', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='bonus used')),
                ('final_price', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='to pay')),
                ('commission_percent', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='commission, %')),
                ('cancellation_policy', models.JSONField(blank=True, default=list, verbose_name='cancellation policy')),
                ('status', models.CharField(choices=[('requested', 'requested'), ('approved', 'approved'), ('paid', 'paid'), ('rejected', 'rejected'), ('cancelled', 'cancelled'), ('expired', 'expired')], default='requested', max_length=20, verbose_name='status')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='lapses at')),
                ('created_at', models.DateTimeField(verbose_name='requested at')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved at')),
                ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid at')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('cancel_reason', models.CharField(blank=True, choices=[('', 'none'), ('traveller', 'by the traveller'), ('agency', 'by the agency'), ('platform', 'by the platform'), ('refund', 'refunded at the provider'), ('session', 'the date was cancelled')], default='', max_length=10, verbose_name='cancelled')),
                ('cancel_note', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('comment', models.CharField(blank=True, max_length=1000, verbose_name="traveller's comment")),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('agency', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.travelagency', verbose_name='agency')),
                ('approved_by', models.ForeignKey(blank=True, db_constraint=False, help_text='Empty when the agency approves by itself.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('promo_code', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalog.promocode', verbose_name='promo code')),
                ('promotion', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalog.promotion', verbose_name='promotion')),
                ('referral_partner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.referralpartner', verbose_name='brought by')),
                ('session', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalog.toursession', verbose_name='session')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='traveller')),
                ('child_discount', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='less for children')),
                ('referral_percent', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=5, verbose_name="partner's bonus, %")),
                ('referral_refusal', models.CharField(blank=True, choices=[('', '–'), ('unknown', 'nobody has this code'), ('self', 'his own code'), ('ring', 'a ring: he was himself brought by this traveller'), ('stopped', 'the partner was stopped'), ('taken', 'somebody else brought the traveller first'), ('late', 'the traveller came too long ago')], default='', max_length=8, verbose_name='does not count')),
                ('referral_source', models.CharField(blank=True, choices=[('code', 'typed code'), ('touch', 'first touch'), ('staff', 'set by staff')], default='', max_length=5, verbose_name='known by')),
            ],
            options={
                'verbose_name': 'historical booking',
                'verbose_name_plural': 'historical bookings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='TripProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=2000, verbose_name='text')),
                ('date_start', models.DateField(verbose_name='starts')),
                ('date_end', models.DateField(verbose_name='ends')),
                ('price', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='price per seat, UZS')),
                ('expires_at', models.DateTimeField(verbose_name='good until')),
                ('status', models.CharField(choices=[('offered', 'offered'), ('accepted', 'accepted'), ('declined', 'declined'), ('expired', 'expired')], default='offered', max_length=20, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='offered at')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='partners.travelagency', verbose_name='agency')),
                ('booking', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposal', to='sales.booking', verbose_name='booking')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='sales.customtriprequest', verbose_name='request')),
            ],
            options={
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('date_end__gte', models.F('date_start'))), name='proposal_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='proposal_price_is_positive'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'accepted'), _negated=True), ('booking__isnull', False), _connector='OR'), name='accepted_proposal_has_its_booking')],
            },
        ),
    ]
