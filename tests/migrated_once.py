"""Workers of one run share one migration: the first makes an original, each takes a copy of it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def original_database(worker: str, folder: Path) -> Iterator[None]:
    """For the length of the block, test databases are made as copies of a migrated one.

    ``folder`` is the run's, the same for all its workers. The last one deletes the original; that
    of a run that was killed is made anew by the next.
    """
    test = connection.settings_dict["TEST"]
    original = f"{test['NAME'].removesuffix(f'_{worker}')}_original"
    mine = folder / f"{worker}.uses-database"
    with _turn(folder):
        if not _in_use(folder):
            _make(original)
        mine.touch()
    test["TEMPLATE"] = original
    yield
    with _turn(folder):
        mine.unlink()
        if not _in_use(folder):
            _delete(original)


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
