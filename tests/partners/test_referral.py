"""Referral partners: how one becomes one, is stopped, earns a rate; who came by whose link."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from constance.test import override_config

from core.actor import Source
from core.models import EventLog
from core.refusals import NotAllowed
from partners.models import ReferralPartner, ReferralTouch
from partners.providers.init_data import InitData
from partners.queries.attribution import percent_of_partner, who_brought
from partners.services import referral as acts
from partners.services.sign_in import TokenInvalid, meet_in_bot
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

TODAY = date(2027, 3, 1)


def become(person):
    return acts.become_partner(by=person.actor(Source.API), at=NOW)


def make(cast, person, *, by=None, percent="5", **fields):
    actor = (by or cast.admin).actor(Source.ADMIN)
    return acts.make_partner(
        user_id=person.pk, percent=Decimal(percent), **fields, by=actor, at=NOW
    )


def rate(cast, percent, start, end=None, *, by=None, reason="A campaign"):
    return acts.set_partner_rate(
        partner_id=cast.partner.pk,
        percent=Decimal(percent),
        valid_from=start,
        valid_to=end,
        reason=reason,
        by=(by or cast.admin).actor(Source.ADMIN),
        at=NOW,
    )


def comes(telegram_id, code):
    """Somebody opens a link of the bot's."""
    person = InitData(telegram_id, "", "Olga", "", "en", NOW, "")
    return meet_in_bot(person=person, referral_code=code, at=NOW)


# --- becoming one


def test_who_asks_becomes_one_at_the_settings_rate_with_a_code_of_his_name(cast):
    with override_config(PARTNER_PERCENT=4):
        partner = become(cast.traveller)

    assert (partner.commission_percent, partner.is_active) == (4, True)
    assert re.fullmatch(r"[A-Z]+-[34679ACDEFGHJKMNPQRTWXY]{4}", partner.code)
    assert EventLog.objects.get(action="partner.created").user_id == cast.traveller.pk


def test_asking_again_changes_nothing_not_even_for_one_who_was_stopped(cast):
    cast.stop_partner()

    again = become(cast.blogger)

    assert (again.pk, again.is_active) == (cast.partner.pk, False)


def test_staff_make_one_with_a_code_of_his_own(cast):
    partner = make(cast, cast.stranger, code=" zarina-go ")

    assert (partner.code, partner.commission_percent) == ("ZARINA-GO", 5)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"code": "MADINA"}, acts.CodeTaken),
        ({"code": "зарина"}, acts.CodeMalformed),
        ({"code": "ab"}, acts.CodeMalformed),
        ({"code": "A" * 21}, acts.CodeMalformed),
        ({"percent": "100.01"}, acts.BonusOutOfRange),
        ({"percent": "-1"}, acts.BonusOutOfRange),
    ],
)
def test_what_makes_no_partner(cast, wrong, refusal):
    with pytest.raises(refusal):
        make(cast, cast.stranger, **wrong)

    assert not ReferralPartner.objects.filter(user=cast.stranger).exists()


def test_one_is_a_partner_once_and_agencies_make_none(cast):
    with pytest.raises(acts.AlreadyPartner, match="MADINA"):
        make(cast, cast.blogger)
    with pytest.raises(NotAllowed):
        make(cast, cast.stranger, by=cast.silk_owner)


def test_he_is_stopped_with_a_reason_and_resumed(cast):
    staff = cast.support.actor(Source.ADMIN)
    with pytest.raises(acts.WhyPartner):
        acts.stop_partner(partner_id=cast.partner.pk, reason=" ", by=staff, at=NOW)
    with pytest.raises(acts.NotStopped):
        acts.resume_partner(partner_id=cast.partner.pk, by=staff, at=NOW)
    cast.stop_partner()
    assert cast.partner.stop_reason == "Spam."
    with pytest.raises(acts.AlreadyStopped):
        cast.stop_partner()

    resumed = acts.resume_partner(partner_id=cast.partner.pk, by=staff, at=NOW)

    assert (resumed.is_active, resumed.stop_reason) == (True, "")


# --- his rate


def test_a_rate_counts_on_its_days_and_his_own_on_all_others(cast):
    rate(cast, "8", date(2027, 3, 5))
    rate(cast, "12", date(2027, 3, 10), date(2027, 3, 12))

    days = [TODAY, date(2027, 3, 5), date(2027, 3, 11), date(2027, 3, 13)]
    assert [percent_of_partner(cast.partner, day) for day in days] == [5, 8, 12, 8]


