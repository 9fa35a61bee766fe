"""Commission rates: proposed by one, decided by another, never for days that are past."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.clock import local_date
from core.locks import lock_row
from core.money import HUNDRED, ZERO
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from core.services.proposals import check_decidable
from finance.models import CommissionRate
from partners.models import TravelAgency
from partners.roles import require


class RateOutOfRange(Invalid):
    message = _("A commission is between 0 and 100 per cent.")
    field = "percent"


class RetroactiveRate(Conflict):
    """Bookings of the past keep the rate they were asked for under."""

    message = _("A rate cannot begin in the past: from {today} at the earliest.")
    field = "valid_from"


class RateEndsTooEarly(Invalid):
    message = _("The last day is before the first.")
    field = "valid_to"


class ForeignTour(Invalid):
    message = _("This tour belongs to another agency.")
    field = "tour"


class WhyThisRate(Invalid):
    message = _("Say what was agreed.")
    field = "reason"


@act
def propose_rate(
    *,
    agency_id: int,
    percent: Decimal,
    valid_from: date,
    reason: str,
    tour_id: int | None = None,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> CommissionRate:
    """Propose a commission for an agency, or for one of its tours, from a local day on.

    Refuses with NotAllowed, NotFound, RateOutOfRange, RetroactiveRate, RateEndsTooEarly,
    ForeignTour and WhyThisRate.
    """
    require(by, "finance.commissionrate", "add")
    if not TravelAgency.objects.filter(pk=agency_id).exists():
        raise NotFound
    if not ZERO <= percent <= HUNDRED:
        raise RateOutOfRange
    _check_not_past(valid_from, at)
    if valid_to is not None and valid_to < valid_from:
        raise RateEndsTooEarly
    if not reason.strip():
        raise WhyThisRate

    rate = CommissionRate(
        agency_id=agency_id,
        tour_id=tour_id,
        percent=percent,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason.strip(),
        created_by_id=by.person_id,
        created_at=at,
    )
    if rate.tour is not None and rate.tour.agency_id != agency_id:
        raise ForeignTour
    rate.save()

    record("rate.proposed", rate, by=by, at=at, agency_id=agency_id, percent=percent)
    return rate


@act
def decide_rate(
    *, rate_id: int, approve: bool, by: Actor, at: datetime, note: str = ""
) -> CommissionRate:
    """Approve or reject a proposed rate. Refuses with NotFound, NotAllowed, AlreadyDecided,
    OwnProposal, and with RetroactiveRate when its first day has passed meanwhile."""
    rate = lock_row(CommissionRate, pk=rate_id)

    require(by, "finance.commissionrate", "decide")
    check_decidable(rate, by)
    if approve:
        _check_not_past(rate.valid_from, at)

    decide = rate.approve if approve else rate.reject
    decide(by_id=by.person_id, at=at, note=note.strip())
    rate.save()

    action = "rate.approved" if approve else "rate.rejected"
    record(action, rate, by=by, at=at, agency_id=rate.agency_id, percent=rate.percent)
    return rate


def _check_not_past(valid_from: date, at: datetime) -> None:
    today = local_date(at)
    if valid_from < today:
        raise RetroactiveRate(today=f"{today:%d.%m.%Y}")
