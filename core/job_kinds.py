"""What long work there is: houses register their kinds when they start, nothing here knows them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from core.models import Job

# Told how many rows are done, and of how many in all (0: nobody knows).
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class JobKind:
    """``run`` writes the job's file and answers its name; ``permission`` (``app.act_model``) is
    asked when the job is started, while it runs and when its file is fetched."""

    code: str
    permission: str
    run: Callable[["Job", BinaryIO, Tell], str]


_KINDS: dict[str, JobKind] = {}


def register_job_kind(kind: JobKind) -> None:
    _KINDS[kind.code] = kind


def job_kind(code: str) -> JobKind:
    """The kind, or KeyError: rows outlive the code that made them."""
    return _KINDS[code]