def test_the_rate_of_the_day_it_was_asked_for_stays_with_a_booking(cast):
    booking = cast.request(referral_code="MADINA")
    rate(cast, "8", TODAY)
    later = cast.request(referral_code="MADINA", by=cast.second_traveller)
    cast.pay(cast.approve(booking))

    assert (booking.referral_percent, later.referral_percent) == (5, 8)
    assert cast.balance("bonus_pending", cast.blogger) == 50_000


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"start": TODAY - timedelta(days=1)}, acts.BonusRateInPast),
        ({"start": TODAY, "end": TODAY - timedelta(days=1)}, acts.BonusRateEndsTooEarly),
        ({"start": TODAY, "percent": "101"}, acts.BonusOutOfRange),
        ({"start": TODAY, "reason": ""}, acts.WhyPartner),
    ],
)
def test_rates_that_are_none(cast, wrong, refusal):
    with pytest.raises(refusal):
        rate(cast, wrong.pop("percent", "8"), **wrong)


def test_only_the_platforms_admin_sets_one(cast):
    with pytest.raises(NotAllowed):
        rate(cast, "8", TODAY, by=cast.support)


# --- who came by whose link


def test_the_first_link_counts_and_the_second_is_kept_with_its_reason(cast):
    factories.referral_partner(code="OTHER")

    user = comes(555, "madina")
    comes(555, "OTHER")
    comes(555, "OTHER")

    user.refresh_from_db()
    assert (user.referred_by, user.referred_at) == (cast.partner, NOW)
    told = ReferralTouch.objects.order_by("pk").values_list("partner__code", "door", "refusal")
    assert list(told) == [("MADINA", "bot", ""), ("OTHER", "bot", "taken")]
    assert EventLog.objects.get(action="user.referral_refused").details["reason"] == "taken"


def test_oneself_a_stopped_one_and_nobody(cast):
    comes(cast.blogger.telegram_id, "MADINA")
    assert ReferralTouch.objects.get().refusal == "self"
    cast.stop_partner()
    comes(555, "MADINA")
    assert ReferralTouch.objects.first().refusal == "stopped"
    comes(556, "NOBODY")
    assert ReferralTouch.objects.count() == 2


def test_a_ring_brings_nobody_at_whatever_remove(cast):
    """Madina brought Olga, who brought Timur; Timur brings Madina."""
    olga = comes(555, "MADINA")
    timur = comes(556, become(olga).code)
    code = become(timur).code

    comes(cast.blogger.telegram_id, code)

    cast.blogger.refresh_from_db()
    assert cast.blogger.referred_by is None
    assert ReferralTouch.objects.get(user=cast.blogger).refusal == "ring"
    assert who_brought(cast.blogger, code=code, at=NOW).refusal == "ring"


def test_writing_to_the_bot_makes_somebody_reachable_again(cast):
    cast.traveller.is_reachable = False
    cast.traveller.save()

    for _ in range(2):
        assert comes(cast.traveller.telegram_id, "").is_reachable
    assert EventLog.objects.get(action="user.reachable_again").object_id == cast.traveller.pk


def test_a_deactivated_person_is_not_met(cast):
    cast.traveller.is_active = False
    cast.traveller.save()

    with pytest.raises(TokenInvalid):
        comes(cast.traveller.telegram_id, "")


def test_a_touch_that_is_too_old_says_so(cast):
    user = comes(555, "MADINA")

    late = who_brought(user, code="", at=datetime(2027, 6, 1, tzinfo=UTC))

    assert (late.partner, late.refusal) == (None, "late")


# --- staff are not their own partners


def test_staff_have_no_say_in_their_own_partnership(cast):
    with pytest.raises(acts.OwnPartnership):
        make(cast, cast.support, by=cast.support, percent="3")
    become(cast.admin)
    own = ReferralPartner.objects.get(user=cast.admin)
    with pytest.raises(acts.OwnPartnership):
        acts.set_partner_rate(
            partner_id=own.pk,
            percent=Decimal(100),
            valid_from=TODAY,
            reason="x",
            by=cast.admin.actor(Source.ADMIN),
            at=NOW,
        )


def test_only_who_sets_rates_makes_a_partner_at_another(cast):
    with pytest.raises(acts.OtherPercent):
        make(cast, cast.stranger, by=cast.support, percent="50")

    assert make(cast, cast.stranger, by=cast.support, percent="3").commission_percent == 3


def test_a_link_refused_because_he_was_stopped_counts_once_he_is_not(cast):
    cast.stop_partner()
    comes(555, "MADINA")
    acts.resume_partner(partner_id=cast.partner.pk, by=cast.support.actor(Source.ADMIN), at=NOW)

    user = comes(555, "MADINA")

    user.refresh_from_db()
    assert user.referred_by == cast.partner
    assert ReferralTouch.objects.get().refusal == ""


def test_a_deactivated_partner_is_credited_with_nobody(cast):
    cast.blogger.is_active = False
    cast.blogger.save()

    assert who_brought(cast.traveller, code="MADINA", at=NOW).refusal == "stopped"
