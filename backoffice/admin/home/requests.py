"""Requests that wait for an answer, decided where they stand."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from backoffice.admin.display import list_url, page_url
from backoffice.admin.refusals import FROM_HOME
from backoffice.admin.sales.decisions import UndoRow, undo_rows
from partners.models import User
from sales.models import Booking
from sales.queries.decisions import fresh_decisions
from sales.queries.waiting import waiting_requests

SHOWN = 8


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request; decided from here, one comes back here."""

    booking: Booking

    @property
    def url(self) -> str:
        return page_url("sales.booking", self.booking.pk)

    @property
    def is_enough(self) -> bool:
        return self.booking.session.available_seats >= self.booking.seats_reserved

    @property
    def approve_url(self) -> str:
        return self._act("approve")

    @property
    def reject_url(self) -> str:
        return self._act("reject")

    def _act(self, name: str) -> str:
        address = reverse(f"admin:sales_bookingrequest_{name}", args=[self.booking.pk])
        return f"{address}?{FROM_HOME}"


def requests_part(user: User, at: datetime) -> dict[str, Any]:
    """The soonest to lapse, and what the person has just decided and can still take back."""
    waiting = waiting_requests(Booking.objects.for_staff(user), at)
    found = list(waiting.select_related("session__tour", "user", "agency")[: SHOWN + 1])
    return {
        "requests": [RequestRow(booking) for booking in found[:SHOWN]],
        "requests_url": list_url("sales.bookingrequest"),
        "has_more_requests": len(found) > SHOWN,
        "may_approve": user.has_perm("sales.approve_booking"),
        "may_reject": user.has_perm("sales.reject_booking"),
        "undo": [_undone_here(row) for row in undo_rows(fresh_decisions(user, at))],
    }


def _undone_here(row: UndoRow) -> UndoRow:
    return replace(row, url=f"{row.url}?{FROM_HOME}")
