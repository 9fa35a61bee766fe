"""When a tour is over its money becomes the agency's to be paid out, some of it later."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from constance import config
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, job
from core.acts import act
from core.refusals import Conflict, Refusal
from core.services.events import record
from core.sweeps import one_of_many
from finance.services.release import free_held_reserve, release_pending
from partners.models import TravelAgency
from sales.models import Booking
from sales.queries.releases import (
    has_open_refund,
    over_before,
    released_at,
    releases_due,
    reserves_due,
)
from sales.services.holds import lock_deal

log = structlog.get_logger(__name__)


class NotOverYet(Conflict):
    message = _("The tour is not over long enough for its money to be released.")


class ReservedStill(Conflict):
    message = _("The reserve of this booking is not due yet.")


class RefundOnItsWay(Conflict):
    message = _("Money of this booking is on its way back to the traveller.")


@act
def release_booking(*, booking_id: int, by: Actor, at: datetime) -> Booking:
    """What is pending of a booking becomes available to its agency, less its reserve.

    The amount is computed under the lock: a repeat releases nothing. What a cancelled booking's
    policy kept is released in the same way. Refuses with NotFound, NotOverYet and RefundOnItsWay.
    """
    booking, session = lock_deal(booking_id, at=at)

    if session.date_end >= over_before(at):
        raise NotOverYet
    if has_open_refund(booking.pk):
        raise RefundOnItsWay

    percent = TravelAgency.objects.values_list("reserve_percent", flat=True).get(
        pk=booking.agency_id
    )
    released = release_pending(
        booking_id=booking.pk,
        agency_id=booking.agency_id,
        reserve_percent=percent,
        by=by,
        at=at,
    )
    if released is None:
        return booking

    amount, reserve = released
    record(
        "booking.released",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        amount=amount,
        reserve=reserve,
    )
    return booking


@act
def free_reserve(*, booking_id: int, by: Actor, at: datetime) -> Booking:
    """What was held back of a booking becomes available to its agency, once.

    Refuses with NotFound, ReservedStill and RefundOnItsWay.
    """
    booking, _session = lock_deal(booking_id, at=at)

    since = released_at(booking.pk)
    if since is None or since > at - timedelta(days=config.RESERVE_DAYS):
        raise ReservedStill
    if has_open_refund(booking.pk):
        raise RefundOnItsWay

    freed = free_held_reserve(booking_id=booking.pk, agency_id=booking.agency_id, by=by, at=at)
    if freed is None:
        return booking

    record(
        "booking.reserve_freed", booking, by=by, at=at, agency_id=booking.agency_id, amount=freed
    )
    return booking


def sweep_releases(*, at: datetime) -> int:
    """Release what is due, and free reserves, each booking a transaction; returns how many.

    A booking that is refused, because somebody works on it or something has moved since it was
    found, is left to the next sweep.
    """
    released = _each(releases_due(at), release_booking, at)
    return released + _each(reserves_due(at), free_reserve, at)


def _each(booking_ids: Iterable[int], act: Callable[..., Any], at: datetime) -> int:
    done = 0
    for booking_id in list(booking_ids):
        with one_of_many("a booking's money stays", booking=booking_id):
            done += _moved(booking_id, act, at)
    return done


def _moved(booking_id: int, act: Callable[..., Any], at: datetime) -> bool:
    try:
        act(booking_id=booking_id, by=job(), at=at)
    except Refusal as refusal:
        log.warning("a booking's money stays", booking=booking_id, reason=str(refusal))
        return False
    return True
