"""What somebody may do with a booking now: the same answer for every door's buttons."""

from datetime import datetime

from core.actor import Actor
from core.clock import local_date
from partners.roles import allowed, works_for
from sales.models import Booking
from sales.queries.decisions import can_be_undone
from sales.states import LIVE, BookingStatus


def allowed_actions(booking: Booking, *, by: Actor, at: datetime) -> list[str]:
    """Of approve, reject, pay, cancel and comment those that would not be refused by state or
    role. The act checks again."""
    if booking.is_lapsed(at):
        return ["comment"]
    actions = []
    if works_for(by, booking.agency_id) and booking.status == BookingStatus.REQUESTED:
        actions += [a for a in ("approve", "reject") if allowed(by.role, "sales.booking", a)]
    if booking.user_id == by.user_id and booking.status == BookingStatus.APPROVED:
        actions.append("pay")
    if _may_cancel(booking, by, at):
        actions.append("cancel")
    return [*actions, "comment"]


def desk_actions(booking: Booking, *, by: Actor, at: datetime) -> list[str]:
    """The agency's side may also offer another date, and undo what was decided a moment ago."""
    actions = allowed_actions(booking, by=by, at=at)
    if {"approve", "reject"} <= set(actions):
        actions.append("offer")
    decides = works_for(by, booking.agency_id) and allowed(by.role, "sales.booking", "approve")
    if decides and can_be_undone(booking, at):
        actions.append("undo")
    return actions


def _may_cancel(booking: Booking, by: Actor, at: datetime) -> bool:
    on_agency_side = works_for(by, booking.agency_id) and allowed(
        by.role, "sales.booking", "cancel"
    )
    if booking.user_id != by.user_id and not on_agency_side:
        return False
    if booking.status == BookingStatus.PAID:
        return booking.session.date_start > local_date(at)
    return booking.status in LIVE
