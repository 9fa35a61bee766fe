"""0001 to 0004 in one, for new databases: one by one they take four times as long.

What moved data is left out, a new database has none: reasons and touches of earlier partners. Other
houses are named by their old migrations, so that a database that stopped half-way still goes the
old way.
"""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('partners', '0001_initial'),
        ('partners', '0002_search_indexes'),
        ('partners', '0003_payment_details'),
        ('partners', '0004_partners_and_touches'),
    ]

    initial = True

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='TravelAgency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('slug', models.SlugField(unique=True, verbose_name='slug')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('telegram', models.CharField(blank=True, max_length=64, verbose_name='Telegram')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('commission_percent', models.DecimalField(decimal_places=2, help_text="The platform's share of a sale; frozen on each booking.", max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='commission, %')),
                ('payme_merchant_id', models.CharField(blank=True, max_length=24, validators=[django.core.validators.RegexValidator('^[0-9a-f]{24}$', '24 hexadecimal digits.')], verbose_name='Payme cashbox id')),
                ('bank_name', models.CharField(blank=True, max_length=120, verbose_name='bank')),
                ('bank_account', models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('^\\d{20}$', '20 digits.')], verbose_name='bank account')),
                ('bank_mfo', models.CharField(blank=True, max_length=5, validators=[django.core.validators.RegexValidator('^\\d{5}$', '5 digits.')], verbose_name='MFO')),
                ('tax_id', models.CharField(blank=True, max_length=9, validators=[django.core.validators.RegexValidator('^\\d{9}$', '9 digits.')], verbose_name='INN')),
                ('collection', models.CharField(choices=[('platform', "to the platform's cashbox"), ('split', 'split by Payme between the two cashboxes')], default='platform', max_length=10, verbose_name='money is collected')),
                ('status', models.CharField(choices=[('active', 'active'), ('blocked', 'blocked')], default='active', max_length=10, verbose_name='status')),
                ('auto_approve', models.BooleanField(default=False, help_text='Requests are approved at once while there are seats.', verbose_name='approve by itself')),
                ('manager_chat_id', models.BigIntegerField(blank=True, null=True, verbose_name="managers' Telegram chat")),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('logo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.media', verbose_name='logo')),
                ('payout_cycle', models.CharField(choices=[('dates', 'on the 1st, the 11th and the 21st'), ('on_demand', 'when the agency asks')], default='dates', max_length=10, verbose_name='paid out')),
                ('reserve_percent', models.DecimalField(decimal_places=2, default=0, help_text='Held back of what becomes available, against refunds that come later.', max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='reserve, %')),
            ],
            options={
                'verbose_name': 'agency',
                'verbose_name_plural': 'agencies',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('commission_percent__gte', 0), ('commission_percent__lte', 100)), name='agency_commission_is_a_percentage'), models.CheckConstraint(condition=models.Q(models.Q(('collection', 'split'), _negated=True), models.Q(('payme_merchant_id', ''), _negated=True), _connector='OR'), name='split_collection_has_a_cashbox'), models.CheckConstraint(condition=models.Q(('reserve_percent__gte', 0), ('reserve_percent__lte', 100)), name='agency_reserve_is_a_percentage')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('login', models.CharField(blank=True, help_text='Staff only.', max_length=64, null=True, unique=True, verbose_name='login')),
                ('telegram_id', models.BigIntegerField(blank=True, null=True, unique=True, verbose_name='Telegram id')),
                ('username', models.CharField(blank=True, max_length=64, verbose_name='Telegram name')),
                ('first_name', models.CharField(blank=True, max_length=80, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=80, verbose_name='last name')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('interests', models.JSONField(blank=True, default=list, verbose_name='interests')),
                ('sphere', models.CharField(blank=True, max_length=80, verbose_name='sphere')),
                ('specialization', models.CharField(blank=True, max_length=120, verbose_name='specialization')),
                ('language', models.CharField(choices=[('ru', 'Russian'), ('uz', 'Uzbek'), ('en', 'English')], default='ru', max_length=2, verbose_name='language')),
                ('platform_role', models.CharField(blank=True, choices=[('', 'none'), ('accountant', 'accountant'), ('support', 'support'), ('admin', 'platform admin')], default='', max_length=12, verbose_name='platform role')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_reachable', models.BooleanField(default=True, help_text='False once the person has blocked the bot.', verbose_name='reachable')),
                ('referred_at', models.DateTimeField(blank=True, null=True, verbose_name='brought at')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='joined')),
                ('avatar', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.media', verbose_name='avatar')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['-id'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('first_name'), 'gin_trgm_ops'), name='user_first_name_part'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('last_name'), 'gin_trgm_ops'), name='user_last_name_part'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('phone', 'gin_trgm_ops'), name='user_phone_part'), models.Index(django.db.models.functions.text.Upper('username'), name='user_telegram_name')],
                'constraints': [models.CheckConstraint(condition=models.Q(('login__isnull', False), ('telegram_id__isnull', False), _connector='OR'), name='user_has_login_or_telegram'), models.CheckConstraint(condition=models.Q(('platform_role', ''), ('login__isnull', False), _connector='OR'), name='platform_staff_have_a_login')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalReferralPartner',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.CharField(db_index=True, max_length=20, verbose_name='code')),
                ('commission_percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='bonus, %')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(verbose_name='partner since')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('stop_reason', models.CharField(blank=True, max_length=300, verbose_name='why stopped')),
            ],
            options={
                'verbose_name': 'historical referral partner',
                'verbose_name_plural': 'historical referral partners',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalTravelAgency',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('slug', models.SlugField(verbose_name='slug')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('telegram', models.CharField(blank=True, max_length=64, verbose_name='Telegram')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('commission_percent', models.DecimalField(decimal_places=2, help_text="The platform's share of a sale; frozen on each booking.", max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='commission, %')),
                ('payme_merchant_id', models.CharField(blank=True, max_length=24, validators=[django.core.validators.RegexValidator('^[0-9a-f]{24}$', '24 hexadecimal digits.')], verbose_name='Payme cashbox id')),
                ('bank_name', models.CharField(blank=True, max_length=120, verbose_name='bank')),
                ('bank_account', models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('^\\d{20}$', '20 digits.')], verbose_name='bank account')),
                ('bank_mfo', models.CharField(blank=True, max_length=5, validators=[django.core.validators.RegexValidator('^\\d{5}$', '5 digits.')], verbose_name='MFO')),
                ('tax_id', models.CharField(blank=True, max_length=9, validators=[django.core.validators.RegexValidator('^\\d{9}$', '9 digits.')], verbose_name='INN')),
                ('collection', models.CharField(choices=[('platform', "to the platform's cashbox"), ('split', 'split by Payme between the two cashboxes')], default='platform', max_length=10, verbose_name='money is collected')),
                ('status', models.CharField(choices=[('active', 'active'), ('blocked', 'blocked')], default='active', max_length=10, verbose_name='status')),
                ('auto_approve', models.BooleanField(default=False, help_text='Requests are approved at once while there are seats.', verbose_name='approve by itself')),
                ('manager_chat_id', models.BigIntegerField(blank=True, null=True, verbose_name="managers' Telegram chat")),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created at')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('logo', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='core.media', verbose_name='logo')),
                ('payout_cycle', models.CharField(choices=[('dates', 'on the 1st, the 11th and the 21st'), ('on_demand', 'when the agency asks')], default='dates', max_length=10, verbose_name='paid out')),
                ('reserve_percent', models.DecimalField(decimal_places=2, default=0, help_text='Held back of what becomes available, against refunds that come later.', max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='reserve, %')),
            ],
            options={
                'verbose_name': 'historical agency',
                'verbose_name_plural': 'historical agencies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ReferralPartner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('commission_percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='bonus, %')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('total_sales', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14, verbose_name='total sales')),
                ('total_commission_paid', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14, verbose_name='total bonus')),
                ('created_at', models.DateTimeField(verbose_name='partner since')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='referral_partner', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('stop_reason', models.CharField(blank=True, max_length=300, verbose_name='why stopped')),
            ],
            options={
                'verbose_name': 'referral partner',
                'verbose_name_plural': 'referral partners',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('commission_percent__gte', 0), ('commission_percent__lte', 100)), name='partner_bonus_is_a_percentage'), models.CheckConstraint(condition=models.Q(('code', django.db.models.functions.text.Upper('code'))), name='partner_code_is_upper_case'), models.CheckConstraint(condition=models.Q(models.Q(('is_active', True), ('stop_reason', '')), models.Q(('is_active', False), models.Q(('stop_reason', ''), _negated=True)), _connector='OR'), name='stopped_partner_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='AgencyMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'owner'), ('manager', 'manager')], max_length=10, verbose_name='role')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='partners.travelagency', verbose_name='agency')),
            ],
            options={
                'verbose_name': 'agency member',
                'verbose_name_plural': 'agency members',
                'ordering': ['agency', 'role'],
                'constraints': [models.UniqueConstraint(fields=('agency', 'user'), name='one_membership_per_agency')],
            },
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='SHA-256 of the token')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('expires_at', models.DateTimeField(verbose_name='expires at')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'access token',
                'verbose_name_plural': 'access tokens',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='token_expires_after_it_was_made')],
            },
        ),
        migrations.CreateModel(
            name='Friendship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('requested', 'requested'), ('accepted', 'accepted'), ('declined', 'declined')], default='requested', max_length=20, verbose_name='status')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('from_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who asked')),
                ('to_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='whom')),
            ],
            options={
                'verbose_name': 'friendship',
                'verbose_name_plural': 'friendships',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.comparison.Least('from_user', 'to_user'), django.db.models.functions.comparison.Greatest('from_user', 'to_user'), name='one_friendship_per_pair'), models.CheckConstraint(condition=models.Q(('from_user', models.F('to_user')), _negated=True), name='nobody_is_his_own_friend')],
            },
        ),
        migrations.CreateModel(
            name='PaymentDetailsChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('proposed', 'waits for a second pair of eyes'), ('approved', 'approved'), ('rejected', 'rejected')], default='proposed', max_length=20, verbose_name='status')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('created_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='note to the decision')),
                ('bank_name', models.CharField(blank=True, max_length=120, verbose_name='bank')),
                ('bank_account', models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('^\\d{20}$', '20 digits.')], verbose_name='bank account')),
                ('bank_mfo', models.CharField(blank=True, max_length=5, validators=[django.core.validators.RegexValidator('^\\d{5}$', '5 digits.')], verbose_name='MFO')),
                ('tax_id', models.CharField(blank=True, max_length=9, validators=[django.core.validators.RegexValidator('^\\d{9}$', '9 digits.')], verbose_name='INN')),
                ('collection', models.CharField(choices=[('platform', "to the platform's cashbox"), ('split', 'split by Payme between the two cashboxes')], default='platform', max_length=10, verbose_name='money is collected')),
                ('payme_merchant_id', models.CharField(blank=True, max_length=24, validators=[django.core.validators.RegexValidator('^[0-9a-f]{24}$', '24 hexadecimal digits.')], verbose_name='Payme cashbox id')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='details_changes', to='partners.travelagency', verbose_name='agency')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
            ],
            options={
                'verbose_name': 'change of payment details',
                'verbose_name_plural': 'changes of payment details',
                'ordering': ['-id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('created_by')), _negated=True), _connector='OR'), name='paymentdetailschange_maker_is_not_checker'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'proposed')), models.Q(models.Q(('status', 'proposed'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='paymentdetailschange_decision_names_its_checker'), models.UniqueConstraint(condition=models.Q(('status', 'proposed')), fields=('agency',), name='one_open_details_change_per_agency'), models.CheckConstraint(condition=models.Q(models.Q(('collection', 'split'), _negated=True), models.Q(('payme_merchant_id', ''), _negated=True), _connector='OR'), name='proposed_split_has_a_cashbox')],
            },
        ),
        migrations.CreateModel(
            name='PartnerRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='bonus, %')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, help_text='The last day; empty: until the next one.', null=True, verbose_name='valid to')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='partners.referralpartner', verbose_name='partner')),
            ],
            options={
                'verbose_name': "partner's rate",
                'verbose_name_plural': "partners' rates",
                'ordering': ['-valid_from', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lte', 100)), name='partner_rate_is_a_percentage'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='partner_rate_period_is_a_period')],
            },
        ),
        migrations.CreateModel(
            name='ReferralTouch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(choices=[('app', 'Mini App'), ('bot', 'bot')], max_length=3, verbose_name='came to')),
                ('refusal', models.CharField(blank=True, choices=[('', '–'), ('unknown', 'nobody has this code'), ('self', 'his own code'), ('ring', 'a ring: he was himself brought by this traveller'), ('stopped', 'the partner was stopped'), ('taken', 'somebody else brought the traveller first'), ('late', 'the traveller came too long ago')], default='', max_length=8, verbose_name='does not count')),
                ('created_at', models.DateTimeField(verbose_name='came at')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='touches', to='partners.referralpartner', verbose_name='partner')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='touches', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'arrival by a link',
                'verbose_name_plural': 'arrivals by links',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('user', 'partner'), name='one_touch_of_a_pair'), models.UniqueConstraint(condition=models.Q(('refusal', '')), fields=('user',), name='first_touch_wins')],
            },
        ),
        migrations.AddField(
            model_name='User',
            name='referred_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='brought', to='partners.referralpartner', verbose_name='brought by'),
        ),
        migrations.AddConstraint(
            model_name='User',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('referred_at', None), ('referred_by', None)), models.Q(('referred_at__isnull', False), ('referred_by__isnull', False)), _connector='OR'), name='user_referral_is_a_pair'),
        ),
    ]
