"""What waits for a person, as the sidebar's badges count it on every page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from backoffice.admin.catalog.under_filled import lacking_for
from backoffice.admin.counting import count_rows
from core.models.proposal import ProposalStatus
from finance.models import (
    Adjustment,
    CommissionRate,
    MoneyCase,
    Payout,
    ReferralPayoutRequest,
    Refund,
)
from finance.queries.month_list import months_waiting
from finance.states import CaseStatus, PayoutStatus, RefundStatus, WithdrawalStatus
from notifications.models import Notification
from notifications.queries.operations import failed_lately
from partners.models import PaymentDetailsChange, User
from sales.models import Booking
from sales.queries.waiting import waiting_requests

MONTHS = "finance.closedmonth"
PROPOSED = {"status": ProposalStatus.PROPOSED}


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows that wait for whoever holds the right ``perm``; of agencies, or the platform's."""

    perm: str
    rows: Callable[[User, datetime], QuerySet[Any]]
    is_agencys: bool = False

    def waits_for(self, user: User) -> bool:
        return user.has_perm(self.perm) and not (self.is_agencys and user.sees_all_agencies)


PILES = {
    "sales.bookingrequest": Pile(
        "sales.approve_booking",
        lambda user, at: waiting_requests(Booking.objects.for_staff(user), at),
    ),
    # To fill its dates is an agency's own work.
    "catalog.toursession": Pile("catalog.change_toursession", lacking_for, is_agencys=True),
    "finance.refund": Pile(
        "finance.approve_refund",
        lambda user, at: Refund.objects.filter(
            status__in=[RefundStatus.REQUESTED, RefundStatus.APPROVED, RefundStatus.FAILED]
        ),
    ),
    "finance.moneycase": Pile(
        "finance.decide_moneycase",
        lambda user, at: MoneyCase.objects.filter(status=CaseStatus.OPEN),
    ),
    "finance.payout": Pile(
        "finance.approve_payout",
        lambda user, at: Payout.objects.filter(status=PayoutStatus.CREATED),
    ),
    "finance.referralpayoutrequest": Pile(
        "finance.approve_referralpayoutrequest",
        lambda user, at: ReferralPayoutRequest.objects.filter(status=WithdrawalStatus.REQUESTED),
    ),
    "partners.paymentdetailschange": Pile(
        "partners.decide_paymentdetailschange",
        lambda user, at: PaymentDetailsChange.objects.filter(**PROPOSED),
    ),
    "finance.commissionrate": Pile(
        "finance.decide_commissionrate",
        lambda user, at: CommissionRate.objects.filter(**PROPOSED),
    ),
    "finance.adjustment": Pile(
        "finance.decide_adjustment",
        lambda user, at: Adjustment.objects.filter(**PROPOSED),
    ),
    "notifications.notification": Pile(
        "notifications.view_operations",
        lambda user, at: failed_lately(Notification.objects.all(), at),
    ),
}


def badges(user: User, at: datetime) -> dict[str, int]:
    """By list, for those where something waits; all in one query, and one for the months."""
    piles = {label: pile.rows(user, at) for label, pile in PILES.items() if pile.waits_for(user)}
    found = dict(count_rows(piles))
    if user.has_perm("finance.add_closedmonth"):
        found[MONTHS] = months_waiting(at)
    return found
