"""Files: the row holds the path and what is known of it, the bytes live on disk or S3."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MediaType(models.TextChoices):
    TOUR_PHOTO = "tour_photo", _("tour photo")
    GALLERY = "gallery", _("gallery")
    LOGO = "logo", _("logo")
    AVATAR = "avatar", _("avatar")


class MediaQuerySet(models.QuerySet["Media"]):
    def for_user(self, user) -> "MediaQuerySet":  # type: ignore[no-untyped-def]
        """The platform sees all, an agency its own, anybody what he uploaded."""
        if user.sees_all_agencies:
            return self
        return self.filter(models.Q(agency_id__in=user.agency_ids) | models.Q(uploader_id=user.pk))


class Media(models.Model):
    """An uploaded picture, checked by content and stripped of EXIF before it is stored."""

    file = models.FileField(_("file"), upload_to="media/%Y/%m/", max_length=200)
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
    checksum = models.CharField(_("SHA-256"), max_length=64, db_index=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.width}×{self.height}"
