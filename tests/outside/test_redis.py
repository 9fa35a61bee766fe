"""With REDIS_URL set the queue and the cache are Redis: a real one, with a real worker."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from django.db import connection

from notifications.heartbeat import SEEN
from notifications.models import Notification
from tests.outside.conftest import due_now

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_SECONDS = 40
WAKE = """
import django; django.setup()
from django.core.cache import cache
from huey.contrib.djhuey import HUEY
from notifications.tasks import nudge
nudge()
cache.set("seen", "by another process")
print(type(HUEY).__name__)
"""


@pytest.fixture
def redis_url(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    with redis.Redis.from_url(url) as client:
        until(lambda: answers(client), "Redis does not answer")
    yield url
    server.terminate()
    server.wait(10)


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def until(done, otherwise: str) -> None:
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < give_up_at, otherwise
        time.sleep(0.1)


def environment(url: str) -> dict[str, str]:
    known = connection.get_connection_params()
    database = "postgresql://{user}@/{dbname}?host={host}&port={port}".format_map(known)
    return os.environ | {
        "DATABASE_URL": database,
        "REDIS_URL": url,
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    }


def test_the_worker_takes_its_tasks_from_redis(redis_url, cast):
    cast.request()
    due_now()
    command = [sys.executable, "manage.py", "run_huey", "--quiet"]
    worker = subprocess.Popen(
        command, cwd=ROOT, env=environment(redis_url), stderr=subprocess.DEVNULL
    )
    try:
        waker = subprocess.run(
            [sys.executable, "-c", WAKE],
            cwd=ROOT,
            env=environment(redis_url),
            capture_output=True,
            text=True,
            check=True,
            timeout=WAIT_SECONDS,
        )
        assert waker.stdout.split()[-1] == "PriorityRedisHuey"

        until(
            lambda: Notification.objects.filter(recipient=cast.traveller).exists(),
            "the worker told nobody",
        )
    finally:
        worker.terminate()
        worker.wait(15)
    with redis.Redis.from_url(redis_url) as client:
        assert any(b"seen" in key for key in client.scan_iter()), "the cache is not in Redis"
        kept = client.hkeys("huey.results.circle")
        assert kept == [SEEN.encode()], "results pile up beside the worker's sign of life"
