"""Files: the row holds the path and what is known of it, the bytes live on disk or S3."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.pictures import CARD, THUMB, smaller


class MediaType(models.TextChoices):
    TOUR_PHOTO = "tour_photo", _("tour photo")
    GALLERY = "gallery", _("gallery")
    LOGO = "logo", _("logo")
    AVATAR = "avatar", _("avatar")


class MediaQuerySet(models.QuerySet["Media"]):
    def for_user(self, user) -> Self:  # type: ignore[no-untyped-def]
        """The platform sees all, an agency its own, anybody his personal ones."""
        if user.sees_all_agencies:
            return self
        personal = models.Q(agency=None, uploader_id=user.pk)
        return self.filter(models.Q(agency_id__in=user.agency_ids) | personal)

    def same_as(self, picture: "Media") -> Self:
        """The same bytes, kept as the same type for the same owner; at most one."""
        same = self.filter(checksum=picture.checksum, type=picture.type)
        if picture.agency_id is not None:
            return same.filter(agency_id=picture.agency_id)
        return same.filter(agency=None, uploader_id=picture.uploader_id)


class Media(models.Model):
    """An uploaded picture, checked by content and stripped of EXIF before it is stored.

    It belongs to the agency, or without one to the person who uploaded it; the same bytes are kept
    once for each owner and type.
    """

    file = models.FileField(_("file"), upload_to="media/", max_length=200)
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
    )
    type = models.CharField(_("type"), max_length=12, choices=MediaType)
    width = models.PositiveIntegerField(_("width, px"))
    height = models.PositiveIntegerField(_("height, px"))
    size = models.PositiveIntegerField(_("size, bytes"))
    checksum = models.CharField(_("SHA-256"), max_length=64)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = MediaQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(width__gt=0, height__gt=0, size__gt=0),
                name="media_has_dimensions",
            ),
            models.UniqueConstraint(
                fields=["checksum", "type", "agency"],
                condition=models.Q(agency__isnull=False),
                name="one_picture_per_agency",
            ),
            models.UniqueConstraint(
                fields=["checksum", "type", "uploader"],
                condition=models.Q(agency__isnull=True),
                name="one_picture_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.width}×{self.height}"

    @property
    def url(self) -> str:
        """At most 1600 px."""
        return self.file.url

    @property
    def card_url(self) -> str:
        """At most 800 px."""
        return self._url(CARD)

    @property
    def thumb_url(self) -> str:
        """At most 320 px."""
        return self._url(THUMB)

    def _url(self, side: int) -> str:
        return self.file.storage.url(smaller(self.file.name or "", side))
