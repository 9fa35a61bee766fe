"""Workers of one run share one migration: the first makes an original, each takes a copy of it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


def take_original(worker: str, folder: Path) -> None:
    """From here on test databases are made as copies of a migrated one.

    ``folder`` is the run's, the same for all its workers. What a killed run has left is made anew.
    """
    with _turn(folder):
        if not _in_use(folder):
            _make(_original(worker))
        _mark(worker, folder).touch()
    connection.settings_dict["TEST"]["TEMPLATE"] = _original(worker)


def leave_original(worker: str, folder: Path) -> None:
    """The last worker deletes it."""
    with _turn(folder):
        _mark(worker, folder).unlink()
        if not _in_use(folder):
            _delete(_original(worker))


def _original(worker: str) -> str:
    return f"{connection.settings_dict['TEST']['NAME'].removesuffix(f'_{worker}')}_original"


def _mark(worker: str, folder: Path) -> Path:
    return folder / f"{worker}.uses-database"


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    with (folder / "database.turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _in_use(folder: Path) -> bool:
    return any(folder.glob("*.uses-database"))


def _make(original: str) -> None:
    test, real = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    worker_s = test["NAME"]
    test["NAME"] = original
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    test["NAME"] = worker_s
    _leave_for(real)


def _delete(original: str) -> None:
    real = connection.settings_dict["NAME"]
    _leave_for(original)
    connection.creation.destroy_test_db(real, verbosity=0)


def _leave_for(name: str) -> None:
    """Nobody may be in a database that is copied or deleted, the pool neither."""
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name
