"""The decorator of acts: one act, one transaction.

The five beats of an act are lock, check, change, post money, record. Only acts open
transactions; building blocks call :func:`require_transaction`.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg import errors

from core.refusals import Refusal, TryAgain

BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
# The person by whom the running act is done: in the bot and in the API the history of fields knows
# nobody else.
DOER: ContextVar[int | None] = ContextVar("doer", default=None)


def act[**P, R](func: Callable[P, R]) -> Callable[P, R]:
    """Run ``func`` in one transaction and speak clearly when it cannot have its locks.

    A lock not obtained within ``lock_timeout`` becomes :class:`TryAgain`. A refusal with
    ``commits`` set leaves the transaction's changes standing and is raised after the commit.
    """

    @wraps(func)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        doer = DOER.set(getattr(kwargs.get("by"), "user_id", None))
        try:
            with transaction.atomic():
                try:
                    return func(*args, **kwargs)
                except Refusal as refusal:
                    if not refusal.commits:
                        raise
                    kept = refusal
        except OperationalError as error:
            if isinstance(error.__cause__, BUSY):
                raise TryAgain from error
            raise
        finally:
            DOER.reset(doer)
        raise kept

    run.is_act = True  # type: ignore[attr-defined]
    return run


def require_transaction() -> None:
    """Refuse to run a building block outside an act: its promise needs the act's locks."""
    if not connection.in_atomic_block:
        raise RuntimeError("This building block must be called inside an act.")


def name_doer(history_instance: Any, **_: Any) -> None:
    """A receiver: a row of the history of fields tells who did it, where no browser did."""
    if history_instance.history_user_id is None:
        history_instance.history_user_id = DOER.get()
