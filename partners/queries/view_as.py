"""Whose eyes may be lent, and the view that runs."""

from datetime import datetime

from partners.models import User, ViewAs
from partners.roles import AGENCY


def can_be_seen_as(person: User) -> bool:
    """Active members of agencies; neither the platform's staff nor travellers."""
    return person.is_active and person.role in AGENCY


def running_view(view_id: int, viewer: User, at: datetime) -> ViewAs | None:
    """The viewer's view, as long as its time is not over, nobody has ended it, and both still have
    what it takes."""
    views = ViewAs.objects.running(at).select_related("person", "viewer")
    view = views.filter(pk=view_id, viewer_id=viewer.pk).first()
    if view is None or not viewer.has_perm("partners.add_viewas"):
        return None
    return view if can_be_seen_as(view.person) else None
