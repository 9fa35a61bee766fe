"""The browsers in which staff are signed in."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from partners.models import StaffSession

BOOLEAN = BooleanField()


def with_life(rows: QuerySet[StaffSession], at: datetime) -> QuerySet[StaffSession]:
    """Whether each can still be used, as ``is_live``: not ended, and not lapsed."""
    usable = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    return rows.annotate(is_live=ExpressionWrapper(Q(ended_at=None) & Exists(usable), BOOLEAN))


def live_sessions(user_id: int, at: datetime) -> QuerySet[StaffSession]:
    """The person's, the one last seen first."""
    usable = Session.objects.filter(expire_date__gt=at).values("session_key")
    rows = StaffSession.objects.filter(user_id=user_id, ended_at=None, session_key__in=usable)
    return rows.order_by("-seen_at", "-id")
