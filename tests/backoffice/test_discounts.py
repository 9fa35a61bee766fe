"""Promotions and promo codes at their pages: forms, figures, batches."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import PromoCode, Promotion
from core.models import EventLog
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said
from tests.backoffice.test_forms import discount_form, form_of


def own_code(cast, **fields):
    return factories.promo_code(**{"agency": cast.silk, "funded_by": "agency"} | fields)


def test_an_agency_wide_promotion_is_made_in_the_form(cast, sign_in):
    form = discount_form(title="Navruz")
    del form["code"]

    response = sign_in(cast.silk_manager).post(add_page(Promotion), form)

    promotion = Promotion.objects.get()
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert (promotion.agency, promotion.tour, promotion.session) == (cast.silk, None, None)
    assert [e.action for e in EventLog.objects.all()] == ["promotion.added"]


def test_what_the_act_would_refuse_is_said_at_the_field(cast, sign_in):
    form = discount_form(code="СПРИНГ", discount_percent="120", valid_to_0="2027-02-01")

    response = sign_in(cast.silk_manager).post(add_page(PromoCode), form)

    errors = response.context["adminform"].form.errors
    assert set(errors) == {"code", "discount_percent", "valid_to"}
    assert not PromoCode.objects.exists()


def test_the_platform_makes_a_code_of_no_agency(cast, sign_in):
    browser = sign_in(cast.admin)

    refused = browser.post(add_page(PromoCode), discount_form(funded_by="agency"))
    made = browser.post(add_page(PromoCode), discount_form(funded_by="platform"))

    assert set(refused.context["adminform"].form.errors) == {"funded_by"}
    assert made.status_code == 302
    assert PromoCode.objects.get().agency is None


def test_a_change_in_the_form_is_the_acts_and_the_word_stays(cast, sign_in):
    promo = own_code(cast, code="SPRING", usage_limit=5)
    browser = sign_in(cast.silk_manager)
    form = form_of(browser.get(page_of(promo)))

    browser.post(page_of(promo), form | {"usage_limit": "7", "code": "OTHER"})
    browser.post(page_of(promo), form | {"usage_limit": "7"})

    promo.refresh_from_db()
    assert (promo.code, promo.usage_limit) == ("SPRING", 7)
    (event,) = EventLog.objects.filter(action__startswith="promo_code.")
    assert (event.action, event.details["before"]) == ("promo_code.changed", {"usage_limit": "5"})


def test_a_discount_is_stopped_and_resumed_by_its_buttons(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    for row in (own_code(cast), factories.promotion(tour=cast.silk_tour)):
        page = browser.get(page_of(row)).content.decode()
        assert action_on(row, "stop") in page
        assert action_on(row, "resume") not in page

        browser.post(action_on(row, "stop"), SUBMIT)
        row.refresh_from_db()
        assert not row.is_active
        browser.post(action_on(row, "resume"), SUBMIT)
        row.refresh_from_db()
        assert row.is_active


def test_what_the_platform_pays_for_an_agency_only_reads(cast, sign_in):
    gift = factories.promo_code(agency=cast.silk)
    browser = sign_in(cast.silk_owner)

    page = browser.get(page_of(gift)).content.decode()
    stopped = browser.post(action_on(gift, "stop"), SUBMIT)

    gift.refresh_from_db()
    assert action_on(gift, "stop") not in page
    assert 'name="_save"' not in page
    assert 'name="_save"' in browser.get(page_of(own_code(cast))).content.decode()
    assert stopped.status_code == 403
    assert gift.is_active


def test_another_agencys_discounts_are_not_found(cast, sign_in):
    browser = sign_in(cast.silk_owner)
    rows = [
        factories.promo_code(agency=cast.nomad, batch="b"),
        factories.promotion(tour=cast.nomad_tour),
    ]

    for row in rows:
        for act in ("stop", "resume"):
            assert browser.post(action_on(row, act), SUBMIT).status_code == 404
    stop = f"{list_of(PromoCode)}stop-batch/?batch={cast.nomad.pk}:b"
    assert browser.post(stop).status_code == 404
    assert PromoCode.objects.get().is_active


# --- figures


def test_the_page_of_a_code_shows_what_it_is_used_for(cast, sign_in):
    promo = own_code(cast, code="SPRING")
    booking = cast.paid(promo_code="SPRING")
    cast.request(by=cast.stranger, promo_code="SPRING")

    response = sign_in(cast.silk_manager).get(page_of(promo))

    use = response.context["use"]
    assert (use.held, use.paid, use.given, use.revenue) == (1, 1, 100_000, 900_000)
    assert booking in response.context["last_uses"]
    assert page_of(booking) in response.content.decode()


def test_lists_of_discounts_count_their_uses_in_one_query_more(cast, sign_in):
    code = own_code(cast, code="SPRING", usage_limit=5)
    promotion = factories.promotion(session=cast.silk_session)
    cast.paid(promo_code="SPRING")
    browser = sign_in(cast.silk_manager)

    codes = browser.get(list_of(PromoCode)).content.decode()
    (row,) = browser.get(list_of(Promotion)).context["cl"].result_list

    PromoCode.objects.filter(pk=code.pk).update(usage_limit=1)
    assert "1 / 5" in codes
    assert "used up" not in codes
    assert "used up" in browser.get(list_of(PromoCode)).content.decode()
    assert (row.pk, row.used, row.given, row.revenue) == (promotion.pk, 1, 100_000, 810_000)


def test_a_filtered_batch_is_summed_up_in_as_many_queries_for_three_as_for_one(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    own_code(cast, batch="spring")
    address = f"{list_of(PromoCode)}?batch={cast.silk.pk}:spring"
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    own_code(cast, batch="spring"), own_code(cast, batch="spring")
    with CaptureQueriesContext(connection) as three:
        page = browser.get(address)

    assert len(one) == len(three)
    assert page.context["batch_use"].codes == 3


# --- the example


@pytest.mark.parametrize(
    ("model", "amounts"),
    [
        # 2 000 000: 10 % promotion of the tour, then 20 % code.
        (PromoCode, [2_000_000, -200_000, -360_000, 1_440_000]),
        # 20 % beats the running 10 %, then a code of 10 % for example.
        (Promotion, [2_000_000, -400_000, -160_000, 1_440_000]),
    ],
)
def test_the_example_is_reckoned_as_a_booking_would_be(cast, sign_in, model, amounts):
    factories.promotion(tour=cast.silk_tour)
    typed = {"tour": cast.silk_tour.pk, "discount_percent": "20"}

    response = sign_in(cast.silk_manager).get(f"{list_of(model)}example/", typed)

    example = response.context["example"]
    assert [line.amount for line in example.lines] == amounts
    assert example.remark == ""


def test_the_example_says_when_another_promotion_wins(cast, sign_in):
    factories.promotion(tour=cast.silk_tour, title="Navruz")
    typed = {"session": cast.silk_session.pk, "discount_amount": "50000"}

    response = sign_in(cast.silk_manager).get(f"{list_of(Promotion)}example/", typed)

    assert response.context["example"].lines[1].amount == Decimal(-200_000)
    assert "Navruz" in response.context["example"].remark


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"discount_percent": "x"},
        {"discount_percent": "NaN"},
        {"discount_percent": "10", "discount_amount": "5"},
        {"discount_percent": "10", "session": "999999999"},
        {"discount_percent": "10", "tour": "-1"},
    ],
)
def test_an_example_of_nonsense_is_an_empty_one(cast, sign_in, typed):
    response = sign_in(cast.nomad_manager).get(f"{list_of(Promotion)}example/", typed)

    assert response.status_code == 200
    example = response.context["example"]
    assert example is None or example.session == cast.nomad_session


def test_an_example_is_never_of_another_agencys_date(cast, sign_in):
    typed = {"discount_percent": "10", "session": cast.nomad_session.pk}

    response = sign_in(cast.silk_manager).get(f"{list_of(Promotion)}example/", typed)

    assert response.context["example"] is None


# --- batches


def batch_form(**rest):
    form = discount_form(name="Blogger", count="20", prefix="blog", length="8")
    del form["code"]
    return form | rest


def test_a_batch_is_shown_before_it_is_made(cast, sign_in):
    browser, address = sign_in(cast.silk_manager), f"{list_of(PromoCode)}batch/"

    shown = browser.post(address, batch_form(show=""))
    none_yet = PromoCode.objects.count()
    made = browser.post(address, batch_form(make=""))

    samples = shown.context["samples"]
    assert len(samples) == 5
    assert all(re.fullmatch(r"BLOG-\w{8}", word) for word in samples)
    assert none_yet == 0
    assert PromoCode.objects.filter(batch="Blogger", agency=cast.silk).count() == 20
    assert len(browser.get(made.url).context["cl"].result_list) == 20


def test_a_batch_that_cannot_be_says_so_at_its_fields(cast, sign_in):
    own_code(cast, batch="Blogger")
    browser, address = sign_in(cast.silk_manager), f"{list_of(PromoCode)}batch/"

    taken = browser.post(address, batch_form(make=""))
    wrong = browser.post(address, batch_form(make="", count="5000", discount_percent="0"))

    assert set(taken.context["form"].errors) == {"name"}
    assert set(wrong.context["form"].errors) == {"count", "discount_percent"}
    assert PromoCode.objects.count() == 1


def test_a_batch_is_stopped_with_an_outcome(cast, sign_in):
    own_code(cast, batch="b"), own_code(cast, batch="b"), own_code(cast, batch="b", is_active=False)
    browser = sign_in(cast.silk_manager)
    address = f"{list_of(PromoCode)}stop-batch/?batch={cast.silk.pk}:b"

    asked = browser.get(address)
    running = PromoCode.objects.filter(is_active=True).count()
    answer = browser.post(address)

    assert (asked.status_code, running) == (200, 2)
    assert said(answer) == ["Stopped: 2. Had been stopped before: 1."]
    assert not PromoCode.objects.filter(is_active=True).exists()


@pytest.mark.parametrize("name", ["accountant", "support"])
def test_who_only_reads_makes_no_batch_and_stops_none(cast, sign_in, name):
    own_code(cast, batch="b")
    browser = sign_in(cast.people[name])

    assert browser.post(f"{list_of(PromoCode)}batch/", batch_form(make="")).status_code == 403
    stop = f"{list_of(PromoCode)}stop-batch/?batch={cast.silk.pk}:b"
    assert browser.post(stop).status_code == 403
    assert browser.get(list_of(PromoCode), {"batch": f"{cast.silk.pk}:b"}).status_code == 200


@pytest.mark.parametrize("key", ["x", "1", ":", "1:", "99:nothing", "-1:a"])
def test_a_batch_nobody_made_is_an_empty_list(cast, sign_in, key):
    own_code(cast, batch="b")

    page = sign_in(cast.silk_manager).get(list_of(PromoCode), {"batch": key})

    assert page.status_code == 200
    assert not page.context["cl"].result_list
