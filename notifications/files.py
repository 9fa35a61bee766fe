"""What goes along with a message, made when it leaves: the file of an export, the voucher."""

from collections.abc import Callable, Mapping

from notifications.channels.outcomes import Attachment
from notifications.exports import attachment_of
from notifications.models import Notification
from notifications.states import Kind
from notifications.vouchers import voucher_for

# By kind; each takes the message and may answer None.
FILES: Mapping[str, Callable[[Notification], Attachment | None]] = {
    Kind.BOOKING_PAID: voucher_for,
}


def file_for(row: Notification) -> Attachment | None:
    """The file, or None. Refuses with exports.NotEntitled (a ValueError)."""
    if make := FILES.get(row.kind):
        return make(row)
    return attachment_of(row.payload, email=bool(row.email))
