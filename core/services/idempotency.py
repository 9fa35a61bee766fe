"""One answer per key: a second tap on a button gets the first tap's answer.

The key's row, the act and the stored answer are one transaction: a crash leaves neither or all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.acts import BUSY
from core.models import IdempotencyKey
from core.refusals import Conflict

KEPT = timedelta(hours=24)


class IdempotencyConflict(Conflict):
    code = "idempotency_conflict"
    message = _("This Idempotency-Key was used for another request.")


class RequestInFlight(Conflict):
    code = "idempotency_conflict"
    message = _("The same request is still being worked on. Please try again.")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes over the wire."""

    status: int
    body: bytes
    content_type: str
    # Whether a repeat should run again: somebody else's lock or our own fault is no answer.
    passing: bool = False


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same.

    Keyed: a body may hold a card number, of which a plain hash gives away the digits that are not
    shown to who tries ten million of them.
    """
    request = b"\n".join([method.encode(), path.encode(), body])
    return salted_hmac("circle.request", request, algorithm="sha256").hexdigest()


def answer_once(
    *, caller: str, key: str, request: str, at: datetime, work: Callable[[], Answer]
) -> Answer:
    """``work``'s answer, or the one stored under ``key`` for the same ``request`` fingerprint.

    Refuses with IdempotencyConflict (another request under the key) and RequestInFlight (the first
    has not answered within the lock's time).
    """
    try:
        with transaction.atomic():
            row = _claim(caller, key, request, at)
            if row is None:
                return _stored(caller, key, request)
            answer = work()
            if answer.passing:
                row.delete()
            else:
                row.status, row.answer = answer.status, answer.body
                row.content_type = answer.content_type
                row.save(update_fields=["status", "answer", "content_type"])
            return answer
    except OperationalError as error:
        if isinstance(error.__cause__, BUSY):
            raise RequestInFlight from error
        raise


def forget_old_answers(*, at: datetime) -> int:
    """Delete answers past their day; returns how many."""
    return IdempotencyKey.objects.filter(expires_at__lte=at).delete()[0]


def _claim(caller: str, key: str, request: str, at: datetime) -> IdempotencyKey | None:
    IdempotencyKey.objects.filter(caller=caller, key=key, expires_at__lte=at).delete()
    try:
        # Waits for a concurrent transaction that holds the same key, at most lock_timeout.
        with transaction.atomic():
            return IdempotencyKey.objects.create(
                caller=caller, key=key, fingerprint=request, expires_at=at + KEPT
            )
    except IntegrityError:
        return None


def _stored(caller: str, key: str, request: str) -> Answer:
    row = IdempotencyKey.objects.get(caller=caller, key=key)
    if row.fingerprint != request:
        raise IdempotencyConflict
    if row.status is None:
        raise RequestInFlight
    return Answer(row.status, bytes(row.answer or b""), row.content_type)
