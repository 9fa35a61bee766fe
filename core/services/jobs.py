"""Long work: asked for by a person, carried by a worker, its file kept for some days.

``attempts`` is the claim's number: a worker that was thought dead, and whose job another one has
claimed since, can no longer move it.
"""

import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from constance import config
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from core.acts import act, require_transaction
from core.locks import lock_row
from core.models import Job
from core.models.job import OPEN_JOBS, JobStatus
from core.queries.jobs import is_entitled
from core.refusals import Conflict, NotAllowed, NotFound
from core.services.events import record
from core.signals import job_started
from core.storage import private_storage

MOST_ATTEMPTS = 3
MOST_OPEN = 5
REPEATABLE = (JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED)


class TooManyJobs(Conflict):
    code = "too_many_jobs"
    message = gettext_lazy("{n} of your exports are not finished yet. Wait for one, or cancel it.")


class JobLost(Conflict):
    """Cancelled, or claimed by another worker: this one stops."""


class NoFile(Conflict):
    message = gettext_lazy("This export has no file any more. Start it again.")


# --- the person's side


@act
def start_job(
    *,
    kind: str,
    title: str,
    params: dict[str, Any],
    by: Actor,
    at: datetime,
    schedule_id: int | None = None,
    wakes: bool = True,
) -> Job:
    """Queue work of ``kind`` for the person ``by``; a worker is woken when it is committed, unless
    the caller is about to carry it himself.

    ``params["language"]`` is the language of its words. Refuses with NotAllowed and TooManyJobs.
    """
    # Two starts of one person wait for each other, so that neither is one too many.
    person: Any = lock_row(get_user_model(), pk=by.person_id)

    job = Job(
        kind=kind,
        title=title[:200],
        params=params,
        requested_by=person,
        schedule_id=schedule_id,
        created_at=at,
    )
    if not is_entitled(job):
        raise NotAllowed
    waiting = Job.objects.filter(requested_by=person, status__in=OPEN_JOBS).count()
    if waiting >= MOST_OPEN:
        raise TooManyJobs(n=waiting)

    job.save()

    record("job.started", job, by=by, at=at, kind=kind, schedule=schedule_id)
    if wakes:
        transaction.on_commit(partial(job_started.send, sender=Job), robust=True)
    return job


@act
def repeat_job(*, job_id: int, by: Actor, at: datetime) -> Job:
    """Start the same work anew as a job of its own. Refuses with NotFound, Conflict while there is
    nothing to repeat, and as ``start_job`` does."""
    old = lock_row(Job, pk=job_id, requested_by_id=by.person_id)

    if old.status not in REPEATABLE:
        raise Conflict

    return start_job(kind=old.kind, title=old.title, params=old.params, by=by, at=at)


@act
def cancel_job(*, job_id: int, by: Actor, at: datetime) -> Job:
    """End a job that is not finished; its worker stops at its next sign of life. Refuses with
    NotFound (somebody else's, too) and, when it is over, Conflict."""
    job = lock_row(Job, pk=job_id, requested_by_id=by.person_id)

    if job.status not in OPEN_JOBS:
        raise Conflict

    job.cancel(at=at)
    job.save()

    record("job.cancelled", job, by=by, at=at)
    return job


def cancel_jobs_of(person_id: int, *, by: Actor, at: datetime) -> int:
    """Cancel all that the person waits for, as ``cancel_job`` does; how many. A building block: the
    act around it says why, and has locked the person."""
    require_transaction()
    rows = Job.objects.filter(requested_by_id=person_id, status__in=OPEN_JOBS)
    jobs = list(rows.select_for_update().order_by("pk"))
    for job in jobs:
        job.cancel(at=at)
        job.save()
        record("job.cancelled", job, by=by, at=at)
    return len(jobs)


@act
def take_file(*, job_id: int, by: Actor, at: datetime) -> Job:
    """Note that the person fetches the job's file; the role is asked again. Refuses with NotFound
    (somebody else's, too), NotAllowed and NoFile."""
    job = lock_row(Job, pk=job_id, requested_by_id=by.person_id)

    if not is_entitled(job):
        raise NotAllowed
    if job.status != JobStatus.DONE or not private_storage().exists(str(job.file.name)):
        raise NoFile

    record("job.file_taken", job, by=by, at=at, file=job.file_name)
    return job


# --- the worker's side


