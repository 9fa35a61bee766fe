"""States of what is sold."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TourStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    ARCHIVED = "archived", _("archived")


class SessionStatus(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed for sale")
    CANCELLED = "cancelled", _("cancelled")
    COMPLETED = "completed", _("completed")


# A session that still runs, and one that no longer does.
RUNS = (SessionStatus.OPEN, SessionStatus.CLOSED)
OVER = (SessionStatus.CANCELLED, SessionStatus.COMPLETED)


class FundedBy(models.TextChoices):
    AGENCY = "agency", _("agency")
    PLATFORM = "platform", _("platform")


class ChatStatus(models.TextChoices):
    BOUND = "bound", _("bound")
    LOST = "lost", _("out of the bot's hands")
    CLOSED = "closed", _("closed")
