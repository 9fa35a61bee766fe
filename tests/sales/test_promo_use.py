"""What discounts are used for, counted over bookings."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import PromoCode, Promotion
from sales.models import Booking
from sales.queries.discount_use import (
    Use,
    batch_use,
    last_uses,
    use_of,
    uses_by_week,
    with_promo_figures,
    with_promotion_figures,
)
from sales.services.cancel import cancel_booking
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(minutes=61)
OFF = Decimal(100_000)


@pytest.fixture
def used(cast):
    """A code of ten per cent off a million: held, paid, cancelled, and one whose hour is over."""
    promo = factories.promo_code(code="SPRING", agency=cast.silk, funded_by="agency")
    cast.paid(by=cast.traveller, promo_code="SPRING")
    cancelled = cast.request(by=cast.stranger, promo_code="SPRING")
    cancel_booking(booking_id=cancelled.pk, by=cast.stranger.actor("api"), at=NOW)
    cast.request(by=cast.blogger, promo_code="SPRING")
    cast.request(by=cast.second_traveller, promo_code="SPRING", at=NOW + timedelta(minutes=30))
    return promo


def test_uses_are_counted_by_what_became_of_them(used):
    assert use_of(used, LATER) == Use(
        held=1,
        paid=1,
        given_back=2,
        given=OFF,
        revenue=Decimal(900_000),
        by_agency=OFF,
        by_platform=Decimal(0),
    )


def test_who_pays_is_what_the_booking_froze(cast, used):
    PromoCode.objects.update(funded_by="platform")
    cast.paid(by=factories.user(), promo_code="SPRING")

    use = use_of(used, NOW)

    assert (use.by_agency, use.by_platform) == (OFF, OFF)


def test_a_promotion_is_counted_likewise(cast):
    promotion = factories.promotion(session=cast.silk_session)
    cast.paid(seats=2)

    use = use_of(promotion, NOW)

    assert (use.paid, use.given, use.revenue) == (1, 2 * OFF, Decimal(1_800_000))
    (row,) = with_promotion_figures(Promotion.objects.all(), NOW)
    assert (row.used, row.given, row.revenue) == (1, 2 * OFF, Decimal(1_800_000))


def test_the_list_counts_what_counts_against_the_limit(used):
    other = factories.promo_code()

    rows = {row.pk: row for row in with_promo_figures(PromoCode.objects.all(), LATER)}

    assert (rows[used.pk].used, rows[used.pk].given) == (2, OFF)
    assert (rows[other.pk].used, rows[other.pk].given, rows[other.pk].revenue) == (0, 0, 0)


def test_weeks_without_uses_are_zeros(cast, used):
    Booking.objects.filter(user=cast.blogger).update(created_at=NOW - timedelta(weeks=2))

    weeks = uses_by_week(used, NOW)

    assert len(weeks) == 12
    assert weeks[-1][0].isoformat() == "2027-03-01"
    assert [n for _monday, n in weeks][-4:] == [0, 1, 0, 3]


def test_a_batch_is_summed_up(cast):
    for word in ("ONE", "TWO", "THREE"):
        factories.promo_code(code=word, agency=cast.silk, batch="spring")
    PromoCode.objects.filter(code="THREE").update(is_active=False)
    cast.paid(promo_code="ONE")
    cast.request(by=cast.stranger, promo_code="ONE")

    use = batch_use(PromoCode.objects.filter(batch="spring"), NOW)

    assert (use.codes, use.running, use.used_codes, use.uses) == (3, 2, 1, 2)
    assert (use.given, use.revenue) == (OFF, Decimal(900_000))


def test_last_uses_are_of_the_bookings_the_reader_may_see(cast, used):
    silk = Booking.objects.for_staff(cast.silk_manager)
    nomad = Booking.objects.for_staff(cast.nomad_manager)

    assert len(last_uses(used, silk)) == 4
    assert last_uses(used, nomad) == []


def test_the_panel_costs_the_same_whatever_was_used(cast, used):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            use_of(used, NOW)
            uses_by_week(used, NOW)
            for booking in last_uses(used, Booking.objects.all()):
                str(booking.session.tour), str(booking.user)
        return len(queries)

    assert ask() == 3
    cast.request(by=factories.user(), promo_code="SPRING")
    assert ask() == 3
