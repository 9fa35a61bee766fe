"""The browsers in which staff are signed in: kept, seen, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act, require_transaction
from core.locks import lock_row
from core.refusals import Conflict, NotAllowed, NotFound
from core.services.events import record
from partners.browsers import short_name
from partners.models import PlatformRole, SignedInBy, StaffSession, User
from partners.queries.staff_sessions import live_sessions
from partners.roles import Role, allowed

SEEN_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=60)


class SessionEnded(Conflict):
    message = _("This browser is signed out already.")


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody is signed in: what the browser says of itself, and its address."""

    session_key: str
    user_agent: str = ""
    address: str | None = None


# --- kept


def keep_session(
    user_id: int, browser: Browser, *, signed_in_by: str = SignedInBy.PASSWORD, at: datetime
) -> StaffSession:
    """The row of a browser in which the person is signed in, made when there is none."""
    row, _created = StaffSession.objects.get_or_create(
        session_key=browser.session_key,
        defaults={
            "user_id": user_id,
            "signed_in_by": signed_in_by,
            "address": browser.address,
            "browser": browser.user_agent[:300],
            "created_at": at,
            "seen_at": at,
        },
    )
    return row


def touch_session(user_id: int, browser: Browser, *, at: datetime) -> None:
    """The browser was seen; a minute is exact enough. One that signed in before it was kept here
    is kept now."""
    rows = StaffSession.objects.filter(session_key=browser.session_key)
    if not rows.filter(seen_at__lte=at - SEEN_EVERY).update(seen_at=at):
        keep_session(user_id, browser, at=at)


def follow_session(old_key: str | None, new_key: str | None) -> None:
    """The browser's session goes on under another key, unless it has ended."""
    rows = StaffSession.objects.filter(session_key=old_key or "", ended_at=None)
    rows.update(session_key=new_key)


def lock_session(session_key: str) -> bool:
    """Keep others from ending it until the transaction is over; whether it has ended already."""
    require_transaction()
    row = StaffSession.objects.select_for_update().filter(session_key=session_key).first()
    return row is not None and row.ended_at is not None


def close_session(session_key: str, *, at: datetime) -> None:
    """The browser has signed out."""
    StaffSession.objects.filter(session_key=session_key, ended_at=None).update(ended_at=at)


def forget_sessions(*, at: datetime) -> int:
    """Delete lapsed sessions, and the rows that tell of one last seen long ago; how many rows."""
    Session.objects.filter(expire_date__lt=at).delete()
    return StaffSession.objects.filter(seen_at__lt=at - KEPT).delete()[0]


# --- ended


def may_end(role: str, row: StaffSession) -> bool:
    """Whether somebody in ``role`` may end another's: an administrator's none but they."""
    return role == Role.ADMIN or row.user.platform_role != PlatformRole.ADMIN


@act
def end_session(*, session_id: int, by: Actor, at: datetime) -> StaffSession:
    """Sign a browser out: one's own, or with the right to end anybody's.

    Refuses with NotFound, with NotAllowed where an administrator's is another role's to end, and
    with SessionEnded where it is signed out already.
    """
    row = lock_row(StaffSession, pk=session_id)

    if row.user_id != by.user_id and not allowed(by.role, "partners.staffsession", "end"):
        raise NotFound
    if row.user_id != by.user_id and not may_end(by.role, row):
        raise NotAllowed
    if row.ended_at is not None:
        raise SessionEnded

    Session.objects.filter(session_key=row.session_key).delete()
    row.ended_at = at
    row.save(update_fields=["ended_at"])

    browser = short_name(row.browser)
    record("user.session_ended", row.user, by=by, at=at, browser=browser, address=row.address)
    return row


@act
def end_other_sessions(*, keep: str, by: Actor, at: datetime) -> int:
    """Sign the person out of all browsers but the one whose session key is ``keep``; how many."""
    person = lock_row(User, pk=by.person_id)

    count = live_sessions(person.pk, at).exclude(session_key=keep).count()
    end_sessions_of(person.pk, at=at, keep=keep)

    record("user.sessions_ended", person, by=by, at=at, count=count)
    return count


def end_sessions_of(user_id: int, *, at: datetime, keep: str = "") -> int:
    """Sign the person out of every browser but the one whose session key is ``keep``; how many. A
    building block: the act around it says why."""
    require_transaction()
    rows = StaffSession.objects.filter(user_id=user_id, ended_at=None).exclude(session_key=keep)
    # Locked, so that none goes on under another key meanwhile.
    locked = rows.select_for_update().order_by("pk")
    keys = list(locked.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return rows.filter(session_key__in=keys).update(ended_at=at)
