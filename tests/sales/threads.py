"""Threads against one database: started together, their connections given back."""

import threading
from collections import Counter
from contextlib import contextmanager

from django.db import connection, connections

from core.refusals import Refusal

# The pool lends six connections, and the test's own thread has one of them.
WORKERS = 5


def run_together(calls, *, workers=WORKERS, patience=60):
    """Run the callables in threads that start at once; what each returned, or how it refused."""
    results = [None] * len(calls)
    todo = iter(range(len(calls)))
    guard = threading.Lock()
    workers = min(workers, len(calls))
    barrier = threading.Barrier(workers)

    def work():
        try:
            # Opening a connection takes longer than an act: open all first, then start together.
            connection.ensure_connection()
            barrier.wait(20)
            while True:
                with guard:
                    index = next(todo, None)
                if index is None:
                    return
                try:
                    results[index] = calls[index]()
                except Refusal as refusal:
                    results[index] = refusal
        finally:
            hang_up()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
        assert not thread.is_alive(), "a thread hangs"
    return results


def hang_up():
    """Give this thread's connection back to the pool; a raw thread never does by itself."""
    connections.close_all()


def tally(results) -> Counter:
    """How often each outcome came: a status or state, or the name of a refusal."""
    return Counter(
        type(r).__name__ if isinstance(r, Exception) else getattr(r, "status", None) or r.state
        for r in results
    )


@contextmanager
def in_thread(target, *args):
    """``target(ready, done, *args)`` beside the block: it sets ``ready``, ends after ``done``."""
    ready, done = threading.Event(), threading.Event()

    def work():
        try:
            target(ready, done, *args)
        finally:
            hang_up()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join(20)
        assert not thread.is_alive()
