"""The voucher on its way to its traveller."""

import structlog

from core.clock import now
from core.refusals import Refusal
from notifications.channels.outcomes import Attachment
from notifications.models import Notification
from sales.papers.voucher import file_name, voucher_pdf

log = structlog.get_logger(__name__)


def voucher_for(row: Notification) -> Attachment | None:
    """Made when the message leaves. Whatever is wrong with it, the message itself goes."""
    if row.booking_id is None:
        return None
    try:
        content = voucher_pdf(row.booking_id, at=now())
    except Refusal:
        # Cancelled meanwhile.
        return None
    except Exception:
        log.exception("a voucher could not be made", booking_id=row.booking_id)
        return None
    return Attachment("", file_name(row.payload["code"]), content)
