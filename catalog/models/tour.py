"""Tours and their categories."""

from datetime import datetime

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalog.states import TourStatus
from core.state import StateField, StatefulModel, transition


def in_language(obj: models.Model, field: str) -> str:
    """``field`` in the active language, in Russian when there is no translation."""
    own = getattr(obj, f"{field}_{(get_language() or 'ru')[:2]}", "")
    return own or getattr(obj, f"{field}_ru")


class TourCategory(models.Model):
    """A type of tour; its schema says which parameters tours of the type have."""

    slug = models.SlugField(_("slug"), unique=True)
    title_ru = models.CharField(_("title (ru)"), max_length=120)
    title_uz = models.CharField(_("title (uz)"), max_length=120, blank=True)
    title_en = models.CharField(_("title (en)"), max_length=120, blank=True)
    parameters_schema = models.JSONField(_("parameters (JSON Schema)"), default=dict, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tour category")
        verbose_name_plural = _("tour categories")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")


class TourQuerySet(models.QuerySet["Tour"]):
    def for_user(self, user) -> "TourQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(agency_id__in=user.agency_ids)

    def on_sale(self) -> "TourQuerySet":
        """What the Mini App shows: published tours of active agencies."""
        return self.filter(status=TourStatus.PUBLISHED, agency__status="active")


class Tour(StatefulModel):
    """A tour as an agency describes it; what is booked is one of its sessions."""

    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        related_name="tours",
        verbose_name=_("agency"),
    )
    category = models.ForeignKey(
        TourCategory, models.PROTECT, related_name="tours", verbose_name=_("category")
    )
    title_ru = models.CharField(_("title (ru)"), max_length=160)
    title_uz = models.CharField(_("title (uz)"), max_length=160, blank=True)
    title_en = models.CharField(_("title (en)"), max_length=160, blank=True)
    description_ru = models.TextField(_("description (ru)"), blank=True)
    description_uz = models.TextField(_("description (uz)"), blank=True)
    description_en = models.TextField(_("description (en)"), blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    transport_options = models.JSONField(
        _("transport"),
        default=list,
        blank=True,
        help_text=_('A list of {"code", "title", "price"}; the price is per seat, in UZS.'),
    )
    itinerary = models.JSONField(_("itinerary"), default=list, blank=True)
    inclusions = models.JSONField(_("included"), default=list, blank=True)
    exclusions = models.JSONField(_("not included"), default=list, blank=True)
    meeting_point = models.CharField(_("meeting point"), max_length=200, blank=True)
    meeting_lat = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    meeting_lon = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    age_min = models.PositiveSmallIntegerField(
        _("age from"), null=True, blank=True, validators=[MaxValueValidator(99)]
    )
    cancellation_policy = models.JSONField(
        _("cancellation policy"),
        default=list,
        blank=True,
        help_text=_('Tiers {"days_before", "refund_percent"}; frozen on each booking.'),
    )
    photos = models.ManyToManyField(
        "core.Media", through="catalog.TourPhoto", related_name="+", verbose_name=_("gallery")
    )
    status = StateField(_("status"), choices=TourStatus, default=TourStatus.DRAFT)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = TourQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tour")
        verbose_name_plural = _("tours")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agency", "status"], name="tour_by_agency"),
            models.Index(fields=["category", "status"], name="tour_by_category"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status=TourStatus.PUBLISHED)
                | models.Q(published_at__isnull=False),
                name="published_tour_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def description(self) -> str:
        return in_language(self, "description")

    @transition(status, [TourStatus.DRAFT, TourStatus.ARCHIVED], TourStatus.PUBLISHED)
    def publish(self, *, at: datetime) -> None:
        self.published_at = at

    @transition(status, [TourStatus.DRAFT, TourStatus.PUBLISHED], TourStatus.ARCHIVED)
    def archive(self) -> None:
        """No longer shown; bookings made go on."""


class TourPhoto(models.Model):
    """A picture in a tour's gallery; the first is the cover."""

    tour = models.ForeignKey(Tour, models.CASCADE, related_name="gallery", verbose_name=_("tour"))
    media = models.ForeignKey(
        "core.Media", models.PROTECT, related_name="in_galleries", verbose_name=_("picture")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tour", "media"], name="photo_once_in_a_gallery"),
        ]

    def __str__(self) -> str:
        return f"{self.tour} · {self.position}"
