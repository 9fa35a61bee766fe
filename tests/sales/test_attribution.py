"""Who brought the traveller: the typed code, else the first touch."""

from datetime import timedelta

import pytest
from constance.test import override_config

from core.actor import Source
from core.models import EventLog
from core.refusals import NotAllowed
from sales.services.attribution import (
    NotCredited,
    OwnCredit,
    PartnerFixed,
    SamePartner,
    WhyPartnerChanges,
    change_partner,
)
from tests import factories
from tests.factories import NOW


def touched(cast, *, days_ago=1):
    cast.traveller.referred_by = cast.partner
    cast.traveller.referred_at = NOW - timedelta(days=days_ago)
    cast.traveller.save()


def test_a_typed_code_names_its_partner_in_any_case(cast):
    assert cast.request(referral_code=" madina ").referral_partner == cast.partner


def test_without_a_code_and_a_touch_nobody_brought_him(cast):
    assert cast.request().referral_partner is None


def test_the_first_touch_counts_for_ninety_days(cast):
    touched(cast, days_ago=89)
    assert cast.request().referral_partner == cast.partner

    touched(cast, days_ago=90)
    assert cast.request().referral_partner is None

    with override_config(ATTRIBUTION_DAYS=91):
        assert cast.request().referral_partner == cast.partner


def test_a_typed_code_beats_the_first_touch(cast):
    touched(cast)
    other = factories.referral_partner(code="OTHER")

    assert cast.request(referral_code="other").referral_partner == other


def test_a_partner_who_was_stopped_earns_nothing(cast):
    touched(cast)
    cast.stop_partner()

    assert cast.request().referral_partner is None
    assert cast.request(referral_code="MADINA").referral_partner is None


def test_nobody_brings_himself(cast):
    assert cast.request(by=cast.blogger, referral_code="MADINA").referral_partner is None


def test_a_mistyped_code_does_not_take_the_first_touch_away(cast):
    cast.traveller.referred_by = cast.partner
    cast.traveller.referred_at = NOW
    cast.traveller.save()

    assert cast.request(referral_code="NOBODY").referral_partner == cast.partner


# --- what the booking keeps


def test_it_keeps_how_its_partner_is_known_and_at_what_rate(cast):
    touched(cast)
    first, typed = cast.request(), cast.request(referral_code="MADINA")

    assert (first.referral_source, first.referral_percent) == ("touch", 5)
    assert (typed.referral_source, typed.referral_refusal) == ("code", "")


def test_a_code_that_does_not_count_is_kept_with_its_reason(cast):
    own = cast.request(by=cast.blogger, referral_code="MADINA")
    nobodys = cast.request(referral_code="NOBODY")

    assert (own.referral_refusal, nobodys.referral_refusal) == ("self", "unknown")
    told = EventLog.objects.filter(action="booking.referral_refused").order_by("pk")
    assert [event.details for event in told] == [
        {"reason": "self", "code": "MADINA"},
        {"reason": "unknown", "code": "NOBODY"},
    ]


# --- staff change it


def change(cast, booking, partner, *, by=None, reason="She called us"):
    return change_partner(
        booking_id=booking.pk,
        partner_id=partner and partner.pk,
        reason=reason,
        by=(by or cast.support).actor(Source.ADMIN),
        at=NOW,
    )


def test_staff_say_whom_it_counts_for_and_why(cast):
    booking = cast.request(referral_code="NOBODY")

    changed = change(cast, booking, cast.partner)

    assert changed.referral_partner == cast.partner
    assert (changed.referral_source, changed.referral_percent) == ("staff", 5)
    assert changed.referral_refusal == ""
    event = EventLog.objects.get(action="booking.partner_changed")
    assert event.details == {
        "before": None,
        "after": "MADINA",
        "percent": "5.00",
        "reason": "She called us",
    }

    nobody = change(cast, changed, None)
    assert (nobody.referral_partner, nobody.referral_percent) == (None, 0)


def test_after_the_payment_it_stays(cast):
    with pytest.raises(PartnerFixed):
        change(cast, cast.paid(), cast.partner)


def test_staff_cannot_credit_the_traveller_a_stopped_partner_or_the_same_again(cast):
    own = cast.request(by=cast.blogger)
    with pytest.raises(NotCredited):
        change(cast, own, cast.partner)
    with pytest.raises(SamePartner):
        change(cast, cast.request(referral_code="MADINA"), cast.partner)
    with pytest.raises(WhyPartnerChanges):
        change(cast, own, None, reason=" ")
    cast.stop_partner()
    with pytest.raises(NotCredited):
        change(cast, cast.request(), cast.partner)


def test_an_agency_changes_nobodys_partner(cast):
    with pytest.raises(NotAllowed):
        change(cast, cast.request(), cast.partner, by=cast.silk_owner)


def test_staff_do_not_credit_a_booking_to_themselves(cast):
    own = factories.referral_partner(user=cast.support)

    with pytest.raises(OwnCredit):
        change(cast, cast.request(), own)


def test_two_partners_who_type_each_others_code_are_a_ring(cast):
    other = factories.referral_partner(user=cast.traveller, code="DILNOZA")
    cast.request(by=cast.blogger, referral_code="DILNOZA")

    back = cast.request(referral_code="MADINA")

    assert (back.referral_partner, back.referral_refusal) == (None, "ring")
    with pytest.raises(NotCredited):
        change(cast, back, cast.partner)
    assert other.bookings.count() == 1
