"""A list as somebody likes to see it: its filters, search and order under a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def for_user(self, user) -> "SavedFilterQuerySet":  # type: ignore[no-untyped-def]
        """Everybody has his own."""
        return self.filter(owner_id=user.pk)


class SavedFilter(models.Model):
    """``query`` (without the page's number) of the list of ``model`` (``sales.booking``)."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_filters",
        verbose_name=_("owner"),
    )
    model = models.CharField(_("list"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1000)
    created_at = models.DateTimeField(_("saved at"))

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "model", "name"], name="one_saved_filter_of_a_name"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
