"""The ledger: double entry, balanced and immutable by the database's own triggers."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Upper
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.money import ZERO, som
from finance.states import (
    AGENCY_ACCOUNTS,
    DEBIT_NORMAL,
    PLATFORM_ACCOUNTS,
    USER_ACCOUNTS,
    AccountKind,
    JournalStatus,
    JournalType,
)


class AccountQuerySet(models.QuerySet["Account"]):
    def for_user(self, user) -> "AccountQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        own = user.agency_ids_for("finance.account", "view")
        return self.filter(Q(agency_id__in=own) | Q(user_id=user.pk))


class Account(models.Model):
    """Where money stands: the platform's own, an agency's or a user's.

    ``balance`` is kept for agencies' and users' accounts, in the account's natural direction
    (credit, what we owe). The platform's own accounts, which every journal touches, are summed.
    """

    kind = models.CharField(_("account"), max_length=20, choices=AccountKind)
    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("agency"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("person"),
    )
    balance = MoneyField(_("balance"), default=ZERO, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(agency__isnull=True, user__isnull=True),
                name="one_platform_account_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["agency", "kind"],
                condition=Q(agency__isnull=False),
                name="one_agency_account_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(user__isnull=False),
                name="one_user_account_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AGENCY_ACCOUNTS, agency__isnull=False, user__isnull=True)
                | Q(kind__in=USER_ACCOUNTS, user__isnull=False, agency__isnull=True)
                | Q(kind__in=PLATFORM_ACCOUNTS, user__isnull=True, agency__isnull=True),
                name="account_belongs_to_whom_its_kind_says",
            ),
            models.CheckConstraint(
                condition=~Q(kind=AccountKind.BONUS_RESERVED) | Q(balance__gte=0),
                name="reserved_bonus_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=PLATFORM_ACCOUNTS) | Q(balance=0),
                name="platform_balances_are_summed",
            ),
        ]

    def __str__(self) -> str:
        owner = self.agency or self.user
        return f"{self.get_kind_display()} · {owner}" if owner else str(self.get_kind_display())

    @property
    def is_debit_normal(self) -> bool:
        return self.kind in DEBIT_NORMAL

    def natural(self, debit: Decimal, credit: Decimal) -> Decimal:
        """Debits and credits as one signed amount in the account's natural direction."""
        return debit - credit if self.is_debit_normal else credit - debit


class JournalQuerySet(models.QuerySet["AccountingTransaction"]):
    def for_user(self, user) -> "JournalQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        own = user.agency_ids_for("finance.accountingtransaction", "view")
        # Bonus moves none of its accounts, and who brought its travellers is not its matter.
        return self.filter(agency_id__in=own).exclude(type=JournalType.BONUS)


class AccountingTransaction(models.Model):
    """A journal: lines whose debits equal credits, posted at once and never edited."""

    type = models.CharField(_("type"), max_length=12, choices=JournalType)
    status = models.CharField(
        _("status"), max_length=10, choices=JournalStatus, default=JournalStatus.POSTED
    )
    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="journals",
        verbose_name=_("agency"),
    )
    booking = models.ForeignKey(
        "sales.Booking",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="journals",
        verbose_name=_("booking"),
    )
    payout = models.ForeignKey(
        "finance.Payout",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="journals",
        verbose_name=_("payout"),
    )
    withdrawal = models.ForeignKey(
        "finance.ReferralPayoutRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="journals",
        verbose_name=_("withdrawal"),
    )
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    memo = models.CharField(_("memo"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    posted_at = models.DateTimeField(_("posted at"))

    objects = JournalQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agency", "-id"], name="journal_by_agency"),
            models.Index(fields=["type", "posted_at"], name="journal_by_type"),
            models.Index(fields=["posted_at"], name="journal_by_time"),
            GinIndex(
                OpClass(Upper("memo"), "gin_trgm_ops"),
                name="journal_by_memo",
                condition=~Q(memo=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(type=JournalType.SALE, status=JournalStatus.POSTED),
                name="one_standing_sale_per_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} №{self.pk}"


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def for_user(self, user) -> "LedgerEntryQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        own = user.agency_ids_for("finance.ledgerentry", "view")
        return self.filter(account__agency_id__in=own)


class LedgerEntry(models.Model):
    """One line: a debit or a credit of one account.

    ``tiyin`` is the credit less the debit in whole hundredths, kept by the database: proofs of the
    books add up millions of lines, and whole numbers add three times as fast as decimals.
    """

    transaction = models.ForeignKey(
        AccountingTransaction, models.PROTECT, related_name="entries", verbose_name=_("journal")
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="entries",
        verbose_name=_("account"),
        db_index=False,  # line_by_account begins with it
    )
    debit = MoneyField(_("debit"), default=ZERO)
    credit = MoneyField(_("credit"), default=ZERO)
    tiyin = models.GeneratedField(
        expression=Cast((F("credit") - F("debit")) * 100, models.BigIntegerField()),
        output_field=models.BigIntegerField(),
        db_persist=True,
        editable=False,
    )

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["account", "transaction"], name="line_by_account", include=["tiyin"]
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
                name="entry_is_a_debit_or_a_credit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {som(self.debit or -self.credit)}"
