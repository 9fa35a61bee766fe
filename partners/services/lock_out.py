"""Ending a lock-out before its time."""

from datetime import datetime

from axes.models import AccessAttempt

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.services.events import record
from partners.models import User
from partners.roles import require


@act
def unlock_sign_in(*, attempt_id: int, by: Actor, at: datetime) -> AccessAttempt:
    """The failed tries at this login from this address are forgotten. Refuses with NotAllowed."""
    attempt = lock_row(AccessAttempt, pk=attempt_id)

    require(by, "axes.accessattempt", "unlock")

    # A row for each browser that was named.
    same = {"username": attempt.username, "ip_address": attempt.ip_address}
    AccessAttempt.objects.filter(**same).delete()

    person = User.objects.filter(login=attempt.username).first() if attempt.username else None
    record(
        "sign_in.unlocked",
        person or attempt,
        by=by,
        at=at,
        login=attempt.username,
        address=attempt.ip_address,
    )
    return attempt
