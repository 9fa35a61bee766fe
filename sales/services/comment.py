"""A word about a booking."""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Invalid, NotFound
from core.services.events import record
from sales.access import check_takes_part, is_side_of_agency
from sales.models import Booking, BookingComment

ONE_PRESS = timedelta(seconds=10)


class EmptyComment(Invalid):
    message = _("Write something.")
    field = "text"


@act
def add_comment(
    *, booking_id: int, text: str, by: Actor, at: datetime, is_internal: bool = False
) -> BookingComment:
    """Add a comment. Internal ones are for the agency's side; a traveller's is never internal.

    The last one once more within ten seconds is a second press of the button: it is answered with
    the first.
    """
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None or by.user_id is None:
        raise NotFound
    check_takes_part(booking, by, "comment")
    if not text.strip():
        raise EmptyComment

    lock_row(get_user_model(), pk=by.user_id)
    comment = BookingComment(
        booking=booking,
        author_id=by.user_id,
        text=text.strip(),
        is_internal=is_internal and is_side_of_agency(booking, by),
        created_at=at,
    )
    last = BookingComment.objects.filter(booking=booking).order_by("-pk").first()
    if last is not None and _is_same(last, comment):
        return last
    comment.save()

    record(
        "booking.commented",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        internal=comment.is_internal,
    )
    return comment


def _is_same(last: BookingComment, comment: BookingComment) -> bool:
    told = [(c.author_id, c.text, c.is_internal) for c in (last, comment)]
    return told[0] == told[1] and abs(comment.created_at - last.created_at) < ONE_PRESS
