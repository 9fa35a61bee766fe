"""What of a person's is open at this moment and ends when his rights do."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from core.models import Job, JobSchedule
from core.models.job import OPEN_JOBS
from partners.models import AccessToken, StaffInvitation, StaffSession, ViewAs
from partners.queries.staff_sessions import live_sessions


@dataclass(frozen=True, slots=True)
class OpenAccess:
    """``sessions`` are those a browser can still use; ``views`` are looks as a member of staff, by
    him and as him; ``invitations`` those he made that nobody has accepted."""

    sessions: QuerySet[StaffSession]
    tokens: QuerySet[AccessToken]
    exports: QuerySet[Job]
    schedules: QuerySet[JobSchedule]
    views: QuerySet[ViewAs]
    invitations: QuerySet[StaffInvitation]

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name).count() for name in self.__dataclass_fields__}


def open_access(person_id: int, *, agency_id: int | None = None, at: datetime) -> OpenAccess:
    """Of invitations, those into ``agency_id`` only, when it is given."""
    invitations = StaffInvitation.objects.filter(
        invited_by_id=person_id, accepted_at=None, revoked_at=None
    )
    if agency_id is not None:
        invitations = invitations.filter(agency_id=agency_id)
    return OpenAccess(
        sessions=live_sessions(person_id, at),
        tokens=AccessToken.objects.filter(user_id=person_id, revoked_at=None, expires_at__gt=at),
        exports=Job.objects.filter(requested_by_id=person_id, status__in=OPEN_JOBS),
        schedules=JobSchedule.objects.filter(owner_id=person_id, is_active=True),
        views=ViewAs.objects.filter(Q(viewer_id=person_id) | Q(person_id=person_id), ended_at=None),
        invitations=invitations,
    )
