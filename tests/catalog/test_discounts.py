"""Promotions and promo codes: who makes them, of what, and how they are stopped."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.models import PromoCode, Promotion
from catalog.queries.discount_faults import DiscountFaults
from catalog.services.discounts import (
    PlatformPays,
    SwitchedAlready,
    change_promo_code,
    change_promotion,
    create_promo_code,
    create_promotion,
    resume_promo_code,
    resume_promotion,
    stop_promo_code,
    stop_promotion,
)
from catalog.services.promo_batches import Batch, create_promo_batch, stop_promo_batch
from core.codes import ALPHABET
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from tests import factories
from tests.factories import NOW

TERMS = {
    "discount_percent": Decimal(10),
    "valid_from": NOW,
    "valid_to": NOW + timedelta(days=30),
}


def who(person):
    return {"by": person.actor("admin"), "at": NOW}


def make_code(person, *, agency, code="spring", **values):
    agency_id = agency.pk if agency else None
    return create_promo_code(agency_id=agency_id, code=code, values=TERMS | values, **who(person))


def make_promotion(person, *, agency, **values):
    values = TERMS | {"title": "Sale"} | values
    return create_promotion(agency_id=agency.pk, values=values, **who(person))


def make_batch(person, *, agency, batch, **values):
    return create_promo_batch(
        agency_id=agency.pk, batch=batch, values=TERMS | values, **who(person)
    )


def fields_refused(call, *args, **kwargs):
    with pytest.raises(DiscountFaults) as refusal:
        call(*args, **kwargs)
    return set(refusal.value.faults)


# --- making


@pytest.mark.parametrize("target", ["agency", "tour", "session"])
def test_a_promotion_is_good_for_an_agency_a_tour_or_a_date(cast, target):
    where = {
        "agency": {},
        "tour": {"tour_id": cast.silk_tour.pk},
        "session": {"session_id": cast.silk_session.pk},
    }[target]

    promotion = make_promotion(cast.silk_manager, agency=cast.silk, **where)

    assert (promotion.agency, promotion.funded_by) == (cast.silk, "agency")
    assert promotion.history.count() == 1
    event = EventLog.objects.get(action="promotion.added")
    assert (event.agency_id, event.details["after"]["discount_percent"]) == (cast.silk.pk, "10")


def test_a_code_is_kept_in_capitals_and_found_in_any_case(cast):
    promo = make_code(cast.silk_manager, agency=cast.silk, code=" spring-27 ")

    assert promo.code == "SPRING-27"
    assert fields_refused(make_code, cast.nomad_manager, agency=cast.nomad, code="Spring-27") == {
        "code"
    }


@pytest.mark.parametrize(
    "word", ["", "AB", "A" * 33, "СПРИНГ", "TWO WORDS", "-AB", "AB_C", "SPRINGС"]
)
def test_a_code_is_of_letters_nobody_takes_for_others(cast, word):
    assert fields_refused(make_code, cast.silk_manager, agency=cast.silk, code=word) == {"code"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"discount_amount": Decimal(1000)}, "discount_percent"),
        ({"discount_percent": None}, "discount_percent"),
        ({"discount_percent": Decimal(101)}, "discount_percent"),
        ({"discount_percent": Decimal(0)}, "discount_percent"),
        ({"discount_percent": Decimal("10.001")}, "discount_percent"),
        ({"discount_percent": None, "discount_amount": Decimal(-1)}, "discount_amount"),
        ({"valid_to": NOW}, "valid_to"),
        ({"valid_from": None}, "valid_from"),
        ({"usage_limit": 0}, "usage_limit"),
        ({"per_user_limit": 2**40}, "per_user_limit"),
    ],
)
def test_terms_that_make_no_sense_are_refused_at_their_field(cast, values, field):
    assert fields_refused(make_code, cast.silk_manager, agency=cast.silk, **values) == {field}
    assert not PromoCode.objects.exists()


def test_a_target_of_another_agency_is_refused(cast):
    for values in ({"tour_id": cast.nomad_tour.pk}, {"session_id": cast.nomad_session.pk}):
        (name,) = values
        for make in (make_code, make_promotion):
            found = fields_refused(make, cast.admin, agency=cast.silk, **values)
            assert found == {name.removesuffix("_id")}


def test_a_tour_and_a_date_must_fit_and_a_promotion_takes_one(cast):
    other = factories.session(tour=factories.tour(agency=cast.silk))
    both = {"tour_id": cast.silk_tour.pk, "session_id": cast.silk_session.pk}

    assert make_code(cast.silk_manager, agency=cast.silk, **both)
    assert fields_refused(make_promotion, cast.silk_manager, agency=cast.silk, **both) == {
        "session"
    }
    wrong = both | {"session_id": other.pk}
    assert fields_refused(make_code, cast.admin, agency=cast.silk, code="X99", **wrong) == {
        "session"
    }


# --- who may


def test_another_agency_is_not_found(cast):
    theirs = factories.promo_code(agency=cast.nomad, funded_by="agency")
    promotion = factories.promotion(tour=cast.nomad_tour)
    by = who(cast.silk_owner)

    for call in (
        lambda: make_code(cast.silk_owner, agency=cast.nomad),
        lambda: make_code(cast.silk_owner, agency=None),
        lambda: make_promotion(cast.silk_owner, agency=cast.nomad),
        lambda: change_promo_code(promo_code_id=theirs.pk, values={}, **by),
        lambda: stop_promo_code(promo_code_id=theirs.pk, **by),
        lambda: change_promotion(promotion_id=promotion.pk, values={}, **by),
        lambda: stop_promotion(promotion_id=promotion.pk, **by),
        lambda: stop_promo_batch(agency_id=cast.nomad.pk, name="", **by),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize("name", ["accountant", "support", "traveller"])
def test_only_sellers_make_discounts(cast, name):
    with pytest.raises(NotAllowed):
        make_code(cast.people[name], agency=cast.silk)


def test_what_the_platform_pays_for_is_the_platforms(cast):
    gift = make_code(cast.admin, agency=cast.silk, funded_by="platform")
    by = who(cast.silk_owner)

    for call in (
        lambda: make_code(cast.silk_owner, agency=cast.silk, code="GIFT", funded_by="platform"),
        lambda: make_promotion(cast.silk_owner, agency=cast.silk, funded_by="platform"),
        lambda: change_promo_code(
            promo_code_id=gift.pk, values={"discount_percent": Decimal(90)}, **by
        ),
        lambda: stop_promo_code(promo_code_id=gift.pk, **by),
    ):
        with pytest.raises(PlatformPays):
            call()
    assert make_code(cast.admin, agency=None, code="ALL", funded_by="platform").agency is None
    assert fields_refused(make_code, cast.admin, agency=None, code="ALL2") == {"funded_by"}


def test_an_agency_cannot_pass_its_own_code_on_to_the_platform(cast):
    promo = make_code(cast.silk_owner, agency=cast.silk)

    with pytest.raises(PlatformPays):
        change_promo_code(
            promo_code_id=promo.pk, values={"funded_by": "platform"}, **who(cast.silk_owner)
        )


# --- changing


def test_a_change_is_recorded_with_what_was_and_what_is(cast):
    promo = make_code(cast.silk_manager, agency=cast.silk, usage_limit=5)
    new = {"discount_percent": Decimal(20), "usage_limit": 5}

    change_promo_code(promo_code_id=promo.pk, values=new, **who(cast.silk_owner))

    event = EventLog.objects.get(action="promo_code.changed")
    assert event.details["before"] == {"discount_percent": "10.00"}
    assert event.details["after"] == {"discount_percent": "20"}
    assert promo.history.count() == 2


def test_a_change_that_changes_nothing_leaves_no_trace(cast):
    promo = make_code(cast.silk_manager, agency=cast.silk)
    promotion = make_promotion(cast.silk_manager, agency=cast.silk)
    events = EventLog.objects.count()

    change_promo_code(promo_code_id=promo.pk, values=TERMS, **who(cast.silk_manager))
    change_promotion(promotion_id=promotion.pk, values=TERMS, **who(cast.silk_manager))

    assert EventLog.objects.count() == events
    assert (promo.history.count(), promotion.history.count()) == (1, 1)


def test_bookings_keep_the_discount_they_froze(cast):
    promo = make_code(cast.silk_manager, agency=cast.silk)
    before = cast.request(promo_code="SPRING")

    change_promo_code(
        promo_code_id=promo.pk, values={"discount_percent": Decimal(50)}, **who(cast.silk_manager)
    )
    stop_promo_code(promo_code_id=promo.pk, **who(cast.silk_manager))
    paid = cast.approve(before)
    cast.pay(paid)

    paid.refresh_from_db()
    assert (paid.status, paid.promo_discount) == ("paid", Decimal(100_000))


def test_a_discount_is_stopped_and_resumed_once_each(cast):
    promo = make_code(cast.silk_manager, agency=cast.silk)
    promotion = make_promotion(cast.silk_manager, agency=cast.silk)
    by = who(cast.silk_manager)

    assert not stop_promo_code(promo_code_id=promo.pk, **by).is_active
    assert not stop_promotion(promotion_id=promotion.pk, **by).is_active
    with pytest.raises(SwitchedAlready, match="invalid_transition: It is stopped already"):
        stop_promo_code(promo_code_id=promo.pk, **by)
    assert resume_promo_code(promo_code_id=promo.pk, **by).is_active
    assert resume_promotion(promotion_id=promotion.pk, **by).is_active
    with pytest.raises(SwitchedAlready):
        resume_promotion(promotion_id=promotion.pk, **by)


# --- batches


def test_a_batch_is_made_of_codes_nobody_guesses(cast):
    batch = Batch(name="Blogger Madina", count=300, prefix="madina", length=8)

    made = make_batch(cast.silk_manager, agency=cast.silk, batch=batch, per_user_limit=1)

    words = {promo.code for promo in PromoCode.objects.filter(batch="Blogger Madina")}
    assert len(made) == len(words) == 300
    assert all(re.fullmatch(f"MADINA-[{ALPHABET}]{{8}}", word) for word in words)
    assert {promo.per_user_limit for promo in PromoCode.objects.all()} == {1}
    assert PromoCode.history.count() == 300
    event = EventLog.objects.get(action="promo_code.batch_made")
    assert event.details == {"batch": "Blogger Madina", "count": 300}


def test_a_word_that_is_taken_already_is_not_made_again(cast, monkeypatch):
    factories.promo_code(code="aaaaaaaa")
    words = iter(["AAAAAAAA", "AAAAAAAA", "CCCCCCCC", "AAAAAAAA", "DDDDDDDD", "DDDDDDDD"])
    monkeypatch.setattr("catalog.services.promo_batches.new_code", lambda _length: next(words))

    made = make_batch(cast.silk_manager, agency=cast.silk, batch=Batch("two", 2))

    assert [promo.code for promo in made] == ["CCCCCCCC", "DDDDDDDD"]


@pytest.mark.parametrize(
    ("batch", "field"),
    [
        (Batch("", 1), "name"),
        (Batch("x" * 61, 1), "name"),
        (Batch("spring", 0), "count"),
        (Batch("spring", 1001), "count"),
        (Batch("spring", 1, prefix="ВЕСНА"), "prefix"),
        (Batch("spring", 1, prefix="A" * 16), "prefix"),
        (Batch("spring", 1, length=7), "length"),
        (Batch("spring", 1, length=17), "length"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_at_its_field(cast, batch, field):
    assert fields_refused(make_batch, cast.silk_manager, agency=cast.silk, batch=batch) == {field}


def test_the_longest_prefix_and_code_fit(cast):
    batch = Batch("long", 1, prefix="A" * 15, length=16)

    (made,) = make_batch(cast.silk_manager, agency=cast.silk, batch=batch)

    assert len(made.code) == 32


def test_a_batch_has_a_name_of_its_own_in_the_agency(cast):
    make_batch(cast.silk_manager, agency=cast.silk, batch=Batch("spring", 1))

    assert make_batch(cast.nomad_manager, agency=cast.nomad, batch=Batch("spring", 1))
    again = fields_refused(
        make_batch, cast.silk_manager, agency=cast.silk, batch=Batch("spring", 1)
    )
    assert again == {"name"}


def test_a_whole_batch_is_stopped_at_once(cast):
    made = make_batch(cast.silk_manager, agency=cast.silk, batch=Batch("spring", 5))
    factories.promo_code(agency=cast.nomad, batch="spring")
    stop_promo_code(promo_code_id=made[0].pk, **who(cast.silk_manager))

    outcome = stop_promo_batch(agency_id=cast.silk.pk, name="spring", **who(cast.silk_owner))

    assert (outcome.now, outcome.before) == (4, 1)
    assert not PromoCode.objects.filter(agency=cast.silk, is_active=True).exists()
    assert PromoCode.objects.get(agency=cast.nomad).is_active
    assert {promo.history.count() for promo in made} == {2}


def test_a_batch_is_all_or_nothing(cast):
    bad = {"discount_percent": Decimal(500)}

    with pytest.raises(DiscountFaults):
        make_batch(cast.silk_manager, agency=cast.silk, batch=Batch("spring", 5), **bad)

    assert not PromoCode.objects.exists()
    assert not Promotion.objects.exists()
