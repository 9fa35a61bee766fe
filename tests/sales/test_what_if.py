"""Another commission over past bookings: as they would have been shared, to the tiyin."""

from datetime import date, timedelta
from decimal import Decimal

from finance.commission import share_sale
from sales.queries.what_if import what_if
from sales.services.take_back import cancel_payment
from tests import factories
from tests.cast import PAYME
from tests.factories import NOW

FEBRUARY = {"first": date(2027, 2, 1), "last": date(2027, 2, 28)}
SPRING = {"first": date(2027, 2, 1), "last": date(2027, 3, 31)}


def test_each_booking_is_shared_anew_with_its_discounts_and_rounded_by_itself(cast):
    ours = factories.promo_code(discount_percent=7, funded_by="platform")
    theirs = factories.promo_code(discount_percent=7, funded_by="agency", agency=cast.silk)
    for code in (ours, theirs):
        cast.paid(promo_code=code.code)

    found = what_if(percent=Decimal("12.35"), **SPRING)

    expected = [
        share_sale(
            subtotal=factories.MILLION,
            agency_discount=agency,
            platform_discount=platform,
            bonus=Decimal(0),
            rate=Decimal("12.35"),
        ).commission
        for agency, platform in ((0, 70_000), (70_000, 0))
    ]
    assert found.total.would_be == sum(expected)
    assert found.total.was == 100_000 + 93_000
    assert found.total.gross == 1_930_000


def test_it_is_told_by_tour_and_by_local_month(cast):
    # 20:00 UTC of 28 February is March in Tashkent.
    cast.paid(at=NOW.replace(month=2, day=28, hour=20))
    cast.paid(at=NOW - timedelta(days=10))
    cast.paid(session=cast.nomad_session)

    found = what_if(percent=Decimal(20), **SPRING)

    assert [(line.key, line.bookings) for line in found.by_month] == [
        (date(2027, 2, 1), 1),
        (date(2027, 3, 1), 2),
    ]
    assert {line.key[0]: line.was for line in found.by_tour} == {
        cast.silk_tour.pk: 200_000,
        cast.nomad_tour.pk: 125_000,
    }


def test_only_the_chosen_period_agency_and_tour_and_only_what_stands(cast):
    earlier = NOW - timedelta(days=10)
    cast.paid(at=earlier)
    cast.paid(at=earlier, session=cast.nomad_session)
    cast.paid()
    gone = cast.paid(at=earlier)
    cancel_payment(provider_id=gone.payments.get().payme_invoice_id, code=5, by=PAYME, at=NOW)

    def count(**chosen):
        return what_if(percent=Decimal(20), **FEBRUARY, **chosen).total.bookings

    assert count() == 2
    assert count(agency_id=cast.silk.pk) == 1
    assert count(agency_id=cast.silk.pk, tour_id=cast.nomad_tour.pk) == 0
