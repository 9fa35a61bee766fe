"""A tour is over: its money becomes payable, some of it later, and nothing twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from constance.test import override_config
from structlog.testing import capture_logs

from core.actor import job
from core.models import EventLog
from core.money import ZERO
from finance.models import Refund
from finance.queries.bookings import Held, held_for
from finance.services import release
from partners.models import TravelAgency
from sales.services.cancel import cancel_booking
from sales.services.refunds import ask_refund, finish_by_hand
from sales.services.release import (
    NotOverYet,
    RefundOnItsWay,
    ReservedStill,
    _each,
    free_reserve,
    release_booking,
    sweep_releases,
)
from tests.factories import LAST_DAY, NOW
from tests.sales.threads import run_together

# The tour ends on 3 June; with three days to wait the fourth day after it is the first.
OVER = NOW + (LAST_DAY - NOW.date()) + timedelta(days=4)
EVE = OVER - timedelta(days=1)
PENDING = Decimal("900000.00")


@pytest.fixture
def reserved(cast):
    """A third is held back of what Silk Road earns."""
    TravelAgency.objects.filter(pk=cast.silk.pk).update(reserve_percent=Decimal("33.33"))


def balances(cast):
    return [
        cast.balance(f"agency_{kind}", cast.silk) for kind in ("pending", "reserve", "available")
    ]


def test_money_is_released_some_days_after_the_tour_and_once(cast):
    booking = cast.paid()

    assert sweep_releases(at=EVE) == 0
    with pytest.raises(NotOverYet):
        release_booking(booking_id=booking.pk, by=job(), at=EVE)
    assert balances(cast) == [PENDING, 0, 0]

    assert sweep_releases(at=OVER) == 1
    assert sweep_releases(at=OVER) == 0
    release_booking(booking_id=booking.pk, by=job(), at=OVER)
    assert balances(cast) == [0, 0, PENDING]
    assert EventLog.objects.filter(action="booking.released").count() == 1


def test_a_platforms_setting_says_how_many_days(cast):
    cast.paid()

    with override_config(RELEASE_DAYS=0):
        assert sweep_releases(at=OVER - timedelta(days=4)) == 0
        assert sweep_releases(at=OVER - timedelta(days=3)) == 1


def test_the_reserve_is_held_back_and_freed_later_once(cast, reserved):
    booking = cast.paid()
    sweep_releases(at=OVER)
    assert balances(cast) == [0, Decimal("299970.00"), Decimal("600030.00")]

    late = OVER + timedelta(days=90)
    assert sweep_releases(at=late - timedelta(seconds=1)) == 0
    with pytest.raises(ReservedStill):
        free_reserve(booking_id=booking.pk, by=job(), at=late - timedelta(seconds=1))
    assert sweep_releases(at=late) == 1
    assert sweep_releases(at=late) == 0
    free_reserve(booking_id=booking.pk, by=job(), at=late)

    assert balances(cast) == [0, 0, PENDING]
    assert booking.journals.filter(type="release").count() == 2


def test_what_a_cancelled_booking_kept_is_released_too(cast):
    booking = cast.paid()
    # Three days before it starts the policy gives nothing back.
    cancel_booking(
        booking_id=booking.pk, by=cast.traveller.actor("api"), at=OVER - timedelta(days=9)
    )
    assert not Refund.objects.exists()

    assert sweep_releases(at=OVER) == 1

    assert balances(cast) == [0, 0, PENDING]


def test_money_that_is_asked_back_waits_and_the_rest_goes_on(cast, reserved):
    booking = cast.paid()
    books = cast.accountant.actor("admin")
    refund = ask_refund(
        booking_id=booking.pk,
        amount=Decimal(400_000),
        method="by_hand",
        reason="It rained.",
        by=books,
        at=OVER,
    )

    assert sweep_releases(at=OVER) == 0
    with pytest.raises(RefundOnItsWay):
        release_booking(booking_id=booking.pk, by=job(), at=OVER)
    finish_by_hand(refund_id=refund.pk, reference="B-1", proof="proof.pdf", by=books, at=OVER)
    assert sweep_releases(at=OVER) == 1

    assert held_for(booking.pk).total == PENDING - Decimal(360_000)
    assert balances(cast) == [0, Decimal("179982.00"), Decimal("360018.00")]


@pytest.mark.django_db(transaction=True)
def test_twenty_sweeps_at_once_release_once(cast, monkeypatch):
    booking = cast.paid()

    run_together([lambda: release_booking(booking_id=booking.pk, by=job(), at=OVER)] * 20)
    assert balances(cast) == [0, 0, PENDING]

    # The control: what is pending is posted as often as it is seen, were it not looked at anew.
    seen = Held(PENDING, ZERO, ZERO)
    monkeypatch.setattr(release, "held_for", lambda _booking_id: seen)
    run_together([lambda: release_booking(booking_id=booking.pk, by=job(), at=OVER)] * 2)
    assert balances(cast) == [-2 * PENDING, 0, 3 * PENDING]


def test_a_booking_that_is_refused_stays_with_its_reason_and_the_rest_goes_on(cast):
    booking = cast.paid()

    with capture_logs() as logs:
        done = _each([0, booking.pk], release_booking, OVER)

    assert (done, balances(cast)) == (1, [0, 0, PENDING])
    (line,) = logs
    assert (line["booking"], line["reason"]) == (0, "not_found: Not found.")


def test_the_sweep_finds_what_is_due_in_two_queries(cast, django_assert_num_queries):
    with override_config(RELEASE_DAYS=3), django_assert_num_queries(4):  # two of them settings
        sweep_releases(at=OVER)
