"""``manage.py demo`` as a newcomer starts it: nothing set, nothing there."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 240
STOP_SECONDS = 15


@pytest.fixture(autouse=True)
def clock():
    """Real time, unlike in other tests: here processes are waited for."""


@pytest.fixture
def var():
    with tempfile.TemporaryDirectory(prefix="circle-demo-") as path:
        yield Path(path)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment(var: Path, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"CIRCLE_VAR": str(var), "PORT": str(port)}


def start(var: Path, port: int) -> subprocess.Popen[bytes]:
    with (var / "output").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=environment(var, port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_for_banner(demo: subprocess.Popen[bytes], var: Path) -> str:
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at:
        text = (var / "output").read_text()
        if "Three things to try" in text and text.rstrip().endswith("=" * 70):
            return text
        assert demo.poll() is None, text
        time.sleep(0.2)
    pytest.fail(f"no banner in {START_SECONDS} s:\n{(var / 'output').read_text()}")


def its_processes(var: Path) -> list[str]:
    """Everything alive that was started with this folder, PostgreSQL included."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("CIRCLE_VAR") == str(var) or str(var) in process.cmdline()
            ours = ours or any(str(var) in part for part in process.cmdline())
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def run(var: Path, port: int, *command: str) -> subprocess.CompletedProcess[str]:
    """Another terminal's ``manage.py`` beside the demo."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment(var, port),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def an_approved_booking(var: Path) -> str:
    """The code of the one with the most time left, as the demo's own database has it."""
    with psycopg.connect(host=str(var / "postgres"), user="postgres", dbname="postgres") as demo:
        found = demo.execute(
            "SELECT code FROM sales_booking WHERE status = 'approved' ORDER BY expires_at DESC"
        ).fetchone()
    return found[0]


def flow_one_works(var: Path, port: int) -> None:
    """From Telegram to paid by the walkthrough; Payme's two scenarios; and the books add up."""
    walk = run(var, port, "walkthrough")
    assert walk.returncode == 0, walk.stdout + walk.stderr
    for seen in ("it is one booking", "404", "approvals list", "is paid", "agency, pending"):
        assert seen in walk.stdout

    code = an_approved_booking(var)
    payme = run(var, port, "payme_sandbox", "--booking", code)
    assert payme.returncode == 0, payme.stdout + payme.stderr
    assert re.search(r"All \d\d answers were right", payme.stdout)
    again = run(var, port, "payme_sandbox", "--booking", code)
    assert again.returncode != 0
    assert "only an approved one can be paid" in again.stderr

    books = run(var, port, "audit_books")
    assert books.returncode == 0, books.stdout + books.stderr
    assert "The books are right" in books.stdout


@pytest.mark.slow
def test_it_starts_says_where_it_is_and_leaves_nothing_behind(var):
    port = free_port()
    demo = start(var, port)
    try:
        text = wait_for_banner(demo, var)
        address = f"http://127.0.0.1:{port}"

        assert f"{address}/admin/" in text
        assert re.search(r"manager of .+ {3}\S+ +circle-demo", text)
        assert "Traceback" not in text
        assert "Warning" not in text
        assert status(f"{address}/health/") == 200
        assert status(f"{address}/admin/login/") == 200
        assert status(f"{address}/api/docs") == 200
        assert status(f"{address}/static/unfold/css/styles.css") == 200
        assert len(its_processes(var)) >= 4

        second = run(var, port, "demo")
        assert second.returncode == 1
        assert f"Port {port} is in use" in second.stderr

        flow_one_works(var, port)

        demo.send_signal(signal.SIGINT)
        assert demo.wait(STOP_SECONDS) == 0
        assert its_processes(var) == []
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(STOP_SECONDS)
