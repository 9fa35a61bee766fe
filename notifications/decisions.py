"""Whether what was decided still stands when its message's turn comes.

The handler of an undo drops what was not sent; it may come later than the sender.
"""

from django.utils.translation import gettext_noop

from notifications.models import Notification
from notifications.states import Kind
from sales.models import Booking

DECISIONS = (
    Kind.BOOKING_APPROVED,
    Kind.BOOKING_REJECTED,
    Kind.DATE_OFFERED,
    Kind.CARD_CLOSED,
)
# Translated where it is read.
TAKEN_BACK = gettext_noop("The decision was taken back.")


def decision_stands(row: Notification) -> bool | None:
    """False for a decision that was taken back; None while somebody works on its booking.

    A message owes its time to the event, and the event shares it with the decision: another
    decision, made after one that was taken back, does not make the first one's message true.
    """
    asks_again = "asks" in row.payload
    if row.kind not in DECISIONS or row.booking_id is None or asks_again:
        return True
    # Undoing reads the clock under this lock: either it is seen here, or it comes too late.
    locked = Booking.objects.select_for_update(skip_locked=True, no_key=True)
    instants = locked.filter(pk=row.booking_id).values_list("approved_at", "cancelled_at").first()
    return row.created_at in instants if instants else None
