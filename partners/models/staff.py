"""How staff come in: invited, signed in, seen by support."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.clock import local_date
from partners.models.agency import MemberRole, TravelAgency

if TYPE_CHECKING:
    from partners.models.user import User


class SignedInBy(models.TextChoices):
    PASSWORD = "password", _("password")
    TELEGRAM = "telegram", _("Telegram")
    INVITATION = "invitation", _("invitation")


class StaffSession(models.Model):
    """One browser in which a member of staff is signed in.

    The session itself is Django's; its key is kept to end it. ``ended_at`` is set at sign-out, or
    when somebody ended it; a session that simply lapsed has none.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="staff_sessions",
        verbose_name=_("person"),
    )
    session_key = models.CharField(_("session key"), max_length=40, unique=True)
    signed_in_by = models.CharField(_("signed in by"), max_length=10, choices=SignedInBy)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    browser = models.CharField(_("browser"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("signed in at"))
    seen_at = models.DateTimeField(_("last seen at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("staff session")
        verbose_name_plural = _("staff sessions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="staff_session_by_user")]

    def __str__(self) -> str:
        return f"{self.user} · {local_date(self.created_at):%d.%m.%Y}"


class InvitationQuerySet(models.QuerySet["StaffInvitation"]):
    def for_user(self, user: "User") -> "InvitationQuerySet":
        return self if user.sees_all_agencies else self.filter(agency_id__in=user.agency_ids)

    def open(self, at: datetime) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)


class StaffInvitation(models.Model):
    """A place in an agency, for whoever has the link. The token is shown once, kept hashed."""

    agency = models.ForeignKey(
        TravelAgency, models.PROTECT, related_name="invitations", verbose_name=_("agency")
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole)
    name = models.CharField(_("for whom"), max_length=120)
    digest = models.CharField(_("SHA-256 of the token"), max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("good until"))
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="invitation_expires_after_it_was_made",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None, accepted_at=None)
                | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="invitation_acceptance_is_a_pair",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="invitation_is_accepted_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.agency}"


class ViewAsQuerySet(models.QuerySet["ViewAs"]):
    def running(self, at: datetime) -> "ViewAsQuerySet":
        return self.filter(ended_at=None, until__gt=at)


class ViewAs(models.Model):
    """Support looks at the back office with the eyes of a member of an agency: for a while,
    for a reason, and without touching anything."""

    viewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("support")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("seen as")
    )
    reason = models.CharField(_("reason"), max_length=300)
    started_at = models.DateTimeField(_("started at"))
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    pages = models.PositiveIntegerField(_("pages seen"), default=0)

    objects = ViewAsQuerySet.as_manager()

    class Meta:
        verbose_name = _("view as a member of staff")
        verbose_name_plural = _("views as members of staff")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["viewer"], condition=Q(ended_at=None), name="one_view_as_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("started_at")), name="view_as_ends_after_it_started"
            ),
            models.CheckConstraint(condition=~Q(viewer=F("person")), name="view_as_somebody_else"),
            models.CheckConstraint(condition=~Q(reason=""), name="view_as_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer} → {self.person}"
