"""granian in a process of its own, as in production, on the test's database."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
from django.conf import settings
from django.db import connection

# The server lives in real time, not at the tests' NOW.
FAR = datetime(2090, 1, 1, tzinfo=UTC)

# On loopback nobody shows a certificate. To read the machine's costs a client a twentieth of a
# second.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextmanager
def running() -> Iterator[str]:
    """The address of a server that answers; it ends with the block."""
    folder = os.path.dirname(sys.executable)
    environment = os.environ | {
        "DATABASE_URL": _database_url(),
        "DATABASE_POOL_SIZE": "8",
        "DEBUG": "true",
        "REDIS_URL": "",
    }
    port = _unused_port()
    command = [f"{folder}/granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "8"]
    command += ["--workers-kill-timeout", "4"]
    process = subprocess.Popen(
        [*command, "--log-level", "warning", "backoffice.wsgi:application"],
        cwd=settings.BASE_DIR,
        env=environment,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _database_url() -> str:
    known = connection.get_connection_params()
    place = f"{known['dbname']}?host={quote(str(known.get('host', '')), safe='')}"
    port = known.get("port") or 5432
    user = known.get("user") or ""
    password = f":{quote(known['password'])}" if known.get("password") else ""
    return f"postgresql://{user}{password}@/{place}&port={port}"


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server has ended"
        try:
            httpx.get(f"{url}/api/nothing/", timeout=5, verify=NO_CERTIFICATES)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
