"""Promotions (for everybody) and promo codes (for who knows the word)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalog.models.session import TourSession
from catalog.models.tour import Tour
from catalog.states import FundedBy
from core.fields import MoneyField, PercentField

if TYPE_CHECKING:
    from partners.models import User


def _one_kind_of_discount(name: str) -> models.CheckConstraint:
    """Exactly one of percent (0 to 100) and amount (above 0)."""
    percent = models.Q(
        discount_percent__gt=0, discount_percent__lte=100, discount_amount__isnull=True
    )
    amount = models.Q(discount_amount__gt=0, discount_percent__isnull=True)
    return models.CheckConstraint(condition=percent | amount, name=name)


class DiscountQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def for_user(self, user: "User") -> "DiscountQuerySet":
        return self if user.sees_all_agencies else self.filter(agency_id__in=user.agency_ids)

    def running(self, at: datetime) -> "DiscountQuerySet":
        return self.filter(is_active=True, valid_from__lte=at, valid_to__gt=at)


class Discount(models.Model):
    """What promotions and promo codes share.

    A discount is good for a session, a tour or a whole agency; ``agency`` says whose it is and is
    empty only for the platform's own codes.
    """

    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("agency"),
    )
    tour = models.ForeignKey(
        Tour,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("tour"),
    )
    session = models.ForeignKey(
        TourSession,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("session"),
    )
    discount_percent = PercentField(_("discount, %"), null=True, blank=True)
    discount_amount = MoneyField(_("discount, UZS"), null=True, blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"))
    funded_by = models.CharField(
        _("paid for by"), max_length=10, choices=FundedBy, default=FundedBy.AGENCY
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = DiscountQuerySet.as_manager()

    class Meta:
        abstract = True


class Promotion(Discount):
    """A price cut for a time on a session, a tour or all tours of an agency; the best single one
    applies by itself."""

    title = models.CharField(_("title"), max_length=120)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["-id"]
        constraints = [
            _one_kind_of_discount("promotion_percent_or_amount"),
            models.CheckConstraint(
                condition=models.Q(valid_to__gt=models.F("valid_from")),
                name="promotion_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(tour__isnull=True) | models.Q(session__isnull=True),
                name="promotion_not_for_a_tour_and_a_session",
            ),
            models.CheckConstraint(
                condition=models.Q(agency__isnull=False), name="promotion_is_an_agencys"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PromoCode(Discount):
    """A word that gives a discount on what remains after the promotion.

    Uses are counted over bookings, not kept here: a use given back needs no bookkeeping.
    """

    code = models.CharField(_("code"), max_length=32)
    usage_limit = models.PositiveIntegerField(_("uses in all"), null=True, blank=True)
    per_user_limit = models.PositiveIntegerField(_("uses per person"), null=True, blank=True)
    batch = models.CharField(
        _("batch"), max_length=60, blank=True, help_text=_("What codes made together are called.")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("promo code")
        verbose_name_plural = _("promo codes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(Upper("code"), name="promo_code_unique_in_any_case"),
            _one_kind_of_discount("promo_code_percent_or_amount"),
            models.CheckConstraint(
                condition=models.Q(valid_to__gt=models.F("valid_from")),
                name="promo_code_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(agency__isnull=False) | models.Q(funded_by=FundedBy.PLATFORM),
                name="code_without_agency_is_the_platforms",
            ),
        ]

    def __str__(self) -> str:
        return self.code
