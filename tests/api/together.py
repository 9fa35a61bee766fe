"""Doing things at the same instant, and holding a lock that others want."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from django.db import connections, models, transaction


def together[T](calls: Sequence[Callable[[], T]]) -> list[T]:
    """Every call in a thread of its own, started at one instant; their answers in order."""
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@contextmanager
def locked(row: models.Model) -> Iterator[None]:
    """``row`` is locked by this thread's own connection meanwhile."""
    with transaction.atomic():
        type(row)._default_manager.select_for_update().get(pk=row.pk)
        yield