@act
def claim_job(*, by: Actor, at: datetime, job_id: int | None = None) -> Job | None:
    """Take the oldest due job, or the one named; None when nothing is due or others have it.

    One that killed three workers fails, one whose person may no longer have it is cancelled: the
    job comes back as what it has become, and only a running one is to be carried.
    """
    due = Job.objects.due(at).filter(**({"pk": job_id} if job_id else {}))
    job = due.select_for_update(skip_locked=True, of=("self",)).order_by("id").first()
    if job is None:
        return None

    if not is_entitled(job):
        job.cancel(at=at)
        record("job.cancelled", job, by=by, at=at)
    elif job.attempts >= MOST_ATTEMPTS:
        _fail(job, _in_words_of(job), by, at)
    else:
        job.claim(at=at)

    job.save()
    return job


def note_progress(*, job: Job, done: int, total: int, at: datetime) -> None:
    """A sign of life. Refuses with JobLost when the job is no longer this worker's, or no longer
    its person's to have."""
    mine = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)
    if not mine.update(done=done, total=total, heartbeat_at=at):
        raise JobLost
    if not is_entitled(Job.objects.select_related("requested_by").get(pk=job.pk)):
        raise JobLost


@act
def finish_job(
    *, job_id: int, attempt: int, file: str, file_name: str, rows: int, by: Actor, at: datetime
) -> Job:
    """The job's ``file`` lies in the private storage and is kept EXPORT_DAYS. Refuses with JobLost,
    also when the person may no longer have it."""
    job = _lock_running(job_id, attempt)

    if not is_entitled(job):
        raise JobLost

    job.finish(at=at, file=file, expires_at=at + timedelta(days=config.EXPORT_DAYS))
    job.file_name = file_name
    job.done = job.total = rows
    job.save()

    record("job.done", job, by=by, at=at, rows=rows, schedule=job.schedule_id)
    return job


@act
def fail_job(*, job_id: int, attempt: int, error: str, by: Actor, at: datetime) -> Job:
    """The work cannot be done, for the reason ``error``. Refuses with JobLost."""
    job = _lock_running(job_id, attempt)

    _fail(job, error, by, at)

    job.save()
    return job


@act
def give_up_job(*, job_id: int, attempt: int, by: Actor, at: datetime) -> None:
    """Its person may no longer have what a worker was writing: it is cancelled. Somebody else's
    claim and what is over already are left as they are."""
    job = Job.objects.select_for_update().filter(pk=job_id, attempts=attempt).first()
    if job is None or job.status != JobStatus.RUNNING:
        return

    job.cancel(at=at)
    job.save()

    record("job.cancelled", job, by=by, at=at)


@act
def expire_job(*, job_id: int, by: Actor, at: datetime) -> None:
    """Delete a file whose days are over; the row stays and says so. Refuses with NotFound and
    Conflict when it is kept longer."""
    job = lock_row(Job, pk=job_id)

    if job.status != JobStatus.DONE or job.expires_at is None or job.expires_at > at:
        raise Conflict

    name = str(job.file.name)
    job.expire()
    job.save()
    # The row first: a file without a row is rubbish, a row without a file would be a lie.
    transaction.on_commit(partial(private_storage().delete, name), robust=True)

    record("job.expired", job, by=by, at=at)


def expire_jobs(*, by: Actor, at: datetime) -> int:
    """Delete the files whose days are over; returns how many."""
    over = Job.objects.filter(status=JobStatus.DONE, expires_at__lte=at)
    ids = list(over.values_list("pk", flat=True))
    for job_id in ids:
        expire_job(job_id=job_id, by=by, at=at)
    return len(ids)


def new_file_path(at: datetime) -> str:
    """A name in the private storage that nobody can guess."""
    return f"jobs/{at:%Y/%m}/{secrets.token_hex(16)}"


def language_of(job: Job) -> str:
    """The language its words are in."""
    return str(job.params.get("language") or settings.LANGUAGE_CODE)


def _lock_running(job_id: int, attempt: int) -> Job:
    try:
        return lock_row(Job, pk=job_id, attempts=attempt, status=JobStatus.RUNNING)
    except NotFound:
        raise JobLost from None


def _fail(job: Job, error: str, by: Actor, at: datetime) -> None:
    job.fail(at=at, error=error)
    record("job.failed", job, by=by, at=at, error=job.error, schedule=job.schedule_id)


def _in_words_of(job: Job) -> str:
    with translation.override(language_of(job)):
        return _("The work was broken off three times. Try again, or tell support.")
