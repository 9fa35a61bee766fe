"""What an agency has earned becomes payable, part of it after a while. Building blocks."""

from datetime import datetime
from decimal import Decimal

from core.actor import Actor
from core.money import percent_of
from finance.queries.bookings import RESERVE, held_for
from finance.services.post import About, Line, post
from finance.states import AccountKind, JournalType


def release_pending(
    *, booking_id: int, agency_id: int, reserve_percent: Decimal, by: Actor, at: datetime
) -> tuple[Decimal, Decimal] | None:
    """Move what is pending of a booking to the agency's reserve and its available balance; the two
    amounts, or None when nothing was pending."""
    pending = held_for(booking_id).pending
    if pending <= 0:
        return None
    reserve = percent_of(pending, reserve_percent)
    lines = [
        Line(AccountKind.AGENCY_PENDING, debit=pending, agency_id=agency_id),
        Line(AccountKind.AGENCY_RESERVE, credit=reserve, agency_id=agency_id),
        Line(AccountKind.AGENCY_AVAILABLE, credit=pending - reserve, agency_id=agency_id),
    ]
    about = About(booking_id=booking_id, agency_id=agency_id)
    post(JournalType.RELEASE, lines, about=about, by=by, at=at)
    return pending - reserve, reserve


def free_held_reserve(
    *, booking_id: int, agency_id: int, by: Actor, at: datetime
) -> Decimal | None:
    """Move what is reserved of a booking to the available balance; None when nothing is."""
    reserve = held_for(booking_id).reserve
    if reserve <= 0:
        return None
    lines = [
        Line(AccountKind.AGENCY_RESERVE, debit=reserve, agency_id=agency_id),
        Line(AccountKind.AGENCY_AVAILABLE, credit=reserve, agency_id=agency_id),
    ]
    about = About(booking_id=booking_id, agency_id=agency_id, memo=RESERVE)
    post(JournalType.RELEASE, lines, about=about, by=by, at=at)
    return reserve
