"""Reading jobs: who may have what."""

from core.job_kinds import job_kind
from core.models import Job, JobSchedule


def is_entitled(row: Job | JobSchedule) -> bool:
    """Whether its person may have such a file now: he works here, and his role allows it."""
    person = row.requested_by if isinstance(row, Job) else row.owner
    try:
        kind = job_kind(row.kind)
    except KeyError:
        return False
    return person.is_active and person.has_perm(kind.permission)
