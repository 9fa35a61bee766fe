"""What a booking's page tells: everything about it, as this person may see it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Count, Prefetch
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import COLOURS, list_url, page_url
from backoffice.admin.notifications.letters import Message, read_message
from backoffice.admin.sales.attribution import sees_partners, shown, tell_partner_of
from backoffice.admin.sales.next_step import next_step
from backoffice.admin.sales.price import commission_of, price_lines
from backoffice.admin.values import in_words
from catalog.queries.transport import transport_title
from finance.models import LedgerEntry, PaymentTransaction, Refund
from notifications.models import Notification
from notifications.states import NotificationState
from partners.models import User
from sales.models import Booking, BookingComment
from sales.states import LIVE, BookingStatus

SHOWN = 50
OTHERS = 5
# Whom and what an edit of a booking names.
NAMED = (
    "history_user",
    "approved_by",
    "promo_code",
    "promotion",
    "referral_partner__user",
    "session__tour",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One edit in the field history."""

    at: datetime
    who: str
    fields: list[tuple[str, str, str]]


def tell_story(booking: Booking, reader: User, at: datetime) -> dict[str, Any]:
    """The page's context."""
    booking = (
        Booking.objects.select_related(
            "session__tour__agency",
            "user",
            "approved_by",
            "promotion",
            "promo_code",
            "referral_partner__user",
            "date_offer__session",
            "date_offer__offered_by",
            "date_offer__taken_booking",
            "taken_offer__booking",
        )
        .prefetch_related("travellers")
        .get(pk=booking.pk)
    )
    payments = _payments(booking, reader)
    return {
        "booking": booking,
        "next": next_step(booking, [each["row"] for each in payments], reader, at),
        "at": at,
        "colour": COLOURS["booking"].get(booking.status, "plain"),
        "is_live": booking.status in LIVE,
        "lapsed": booking.is_lapsed(at),
        "session_url": page_url("catalog.toursession", booking.session_id),
        "tour_url": page_url("catalog.tour", booking.session.tour_id),
        "person_url": _if_may(reader, "partners.user", booking.user_id),
        "price": price_lines(booking),
        "commission": commission_of(booking),
        "payments": payments,
        "others": _others(booking, reader),
        "journals": _journals(booking, reader),
        "messages": _messages(booking, reader),
        "comments": _comments(booking, reader),
        "events": events_of(booking, reader),
        "brought": tell_partner_of(booking, reader),
        "changes": _changes(booking, reader),
    }


def _if_may(reader: User, label: str, pk: int) -> str:
    app, _dot, model = label.partition(".")
    return page_url(label, pk) if reader.has_perm(f"{app}.view_{model}") else ""


def _payments(booking: Booking, reader: User) -> list[dict[str, Any]]:
    if not reader.has_perm("finance.view_paymenttransaction"):
        return []
    refunds = Prefetch("refunds", Refund.objects.order_by("pk"))
    rows = PaymentTransaction.objects.filter(booking=booking).prefetch_related(refunds)
    return [
        {
            "row": payment,
            "url": page_url("finance.paymenttransaction", payment.pk),
            "colour": COLOURS["payment"].get(payment.state, "plain"),
            "refunds": [
                {
                    "row": refund,
                    "url": page_url("finance.refund", refund.pk),
                    "colour": COLOURS["refund"].get(refund.status, "plain"),
                }
                for refund in payment.refunds.all()
            ],
        }
        for payment in rows
    ]


def _journals(booking: Booking, reader: User) -> list[dict[str, Any]]:
    """Journals with those of their lines that the reader may see."""
    if not reader.has_perm("finance.view_ledgerentry"):
        return []
    lines = LedgerEntry.objects.for_user(reader).filter(transaction__booking=booking)
    lines = lines.select_related("transaction", "account__agency", "account__user")
    found: dict[int, dict[str, Any]] = {}
    for line in lines.order_by("transaction_id", "pk"):
        journal = line.transaction
        url = page_url("finance.accountingtransaction", journal.pk)
        entry = found.setdefault(journal.pk, {"row": journal, "url": url, "lines": []})
        entry["lines"].append(line)
    return list(found.values())


def _messages(booking: Booking, reader: User) -> list[Message]:
    if not reader.has_perm("notifications.view_notification"):
        return []
    rows = Notification.objects.filter(booking=booking, edits=None).select_related("recipient")
    # What is said under a message later stands with it, what need not be said nowhere.
    later = Notification.objects.exclude(state=NotificationState.DROPPED).order_by("id")
    rows = rows.prefetch_related(Prefetch("edited_by", later))
    return [read_message(row, row.edited_by.all()) for row in rows.order_by("-id")[:SHOWN]]


def _comments(booking: Booking, reader: User) -> list[BookingComment]:
    if not reader.has_perm("sales.view_bookingcomment"):
        return []
    return list(BookingComment.objects.filter(booking=booking).select_related("author"))


def _others(booking: Booking, reader: User) -> dict[str, Any] | None:
    """The traveller's other bookings, of those that the reader may see: the last ones, and how
    many of each kind."""
    rows = Booking.objects.for_staff(reader).filter(user_id=booking.user_id).exclude(pk=booking.pk)
    counted = dict(rows.order_by().values_list("status").annotate(Count("pk")))
    if not counted:
        return None
    last = rows.select_related("session__tour").order_by("-pk")[:OTHERS]
    return {
        "total": sum(counted.values()),
        "paid": counted.get(BookingStatus.PAID, 0),
        "cancelled": counted.get(BookingStatus.CANCELLED, 0),
        "rows": [
            {
                "row": row,
                "url": page_url("sales.booking", row.pk),
                "colour": COLOURS["booking"].get(row.status, "plain"),
            }
            for row in last
        ],
        "url": list_url("sales.booking", user__id__exact=booking.user_id),
    }


def _changes(booking: Booking, reader: User) -> list[Change]:
    """Who changed which field, newest first; whom it counts for is the platform's."""
    rows = booking.history.select_related(*NAMED).order_by("-history_id")
    changes = []
    for newer, older in pairwise(rows[:SHOWN]):
        delta = newer.diff_against(older, foreign_keys_are_objs=False)
        told = delta.changes if sees_partners(reader) else shown(delta.changes)
        fields = [_read_change(older, newer, change.field) for change in told]
        if fields:
            who = str(newer.history_user or _("system"))
            changes.append(Change(newer.history_date, who, fields))
    return changes


def _read_change(older: Any, newer: Any, name: str) -> tuple[str, str, str]:
    """A field's name, what it was and what it became."""
    field: Any = Booking._meta.get_field(name)
    return capfirst(str(field.verbose_name)), _value(older, field), _value(newer, field)


def _value(record: Any, field: Any) -> str:
    value = getattr(record, field.name)
    if value and field.name == "selected_transport":
        return transport_title(value)
    return in_words(value, field)
