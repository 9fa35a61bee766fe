"""Failed tries to sign in: under what they are counted, forgotten in time, or before it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from axes.models import AccessAttempt

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.services.events import record
from partners.models import User
from partners.roles import require

KEPT = timedelta(days=1)


class Door(StrEnum):
    """What was asked for when the try failed."""

    LOGIN = ""
    CODE = "code"
    RECOVERY = "recovery"
    CHANGE = "change"


class Counted(NamedTuple):
    """Whose tries a row counts, at which door, and the mark of a browser that is known."""

    login: str | None
    door: Door = Door.LOGIN
    mark: str = ""


def counting_key(login: str | None, door: Door = Door.LOGIN, mark: str = "") -> str:
    """What stands for a login in a row of failed tries. Nobody can type it in the place of one:
    forms strip the space it begins with."""
    return f" {login}\t{door}\t{mark}"


def read_key(key: str | None) -> Counted:
    """The parts of a counting key; what was typed is a login and no more."""
    parts = (key or "").split("\t")
    if len(parts) != 3 or not parts[0].startswith(" ") or parts[1] not in set(Door):
        return Counted(key)
    return Counted(parts[0][1:], Door(parts[1]), parts[2])


def forget_failed_tries(*, at: datetime) -> int:
    """Delete those that count no more; people type passwords in the place of logins. How many."""
    return AccessAttempt.objects.filter(attempt_time__lt=at - KEPT).delete()[0]


def shown_login(login: str | None, is_somebodys: bool) -> str:
    """What nobody has as his login may be a password."""
    return (login or "–") if is_somebodys or not login else f"{login[:1]}•••"


@act
def unlock_sign_in(*, attempt_id: int, by: Actor, at: datetime) -> AccessAttempt:
    """The failed tries at this login from this address, or in this browser that its person is known
    by, are forgotten. Refuses with NotAllowed."""
    attempt = lock_row(AccessAttempt, pk=attempt_id)

    require(by, "axes.accessattempt", "unlock")

    # A row for each browser that was named.
    counted = read_key(attempt.username)
    same = AccessAttempt.objects.filter(username=attempt.username)
    (same if counted.mark else same.filter(ip_address=attempt.ip_address)).delete()

    person = User.objects.filter(login=counted.login).first() if counted.login else None
    record(
        "sign_in.unlocked",
        person or attempt,
        by=by,
        at=at,
        login=shown_login(counted.login, person is not None or bool(counted.door)),
        address=attempt.ip_address,
    )
    return attempt
