"""What a refund's page tells: each party's part, what has been posted, and the next step."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import COLOURS, page_url
from core.services.proposals import OwnProposal
from finance.models import LedgerEntry, Refund
from finance.queries.bookings import lines_of_refund
from finance.states import RefundMethod, RefundStatus
from partners.models import User
from sales.queries.refunds import preview_refund


def fitting_steps(refund: Refund, user: User) -> set[str]:
    """The buttons that the state lets ``user`` press; what his role lets him is asked apart."""
    by_hand = refund.method == RefundMethod.BY_HAND
    steps = {
        RefundStatus.REQUESTED: {"reject"} | _not_own(refund, user),
        RefundStatus.APPROVED: {"reject", "by_hand" if by_hand else "send"},
        RefundStatus.SENT: {"look_up"},
        RefundStatus.FAILED: {"reject", "by_hand"} | (set() if by_hand else {"send"}),
    }
    return steps.get(RefundStatus(refund.status), set())


def _not_own(refund: Refund, user: User) -> set[str]:
    return set() if refund.created_by_id == user.pk else {"approve"}


def tell_refund(refund: Refund, reader: User, at: datetime) -> dict[str, Any]:
    """The page's context; an owner sees his agency's part, only the platform everybody's."""
    booking = refund.payment.booking
    own = reader.agency_ids_for("finance.ledgerentry", "view")
    sees_all = reader.sees_all_agencies and reader.has_perm("finance.view_ledgerentry")
    sees_parts = sees_all or booking.agency_id in own
    preview = sees_parts and refund.is_open
    return {
        "refund": refund,
        "booking": booking,
        "colour": COLOURS["refund"].get(refund.status, "plain"),
        "all_parties": sees_all,
        "amount": refund.amount,
        "preview": preview_refund(booking, refund.amount, at, method=refund.method)
        if preview
        else None,
        "next": _next(refund, reader) if sees_all else "",
        "lines": _lines(refund, reader) if sees_parts else [],
        "events": events_of(refund.payment.booking, reader, details__refund_id=refund.pk),
        "booking_url": page_url("sales.booking", booking.pk),
        "payment_url": page_url("finance.paymenttransaction", refund.payment_id),
        "proof_url": _proof_url(refund, reader),
    }


def _next(refund: Refund, reader: User) -> str:
    """What has to happen now, in words."""
    if refund.status == RefundStatus.REQUESTED:
        if refund.created_by_id == reader.pk:
            return str(OwnProposal.message)
        return _("Another person than the one who asked has to approve it.")
    if refund.status == RefundStatus.APPROVED and refund.method == RefundMethod.BY_HAND:
        return _(
            "Return the money from the bank; then press “Returned by hand”, give the order's "
            "number and attach its scan."
        )
    words = {
        RefundStatus.APPROVED: _(
            "Send it to Payme: it gives the whole payment back to the card it came from."
        ),
        RefundStatus.SENT: _(
            "Payme has been asked. It answers by cancelling the payment; the refund is then done "
            "by itself. When it takes long, ask Payme."
        ),
        RefundStatus.FAILED: _(
            "Nothing has been returned. Send it once more, return the money by hand, or reject it."
        ),
    }
    return words.get(RefundStatus(refund.status), "")


def _lines(refund: Refund, reader: User) -> list[LedgerEntry]:
    if refund.status != RefundStatus.DONE or not reader.has_perm("finance.view_ledgerentry"):
        return []
    rows = LedgerEntry.objects.for_user(reader).filter(pk__in=lines_of_refund(refund).values("pk"))
    return list(
        rows.order_by("pk").select_related("transaction", "account__agency", "account__user")
    )


def _proof_url(refund: Refund, reader: User) -> str:
    if not refund.proof or not reader.has_perm("finance.complete_refund"):
        return ""
    return reverse("admin:finance_refund_proof", args=[refund.pk])
