"""Custom trips: what a traveller wants, and what agencies offer."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.money import som
from core.state import StateField, StatefulModel, transition
from sales.states import ProposalStatus, TripStatus


class TripRequestQuerySet(models.QuerySet["CustomTripRequest"]):
    def for_user(self, user) -> "TripRequestQuerySet":  # type: ignore[no-untyped-def]
        """The traveller's own; agencies see the open ones and those they answered."""
        if user.sees_all_agencies:
            return self
        mine = Q(user_id=user.pk)
        if user.agency_ids:
            answered = Q(proposals__agency_id__in=user.agency_ids)
            mine |= Q(status=TripStatus.OPEN) | answered
        return self.filter(pk__in=self.model.objects.filter(mine).values("pk"))


class CustomTripRequest(StatefulModel):
    """What the traveller wants: dates, seats, budget, parameters."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="trip_requests",
        verbose_name=_("traveller"),
    )
    category = models.ForeignKey(
        "catalog.TourCategory",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    date_from = models.DateField(_("not before"))
    date_to = models.DateField(_("not after"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    budget = MoneyField(_("budget, UZS"), null=True, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    wishes = models.CharField(_("wishes"), max_length=2000, blank=True)
    status = StateField(_("status"), choices=TripStatus, default=TripStatus.OPEN)
    created_at = models.DateTimeField(_("asked at"))

    objects = TripRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom trip")
        verbose_name_plural = _("custom trips")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(date_to__gte=F("date_from")), name="trip_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="trip_has_a_seat"),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gt=0), name="trip_budget_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.date_from:%d.%m.%Y}"

    @transition(status, TripStatus.OPEN, TripStatus.ACCEPTED)
    def accept(self) -> None:
        """One proposal was taken."""

    @transition(status, TripStatus.OPEN, TripStatus.CLOSED)
    def close(self) -> None:
        """No longer wanted."""


class ProposalQuerySet(models.QuerySet["TripProposal"]):
    def for_user(self, user) -> "ProposalQuerySet":  # type: ignore[no-untyped-def]
        """Agencies never see each other's offers."""
        if user.sees_all_agencies:
            return self
        return self.filter(Q(agency_id__in=user.agency_ids) | Q(request__user_id=user.pk))


class TripProposal(StatefulModel):
    """An agency's priced answer to a custom trip; accepting one creates the Booking."""

    request = models.ForeignKey(
        CustomTripRequest, models.PROTECT, related_name="proposals", verbose_name=_("request")
    )
    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        related_name="proposals",
        verbose_name=_("agency"),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    text = models.CharField(_("text"), max_length=2000)
    date_start = models.DateField(_("starts"))
    date_end = models.DateField(_("ends"))
    price = MoneyField(_("price per seat, UZS"))
    expires_at = models.DateTimeField(_("good until"))
    booking = models.OneToOneField(
        "sales.Booking",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=_("booking"),
    )
    status = StateField(_("status"), choices=ProposalStatus, default=ProposalStatus.OFFERED)
    created_at = models.DateTimeField(_("offered at"))

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(date_end__gte=F("date_start")), name="proposal_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="proposal_price_is_positive"),
            models.CheckConstraint(
                condition=~Q(status=ProposalStatus.ACCEPTED) | Q(booking__isnull=False),
                name="accepted_proposal_has_its_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} · {som(self.price)}"

    @transition(status, ProposalStatus.OFFERED, ProposalStatus.ACCEPTED)
    def accept(self, *, booking_id: int) -> None:
        self.booking_id = booking_id

    @transition(status, ProposalStatus.OFFERED, ProposalStatus.DECLINED)
    def decline(self) -> None:
        """The traveller said no."""

    @transition(status, ProposalStatus.OFFERED, ProposalStatus.EXPIRED)
    def expire(self) -> None:
        """Nobody answered in time."""
