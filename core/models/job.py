"""Long work that a person waits for: a row the worker claims, moves along and finishes."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.state import StateField, StatefulModel, transition
from core.storage import private_storage


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("file deleted")


OPEN_JOBS = (JobStatus.QUEUED, JobStatus.RUNNING)
# A worker that has not been heard of for so long is dead: its job is claimed anew.
LEASE = timedelta(minutes=2)


class JobQuerySet(models.QuerySet["Job"]):
    def for_user(self, user) -> "JobQuerySet":  # type: ignore[no-untyped-def]
        """Everybody sees his own jobs: their files hold what he himself may see."""
        return self.filter(requested_by_id=user.pk)

    def due(self, at: datetime) -> "JobQuerySet":
        """Queued, or running in a worker that has died."""
        dead = Q(status=JobStatus.RUNNING, heartbeat_at__lt=at - LEASE)
        return self.filter(Q(status=JobStatus.QUEUED) | dead)


class Job(StatefulModel):
    """``kind`` names what is done (``core.job_kinds``), ``params`` (JSON) with what.

    ``done`` of ``total`` rows are finished; ``total`` is 0 while nobody knows it. The result is a
    private file that is kept until ``expires_at``.
    """

    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    status = StateField(_("status"), choices=JobStatus, default=JobStatus.QUEUED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="jobs",
        verbose_name=_("asked for by"),
    )
    schedule = models.ForeignKey(
        "core.JobSchedule",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("schedule"),
    )
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("asked for at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    file = models.FileField(_("file"), storage=private_storage, upload_to="jobs/%Y/%m/", blank=True)
    file_name = models.CharField(_("file name"), max_length=120, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("my exports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="job_open", condition=Q(status__in=OPEN_JOBS)),
            models.Index(fields=["requested_by", "-id"], name="job_by_person"),
            models.Index(
                fields=["expires_at"], name="job_to_expire", condition=Q(status=JobStatus.DONE)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=JobStatus.DONE) | ~Q(file=""), name="done_job_has_a_file"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while nobody knows."""
        if self.status == JobStatus.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else None

    @transition(status, OPEN_JOBS, JobStatus.RUNNING)
    def claim(self, *, at: datetime) -> None:
        """Begin, or begin anew after a worker's death."""
        self.attempts += 1
        self.started_at = self.heartbeat_at = at
        self.done = 0

    @transition(status, JobStatus.RUNNING, JobStatus.DONE)
    def finish(self, *, at: datetime, file: str, expires_at: datetime) -> None:
        self.file.name = file
        self.finished_at = at
        self.expires_at = expires_at

    @transition(status, OPEN_JOBS, JobStatus.FAILED)
    def fail(self, *, at: datetime, error: str) -> None:
        self.finished_at = at
        self.error = error[:300]

    @transition(status, OPEN_JOBS, JobStatus.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        self.finished_at = at

    @transition(status, JobStatus.DONE, JobStatus.EXPIRED)
    def expire(self) -> None:
        self.file.name = ""


class Every(models.TextChoices):
    DAY = "day", _("every day")
    WEEK = "week", _("every Monday")
    MONTH = "month", _("on the first of the month")


class Channel(models.TextChoices):
    TELEGRAM = "telegram", _("Telegram")
    EMAIL = "email", _("e-mail")


class ScheduleQuerySet(models.QuerySet["JobSchedule"]):
    def for_user(self, user) -> "ScheduleQuerySet":  # type: ignore[no-untyped-def]
        return self.filter(owner_id=user.pk)


class JobSchedule(models.Model):
    """A job that comes again by itself; its file is sent to its owner."""

    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="job_schedules",
        verbose_name=_("sent to"),
    )
    every = models.CharField(_("when"), max_length=10, choices=Every)
    channel = models.CharField(_("by"), max_length=10, choices=Channel)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # The local date of the last run, so that a job that is late or runs twice starts one.
    last_run_on = models.DateField(_("last run on"), null=True, blank=True)
    created_at = models.DateTimeField(_("made at"))

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled export")
        verbose_name_plural = _("scheduled exports")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(channel=Channel.EMAIL) | ~Q(email=""),
                name="schedule_by_email_has_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.title
