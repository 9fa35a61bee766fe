"""The clock's acts over many rows, of which one that fails holds up no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

log = structlog.get_logger(__name__)


@contextmanager
def one_of_many(failed: str, **row: Any) -> Iterator[None]:
    """Around one row of a sweep: what nobody has thought of is logged, and the next row is tried.
    Whatever is written for the row must be an act, whose transaction, or savepoint in another one,
    is undone."""
    try:
        yield
    except Exception:
        log.exception(failed, **row)
