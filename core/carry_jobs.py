"""A job's way: claimed, carried outside of any transaction, recorded.

What a job reads, it reads through a server-side cursor that is held outside a transaction, so signs
of life are commits of their own on the same connection and no lock waits for a long read. Killed
anywhere, the job comes due again when its lease runs out; the half-written file is the system's
temporary rubbish, or one in the private storage that no row names.
"""

import time
from contextlib import suppress
from tempfile import TemporaryFile

import structlog
from django.core.files import File
from django.utils import translation
from django.utils.translation import gettext as _

from core.actor import job as the_clock
from core.clock import now
from core.job_kinds import job_kind
from core.models import Job
from core.models.job import JobStatus
from core.refusals import Refusal
from core.services.jobs import (
    JobLost,
    claim_job,
    fail_job,
    finish_job,
    give_up_job,
    language_of,
    new_file_path,
    note_progress,
)
from core.storage import private_storage

log = structlog.get_logger(__name__)

BEAT_SECONDS = 2.0


class Progress:
    """Tells the row how far the work is, at most every two seconds."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.done = 0
        self.told_at = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        self.done = done
        if time.monotonic() - self.told_at >= BEAT_SECONDS:
            self.told_at = time.monotonic()
            note_progress(job=self.job, done=done, total=total, at=now())


def run_due_jobs() -> int:
    """Carry what is due, one after another; returns how many jobs were looked at."""
    tried = 0
    while run_job() is not None:
        tried += 1
    return tried


def run_job(job_id: int | None = None) -> Job | None:
    """Carry the oldest due job, or the one named; None when there was none to claim."""
    job = claim_job(job_id=job_id, by=the_clock(), at=now())
    if job is not None and job.status == JobStatus.RUNNING:
        _carry(job)
        job.refresh_from_db()
    return job


def _carry(job: Job) -> None:
    with translation.override(language_of(job)):
        try:
            _write(job)
        except JobLost:
            give_up_job(job_id=job.pk, attempt=job.attempts, by=the_clock(), at=now())
        except Refusal as refusal:
            _fail(job, refusal.detail)
        except Exception:
            log.exception("a job failed", job_id=job.pk, kind=job.kind)
            _fail(job, _("Something went wrong on our side. Try again, or tell support."))


def _write(job: Job) -> None:
    progress = Progress(job)
    with TemporaryFile() as out:
        file_name = job_kind(job.kind).run(job, out, progress)
        out.seek(0)
        path = private_storage().save(new_file_path(now()), File(out))
    try:
        finish_job(
            job_id=job.pk,
            attempt=job.attempts,
            file=path,
            file_name=file_name,
            rows=progress.done,
            by=the_clock(),
            at=now(),
        )
    except BaseException:
        private_storage().delete(path)
        raise


def _fail(job: Job, error: str) -> None:
    with suppress(JobLost):
        fail_job(job_id=job.pk, attempt=job.attempts, error=error, by=the_clock(), at=now())
