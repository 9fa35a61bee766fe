"""Support looks with the eyes of an agency's member: for a while, for a reason, only looking."""

from contextlib import suppress
from datetime import datetime, timedelta

from constance import config
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, job
from core.acts import act, require_transaction
from core.locks import lock_row
from core.models import EventLog
from core.refusals import Conflict, Invalid, NotFound, TryAgain
from core.services.events import record
from core.sweeps import one_of_many
from partners.models import AgencyMember, User, ViewAs
from partners.queries.view_as import can_be_seen_as
from partners.roles import require


class NotToBeSeenAs(Conflict):
    message = _("Only active members of agencies can be looked at with their eyes.")


class WhyLook(Invalid):
    message = _("Say why: the agency's owner reads it.")
    field = "reason"


class ViewOver(Conflict):
    message = _("The view has ended already.")


@act
def start_view_as(*, person_id: int, reason: str, by: Actor, at: datetime) -> ViewAs:
    """Let support see what a member of an agency sees, for VIEW_AS_MINUTES. A view of his that
    still runs ends.

    Refuses with NotAllowed, NotFound, NotToBeSeenAs and WhyLook.
    """
    require(by, "partners.viewas", "add")
    # In order of id; two starts of one viewer queue here.
    both = User.objects.select_for_update().filter(pk__in=[by.person_id, person_id]).order_by("pk")
    person = {each.pk: each for each in both}.get(person_id)

    if person is None:
        raise NotFound
    if not can_be_seen_as(person):
        raise NotToBeSeenAs
    if not reason.strip():
        raise WhyLook

    for running in _open_views(Q(viewer_id=by.person_id)):
        _end(running, by, at)
    minutes = config.VIEW_AS_MINUTES
    view = ViewAs.objects.create(
        viewer_id=by.person_id,
        person=person,
        reason=reason.strip(),
        started_at=at,
        until=at + timedelta(minutes=minutes),
    )

    for member in AgencyMember.objects.filter(user=person, is_active=True):
        told = {"view": view.pk, "reason": view.reason, "minutes": minutes}
        record("view_as.started", member, by=by, at=at, agency_id=member.agency_id, **told)
    return view


@act
def end_view_as(*, view_id: int, by: Actor, at: datetime) -> ViewAs:
    """End a view of one's own, or whoever's as the system. Refuses with NotFound and ViewOver."""
    own = {} if by.user_id is None else {"viewer_id": by.user_id}
    view = lock_row(ViewAs, pk=view_id, **own)

    if view.ended_at is not None:
        raise ViewOver

    _end(view, by, at)
    return view


def end_views_of(person_id: int, *, by: Actor, at: datetime) -> int:
    """End the views by the person and as him; how many. A building block: the act around it says
    why, and has locked the person."""
    require_transaction()
    views = _open_views(Q(viewer_id=person_id) | Q(person_id=person_id))
    for view in views:
        _end(view, by, at)
    return len(views)


def end_lapsed_views(*, at: datetime) -> int:
    """End what nobody has ended when its time was over; how many."""
    lapsed = ViewAs.objects.filter(ended_at=None, until__lte=at).values_list("pk", flat=True)
    ended = 0
    for view_id in list(lapsed):
        with one_of_many("view not ended", view=view_id), suppress(ViewOver, TryAgain):
            end_view_as(view_id=view_id, by=job(), at=at)
            ended += 1
    return ended


def _open_views(where: Q) -> list[ViewAs]:
    rows = ViewAs.objects.filter(where, ended_at=None)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _end(view: ViewAs, by: Actor, at: datetime) -> None:
    """Told about the same members as its beginning, also where one works there no longer."""
    # Never past its time: who comes back an hour later has seen nothing in between.
    view.ended_at = min(at, view.until)
    view.save(update_fields=["ended_at"])
    for member in _told(view):
        told = {"view": view.pk, "pages": view.pages}
        record("view_as.ended", member, by=by, at=at, agency_id=member.agency_id, **told)


def _told(view: ViewAs) -> list[AgencyMember]:
    members = {member.pk: member for member in AgencyMember.objects.filter(user_id=view.person_id)}
    label = AgencyMember._meta.label_lower
    events = EventLog.objects.filter(
        object_type=label, object_id__in=members, details__view=view.pk
    )
    started = events.filter(action="view_as.started").values_list("object_id", flat=True)
    return [members[object_id] for object_id in started]
