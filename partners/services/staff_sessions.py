"""The browsers in which staff are signed in."""

from datetime import datetime

from django.contrib.sessions.models import Session

from core.acts import require_transaction
from partners.models import StaffSession


def end_sessions_of(user_id: int, *, at: datetime, keep: str = "") -> int:
    """Sign the person out of every browser but the one whose session key is ``keep``; how many. A
    building block: the act around it says why."""
    require_transaction()
    rows = StaffSession.objects.filter(user_id=user_id, ended_at=None).exclude(session_key=keep)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return rows.filter(session_key__in=keys).update(ended_at=at)
