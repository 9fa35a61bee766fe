"""Who brought the traveller: the typed code, else the first touch."""

from datetime import timedelta

from constance.test import override_config

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
    cast.partner.is_active = False
    cast.partner.save()

    assert cast.request().referral_partner is None
    assert cast.request(referral_code="MADINA").referral_partner is None


def test_nobody_brings_himself(cast):
    assert cast.request(by=cast.blogger, referral_code="MADINA").referral_partner is None


def test_a_mistyped_code_does_not_take_the_first_touch_away(cast):
    cast.traveller.referred_by = cast.partner
    cast.traveller.referred_at = NOW
    cast.traveller.save()

    assert cast.request(referral_code="NOBODY").referral_partner == cast.partner
