"""The event log."""

from django.http import HttpRequest
from ninja import Query, Router

from api.auth import caller
from api.pages import PageOf, PageQuery, newest_first
from api.schemas.base import PROBLEMS
from api.schemas.core import EventOut, EventPage, EventQuery
from core.models import EventLog
from core.queries.events import narrow
from core.refusals import NotAllowed
from partners.roles import Role

log = Router(tags=["core"])


@log.get("/logs/", response={200: EventPage, **PROBLEMS})
def logs(request: HttpRequest, query: Query[EventQuery]) -> PageOf[EventOut]:
    """Who did what, when, through which door; for the platform's admins and accountants."""
    if caller(request).role not in (Role.ADMIN, Role.ACCOUNTANT):
        raise NotAllowed
    rows = narrow(
        EventLog.objects.all(),
        user_id=query.user,
        action=query.action,
        object_name=query.object,
        date_from=query.date_from,
        date_to=query.date_to,
    )
    return newest_first(rows, PageQuery(cursor=query.cursor, page_size=query.page_size), _show)


def _show(event: EventLog) -> EventOut:
    return EventOut(
        id=event.pk,
        timestamp=event.timestamp,
        user=event.user_id,
        role=event.role,
        action=event.action,
        object_type=event.object_type,
        object_id=event.object_id,
        object_name=event.object_name,
        # No act writes anything else; a row that was put in by hand must not hide the others.
        details=event.details if isinstance(event.details, dict) else {},
        source=event.source,
        request_id=event.request_id,
    )
