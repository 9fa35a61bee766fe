"""A worker killed in the middle of an export: the next one makes the same file."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core.carry_jobs import run_job
from core.models import Job
from core.models.job import LEASE
from core.services.jobs import start_job
from core.storage import private_storage
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

DIE_HALF_WAY = """
import django; django.setup()
import os
from core import carry_jobs
class Dying(carry_jobs.Progress):
    def __call__(self, done, total):
        super().__call__(done, total)
        if done == total // 2:
            print("half way", flush=True)
            os.kill(os.getpid(), 9)
carry_jobs.BEAT_SECONDS = 0
carry_jobs.Progress = Dying
carry_jobs.run_job()
"""


def die_half_way() -> subprocess.CompletedProcess:
    known = connection.get_connection_params()
    url = "postgresql://{user}@/{dbname}?host={host}&port={port}".format_map(known)
    return subprocess.run(
        [sys.executable, "-c", DIE_HALF_WAY],
        env=os.environ
        | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "PRIVATE_ROOT": str(settings.STORAGES["private"]["OPTIONS"]["location"]),
        },
        stdout=subprocess.PIPE,
        text=True,
        timeout=30,
        check=False,
    )


def content(job: Job) -> bytes:
    with private_storage().open(job.file.name) as file:
        return file.read()


def test_a_killed_workers_export_is_finished_by_the_next_to_the_same_file(cast):
    cast.paid()
    period = {"period": "custom", "first": "2027-03-01", "last": "2027-03-31"}
    params = {"report": "ledger-lines", "format": "csv", "language": "ru", **period}

    def ask() -> Job:
        by = cast.accountant.actor("admin")
        return start_job(kind="report", title="Lines", params=params, by=by, at=NOW.replace(day=2))

    undisturbed = ask()
    run_job(undisturbed.pk)
    job = ask()

    died = die_half_way()

    assert (died.stdout.strip(), died.returncode) == ("half way", -signal.SIGKILL)
    job.refresh_from_db()
    undisturbed.refresh_from_db()
    assert (job.status, job.done) == ("running", undisturbed.total // 2), "committed on its way"
    assert run_job() is None, "its lease is not over yet"
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - 2 * LEASE)
    cast.paid(by=cast.second_traveller, at=NOW.replace(day=3))
    run_job()
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("done", 2)
    assert content(job) == content(undisturbed) != b""
