"""Whose booking it is: the checks that acts share."""

from core.actor import Actor
from core.refusals import NotFound
from partners.roles import PLATFORM, require, works_for
from sales.models import Booking


def check_decides(booking: Booking, by: Actor) -> None:
    """Its agency's staff or the platform: another agency's booking is not found.

    The role is required by the act before it looks for anything, so that a refusal by role says
    nothing about what exists.
    """
    if not works_for(by, booking.agency_id):
        raise NotFound


def check_takes_part(booking: Booking, by: Actor, what: str) -> None:
    """The traveller himself, or who may do ``what`` on the agency's side."""
    if by.user_id != booking.user_id:
        check_decides(booking, by)
        require(by, "sales.booking", what)


def is_side_of_agency(booking: Booking, by: Actor) -> bool:
    """Whether the actor speaks for the agency or the platform, not as the traveller."""
    return by.role in PLATFORM or booking.agency_id in by.agency_ids
