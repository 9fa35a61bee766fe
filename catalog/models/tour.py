"""Tours and their categories."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalog.states import TourStatus
from core.codes import new_code
from core.fields import PercentField
from core.money import HUNDRED
from core.state import StateField, StatefulModel, transition


def in_language(obj: models.Model, field: str) -> Any:
    """``field`` in the active language, in Russian when there is no translation."""
    own = getattr(obj, f"{field}_{(get_language() or 'ru')[:2]}", "")
    return own or getattr(obj, f"{field}_ru")


def map_link(lat: Decimal | str | None, lon: Decimal | str | None) -> str:
    """The place on a map; "" without one."""
    if lat is None or lon is None:
        return ""
    return f"https://www.google.com/maps/search/?api=1&query={lat},{lon}"


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
        return str(in_language(self, "title"))


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
    code = models.SlugField(
        _("code"),
        max_length=40,
        default=new_code,
        help_text=_("The agency's own name for it in files; letters, digits, hyphens."),
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
        help_text=_("Ways to get there; the price is per seat, in UZS."),
    )
    itinerary_ru = models.JSONField(_("programme (ru)"), default=list, blank=True)
    itinerary_uz = models.JSONField(_("programme (uz)"), default=list, blank=True)
    itinerary_en = models.JSONField(_("programme (en)"), default=list, blank=True)
    inclusions_ru = models.JSONField(_("included (ru)"), default=list, blank=True)
    inclusions_uz = models.JSONField(_("included (uz)"), default=list, blank=True)
    inclusions_en = models.JSONField(_("included (en)"), default=list, blank=True)
    exclusions_ru = models.JSONField(_("not included (ru)"), default=list, blank=True)
    exclusions_uz = models.JSONField(_("not included (uz)"), default=list, blank=True)
    exclusions_en = models.JSONField(_("not included (en)"), default=list, blank=True)
    meeting_point_ru = models.CharField(_("meeting point (ru)"), max_length=200, blank=True)
    meeting_point_uz = models.CharField(_("meeting point (uz)"), max_length=200, blank=True)
    meeting_point_en = models.CharField(_("meeting point (en)"), max_length=200, blank=True)
    meeting_lat = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    meeting_lon = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    age_min = models.PositiveSmallIntegerField(
        _("age from"), null=True, blank=True, validators=[MaxValueValidator(99)]
    )
    age_max = models.PositiveSmallIntegerField(
        _("age to"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    child_to_age = models.PositiveSmallIntegerField(
        _("child: under the age of"), default=12, validators=[MaxValueValidator(18)]
    )
    child_percent = PercentField(
        _("a child pays of the price, %"), default=HUNDRED, validators=[MaxValueValidator(100)]
    )
    infant_to_age = models.PositiveSmallIntegerField(
        _("infant: under the age of"), default=2, validators=[MaxValueValidator(18)]
    )
    infant_percent = PercentField(
        _("an infant pays of the price, %"), default=HUNDRED, validators=[MaxValueValidator(100)]
    )
    # For the fiscal receipt; blank means the platform's own (FISCAL_* settings).
    mxik_code = models.CharField(
        _("MXIK code"),
        max_length=17,
        blank=True,
        validators=[RegexValidator(r"^\d{17}$", _("17 digits."))],
        help_text=_("Of the service, from the tax committee's catalogue."),
    )
    package_code = models.CharField(
        _("package code"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\d{1,20}$", _("Digits only."))],
    )
    vat_percent = models.PositiveSmallIntegerField(
        _("VAT, %"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    cancellation_policy = models.JSONField(
        _("cancellation policy"),
        default=list,
        blank=True,
        help_text=_("What comes back how many days before; frozen on each booking."),
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
            GinIndex(
                fields=["parameters"], opclasses=["jsonb_path_ops"], name="tour_by_parameters"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status=TourStatus.PUBLISHED)
                | models.Q(published_at__isnull=False),
                name="published_tour_has_a_time",
            ),
            models.UniqueConstraint(fields=["agency", "code"], name="tour_code_once_in_an_agency"),
            models.CheckConstraint(
                condition=models.Q(age_max__isnull=True)
                | models.Q(age_min__isnull=True)
                | models.Q(age_max__gte=models.F("age_min")),
                name="tour_ages_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(infant_to_age__lte=models.F("child_to_age")),
                name="infants_are_younger_than_children",
            ),
            models.CheckConstraint(
                condition=models.Q(child_percent__gte=0, child_percent__lte=100)
                & models.Q(infant_percent__gte=0, infant_percent__lte=100),
                name="children_pay_up_to_the_price",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return str(in_language(self, "title"))

    @property
    def description(self) -> str:
        """HTML, as ``catalog.rich_text`` lets it through."""
        return str(in_language(self, "description"))

    @property
    def itinerary(self) -> list[dict[str, Any]]:
        """Days {day, title, text}."""
        return list(in_language(self, "itinerary"))

    @property
    def inclusions(self) -> list[str]:
        return list(in_language(self, "inclusions"))

    @property
    def exclusions(self) -> list[str]:
        return list(in_language(self, "exclusions"))

    @property
    def meeting_point(self) -> str:
        return str(in_language(self, "meeting_point"))

    @property
    def map_link(self) -> str:
        """The meeting point on a map that any phone opens; "" without coordinates."""
        return map_link(self.meeting_lat, self.meeting_lon)

    def share_of(self, kind: str) -> Decimal:
        """What a traveller of ``kind`` (adult, child, infant) pays, per cent of the seat price."""
        return {"child": self.child_percent, "infant": self.infant_percent}.get(kind, HUNDRED)

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
