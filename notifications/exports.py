"""Scheduled exports on their way to who asked for them: the message owed, and the file with it."""

from typing import Any

from django.conf import settings

from core.models import EventLog, Job
from core.models.job import Channel, JobSchedule, JobStatus
from core.queries.jobs import is_entitled
from core.services.jobs import language_of
from core.storage import private_storage
from notifications.channels.outcomes import Attachment
from notifications.services.outbox import Address, Letter, person, put
from notifications.states import Kind

TOLD_JOBS = {"job.done": Kind.EXPORT_READY, "job.failed": Kind.EXPORT_FAILED}
# What a bot may send, and what most mail servers take once it is encoded.
MOST_BYTES = {Channel.TELEGRAM: 50_000_000, Channel.EMAIL: 18_000_000}


class NotEntitled(ValueError):
    """Its reader may no longer have the file: the message is not sent at all."""


def tell_about_job(event: EventLog) -> None:
    """Owe the owner of a schedule its file, or the news that there is none; once a job."""
    job = Job.objects.select_related("schedule__owner").filter(pk=event.object_id).first()
    if job is None or job.schedule is None or not is_entitled(job.schedule):
        return
    kind = TOLD_JOBS[event.action]
    letter = Letter(kind=kind, dedupe=f"job{job.pk}:{kind}", payload=_values(job))
    put(letter, _addresses(job.schedule, language_of(job)), at=event.timestamp)


def attachment_of(payload: dict[str, Any], *, email: bool) -> Attachment | None:
    """The file of the job that ``payload`` names, when it is to go along. Refuses with NotEntitled:
    what somebody may have is asked again when it leaves."""
    if "job" not in payload:
        return None
    job = Job.objects.select_related("requested_by").filter(pk=payload["job"]).first()
    if job is None or not is_entitled(job):
        raise NotEntitled("the reader may no longer have this file")
    storage, name = private_storage(), str(job.file.name)
    if job.status != JobStatus.DONE or not storage.exists(name):
        return None
    most = MOST_BYTES[Channel.EMAIL if email else Channel.TELEGRAM]
    return Attachment(storage.path(name), job.file_name) if storage.size(name) <= most else None


def _addresses(schedule: JobSchedule, language: str) -> list[Address]:
    if schedule.channel == Channel.EMAIL:
        return [Address(schedule.owner_id, None, language, email=schedule.email)]
    return [Address(each.user_id, each.chat_id, language) for each in person(schedule.owner)]


def _values(job: Job) -> dict[str, Any]:
    return {
        "job": job.pk,
        "title": job.title,
        "rows": job.total,
        "reason": job.error,
        "url": settings.EXPORTS_URL,
    }
