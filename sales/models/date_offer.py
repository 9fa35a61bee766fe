"""Another date, offered by the agency in place of one it cannot take the traveller along on."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField


class DateOfferQuerySet(models.QuerySet["DateOffer"]):
    def for_user(self, user) -> "DateOfferQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(Q(booking__agency_id__in=user.agency_ids) | Q(booking__user_id=user.pk))


class DateOffer(models.Model):
    """The same seats of a rejected ``booking`` on another ``session``, until ``expires_at``.

    ``price`` is what was told, UZS: who takes the offer never pays more. Nothing is held meanwhile.
    """

    booking = models.OneToOneField(
        "sales.Booking", models.PROTECT, related_name="date_offer", verbose_name=_("booking")
    )
    session = models.ForeignKey(
        "catalog.TourSession",
        models.PROTECT,
        related_name="date_offers",
        verbose_name=_("date offered"),
    )
    price = MoneyField(_("to pay"))
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("offered by"),
    )
    created_at = models.DateTimeField(_("offered at"))
    expires_at = models.DateTimeField(_("stands until"))
    taken_booking = models.OneToOneField(
        "sales.Booking",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="taken_offer",
        verbose_name=_("taken as"),
    )

    objects = DateOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of another date")
        verbose_name_plural = _("offers of another date")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="offer_stands_for_a_while"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="offer_price_not_negative"),
            models.CheckConstraint(
                condition=Q(taken_booking__isnull=True) | ~Q(taken_booking=F("booking")),
                name="offer_is_taken_as_another_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking} → {self.session}"

    def is_over(self, at: datetime) -> bool:
        """Nobody has taken it, and nobody can any more."""
        return self.taken_booking_id is None and self.expires_at <= at
