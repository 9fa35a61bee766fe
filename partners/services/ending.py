"""All that a person has open ends at once. A building block."""

from datetime import datetime

from core.actor import Actor
from core.acts import require_transaction
from core.services.events import record
from core.services.jobs import cancel_jobs_of
from core.services.schedules import stop_schedules_of
from partners.queries.open_access import open_access
from partners.services.staff_sessions import end_sessions_of
from partners.services.view_as import end_views_of


def end_access(
    person_id: int, *, agency_id: int | None = None, by: Actor, at: datetime
) -> dict[str, int]:
    """Sign the person out everywhere, revoke his tokens, cancel his exports, switch his schedules
    off, end looks by him and as him, and revoke what invitations he made (into ``agency_id``, when
    it is given). Answers how many of each.

    The act around it has locked the person: what he starts now waits, and finds him without rights.
    """
    require_transaction()
    access = open_access(person_id, agency_id=agency_id, at=at)
    ended = access.counts()

    end_sessions_of(person_id, at=at)
    access.tokens.update(revoked_at=at)
    cancel_jobs_of(person_id, by=by, at=at)
    stop_schedules_of(person_id, by=by, at=at)
    end_views_of(person_id, by=by, at=at)
    for invitation in access.invitations.select_for_update(of=("self",)).order_by("pk"):
        invitation.revoked_at = at
        invitation.save(update_fields=["revoked_at"])
        record("invitation.revoked", invitation, by=by, at=at, agency_id=invitation.agency_id)
    return ended
