"""What share of a sale the platform keeps, and since when."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import PercentField
from core.models.proposal import Proposal, ProposalStatus
from core.money import percents


class RateQuerySet(models.QuerySet["CommissionRate"]):
    def for_user(self, user) -> "RateQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        own = user.agency_ids_for("finance.commissionrate", "view")
        return self.filter(agency_id__in=own, status=ProposalStatus.APPROVED)

    def in_force(self, day: date) -> "RateQuerySet":
        """Approved rates of the day; of several of one reach the one that began last counts."""
        until = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        return self.filter(until, status=ProposalStatus.APPROVED, valid_from__lte=day)


class CommissionRate(Proposal):
    """A rate for an agency, or for one of its tours, from a day on: proposed, then approved.

    Days are local. It counts for bookings asked for on those days; each booking keeps the rate it
    was asked for under.
    """

    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        related_name="commission_rates",
        verbose_name=_("agency"),
    )
    tour = models.ForeignKey(
        "catalog.Tour",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="commission_rates",
        verbose_name=_("only for the tour"),
        help_text=_("Empty: for all tours of the agency without a rate of their own."),
    )
    percent = PercentField(
        _("commission, %"), validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"),
        null=True,
        blank=True,
        help_text=_("The last day; empty: until the next one."),
    )

    objects = RateQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(Proposal.Meta):
        verbose_name = _("commission rate")
        verbose_name_plural = _("commission rates")
        ordering = ["-id"]
        indexes = [models.Index(fields=["agency", "tour", "-valid_from"], name="rate_by_reach")]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="rate_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="rate_period_is_a_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tour or self.agency}: {percents(self.percent)}"
