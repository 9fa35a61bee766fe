"""The demo's processes: started together, watched, and stopped together."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
GRACE_SECONDS = 6
HEALTH_SECONDS = 90
LOOK_EVERY_SECONDS = 0.3


class Stopped(BaseException):
    """A signal, or a child that ended; ``code`` is the exit code that this deserves.

    Not an Exception: it may come up inside anything, and ``except Exception`` must not keep it.
    """

    def __init__(self, reason: str, code: int):
        super().__init__(reason)
        self.code = code


def port_is_taken(port: int) -> bool:
    with socket.socket() as attempt:
        # As the server does: a port that is only cooling down after a restart is free.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            return True
        return False


def stop_on_signals() -> None:
    """Ctrl-C, ``kill`` and a closed terminal all end in Stopped, once."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stopped)


def _stopped(number: int, _frame: FrameType | None) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise Stopped("Stopping.", 0)


class Household:
    """Child processes, each the leader of a process group of its own."""

    def __init__(self, environment: dict[str, str]):
        self._environment = os.environ | environment
        self._children: dict[str, tuple[subprocess.Popen[bytes], signal.Signals]] = {}

    def tell(self, **environment: str) -> None:
        """Add to the environment of the children to come."""
        self._environment |= environment

    def start(self, name: str, command: Sequence[str], *, stop_with: signal.Signals) -> None:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, *command],
            cwd=ROOT,
            env=self._environment,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        self._children[name] = child, stop_with

    def check(self) -> None:
        """Raise Stopped when a child has ended: half a demo is worse than none."""
        for name, (child, _) in self._children.items():
            if child.poll() is not None:
                raise Stopped(f"The {name} has ended (code {child.returncode}): stopping.", 1)

    def wait_for_health(self, port: int) -> None:
        give_up_at = time.monotonic() + HEALTH_SECONDS
        while not _is_healthy(port):
            self.check()
            if time.monotonic() > give_up_at:
                raise Stopped(f"No answer from /health/ in {HEALTH_SECONDS} s: stopping.", 1)
            time.sleep(LOOK_EVERY_SECONDS)

    def watch(self) -> None:
        while True:
            self.check()
            time.sleep(LOOK_EVERY_SECONDS)

    def stop(self) -> None:
        """Ask each child to finish, then end its whole group, so that nothing is left."""
        for child, stop_with in self._children.values():
            if child.poll() is None:
                child.send_signal(stop_with)
        give_up_at = time.monotonic() + GRACE_SECONDS
        for child, _ in self._children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, give_up_at - time.monotonic()))
            _end_group(child)
        self._children.clear()


def _end_group(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
