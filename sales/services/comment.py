"""A word about a booking."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.refusals import Invalid, NotFound
from core.services.events import record
from sales.access import check_takes_part, is_side_of_agency
from sales.models import Booking, BookingComment


class EmptyComment(Invalid):
    message = _("Write something.")
    field = "text"


@act
def add_comment(
    *, booking_id: int, text: str, by: Actor, at: datetime, is_internal: bool = False
) -> BookingComment:
    """Add a comment. Internal ones are for the agency's side; a traveller's is never internal."""
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None or by.user_id is None:
        raise NotFound
    check_takes_part(booking, by, "comment")
    if not text.strip():
        raise EmptyComment

    comment = BookingComment.objects.create(
        booking=booking,
        author_id=by.user_id,
        text=text.strip(),
        is_internal=is_internal and is_side_of_agency(booking, by),
        created_at=at,
    )

    record(
        "booking.commented",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        internal=comment.is_internal,
    )
    return comment
