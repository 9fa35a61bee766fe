"""Named states of people and of who brought them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Door(models.TextChoices):
    """Where a link leads."""

    APP = "app", _("Mini App")
    BOT = "bot", _("bot")


class InvitationState(models.TextChoices):
    """What has become of an invitation."""

    WAITING = "waiting", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    LAPSED = "lapsed", _("lapsed")
    REVOKED = "revoked", _("revoked")


class NoCredit(models.TextChoices):
    """Why somebody is not credited with a traveller or a booking."""

    NONE = "", "–"
    UNKNOWN = "unknown", _("nobody has this code")
    SELF = "self", _("his own code")
    RING = "ring", _("a ring: he was himself brought by this traveller")
    STOPPED = "stopped", _("the partner was stopped")
    TAKEN = "taken", _("somebody else brought the traveller first")
    LATE = "late", _("the traveller came too long ago")
