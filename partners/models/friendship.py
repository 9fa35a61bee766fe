"""The Circle: who is whose friend."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from core.state import StateField, StatefulModel, transition


class FriendshipStatus(models.TextChoices):
    REQUESTED = "requested", _("requested")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


class FriendshipQuerySet(models.QuerySet["Friendship"]):
    def for_user(self, user) -> "FriendshipQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.of(user.pk)

    def of(self, user_id: int) -> "FriendshipQuerySet":
        return self.filter(models.Q(from_user_id=user_id) | models.Q(to_user_id=user_id))


class Friendship(StatefulModel):
    """One person asked another to be in the Circle."""

    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who asked")
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("whom")
    )
    status = StateField(_("status"), choices=FriendshipStatus, default=FriendshipStatus.REQUESTED)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = FriendshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("friendship")
        verbose_name_plural = _("friendships")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                Least("from_user", "to_user"),
                Greatest("from_user", "to_user"),
                name="one_friendship_per_pair",
            ),
            models.CheckConstraint(
                condition=~models.Q(from_user=models.F("to_user")),
                name="nobody_is_his_own_friend",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_user} → {self.to_user}"

    @transition(status, FriendshipStatus.REQUESTED, FriendshipStatus.ACCEPTED)
    def accept(self, *, at) -> None:  # type: ignore[no-untyped-def]
        self.answered_at = at

    @transition(status, FriendshipStatus.REQUESTED, FriendshipStatus.DECLINED)
    def decline(self, *, at) -> None:  # type: ignore[no-untyped-def]
        self.answered_at = at
