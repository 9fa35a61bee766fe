"""What belongs to another agency does not exist."""

import json

import pytest
from django.contrib import admin
from django.urls import reverse

from catalog.models import Promotion, Tour, TourSession
from partners.roles import allowed
from sales.models import Booking, BookingRequest
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, chosen, history_of, list_of, page_of


@pytest.fixture
def theirs(cast):
    """A row of Nomad's in every table that agencies see."""
    booking = cast.paid(session=cast.nomad_session)
    payment = booking.payments.get()
    return [
        cast.nomad,
        cast.nomad_manager.memberships.get(),
        cast.nomad_tour,
        cast.nomad_session,
        factories.tour_photo(tour=cast.nomad_tour),
        factories.tour_chat(session=cast.nomad_session),
        factories.promotion(tour=cast.nomad_tour),
        factories.promo_code(agency=cast.nomad),
        booking,
        factories.booking_traveller(booking=booking),
        factories.booking_comment(booking=booking),
        factories.trip_proposal(agency=cast.nomad),
        payment,
        factories.refund(payment=payment),
        factories.payout(agency=cast.nomad),
        booking.journals.first(),
        booking.journals.first().entries.first(),
        cast.nomad.accounts.first(),
        factories.media(agency=cast.nomad),
        factories.notification(agency=cast.nomad),
        factories.event(agency_id=cast.nomad.pk),
    ]


def test_another_agencys_pages_and_histories_are_not_found(cast, sign_in, theirs):
    browser = sign_in(cast.silk_owner)

    found = [
        (row._meta.label, address)
        for row in theirs
        for address in (page_of(row), history_of(row))
        if browser.get(address).status_code != 404
    ]

    assert found == []


def test_the_platform_finds_them_all(cast, sign_in, theirs):
    browser = sign_in(cast.admin)

    lost = [row._meta.label for row in theirs if browser.get(page_of(row)).status_code != 200]

    assert lost == []


def test_another_agencys_rows_are_in_no_list(cast, sign_in, theirs):
    browser = sign_in(cast.silk_owner)

    seen = []
    for row in theirs:
        rows = browser.get(list_of(type(row))).context["cl"].queryset
        if rows.filter(pk=row.pk).exists():
            seen.append(row._meta.label)

    assert seen == []


def test_actions_on_another_agencys_rows_are_not_found(cast, sign_in):
    booking = cast.request(session=cast.nomad_session)
    browser = sign_in(cast.silk_owner)
    addresses = [
        *(action_on(booking, each) for each in ("approve", "reject", "cancel", "comment")),
        *(action_on(booking, each, BookingRequest) for each in ("approve", "reject")),
        *(action_on(cast.nomad_tour, each) for each in ("publish", "archive")),
        *(action_on(cast.nomad_session, each) for each in ("close", "reopen")),
    ]

    answers = {
        (address, method): getattr(browser, method)(address, SUBMIT).status_code
        for address in addresses
        for method in ("get", "post")
    }

    assert set(answers.values()) == {404}
    booking.refresh_from_db()
    assert booking.status == "requested"


def test_a_bulk_decision_passes_over_another_agencys_request(cast, sign_in):
    booking = cast.request(session=cast.nomad_session)

    sign_in(cast.silk_owner).post(list_of(BookingRequest), chosen("approve_selected", booking))

    booking.refresh_from_db()
    assert booking.status == "requested"


def test_pickers_offer_ones_own_rows_only(cast, sign_in):
    browser = sign_in(cast.silk_owner)
    found = {}
    for model, field in ((TourSession, "tour"), (Promotion, "tour"), (Promotion, "session")):
        query = {"app_label": "catalog", "model_name": model._meta.model_name, "field_name": field}
        answer = browser.get(reverse("admin:autocomplete"), query)
        names = {row["text"] for row in json.loads(answer.content)["results"]}
        found[model.__name__, field] = names

    assert found == {
        ("TourSession", "tour"): {"Chimgan"},
        ("Promotion", "tour"): {"Chimgan"},
        ("Promotion", "session"): {"Chimgan · 01.06.2027"},
    }


def test_a_form_refuses_another_agencys_row_that_was_typed_in(cast, sign_in):
    form = {
        "tour": cast.nomad_tour.pk,
        "date_start": "2027-07-01",
        "date_end": "2027-07-02",
        "price": "100",
        "capacity": "10",
        "min_group_size": "1",
        "sales_close_at_0": "",
        "sales_close_at_1": "",
    }

    response = sign_in(cast.silk_owner).post(add_page(TourSession), form)

    assert "tour" in response.context["adminform"].form.errors
    assert cast.nomad_tour.sessions.count() == 1


def test_filters_do_not_name_other_agencies(cast, sign_in):
    cast.request()
    browser = sign_in(cast.silk_owner)

    for model in (Booking, BookingRequest, TourSession, Tour):
        page = browser.get(list_of(model)).content.decode()
        assert "Nomad" not in page, model
        assert "Khiva" not in page, model


def test_the_list_of_agencies_is_a_filter_for_the_platform(cast, sign_in):
    page = sign_in(cast.admin).get(list_of(Booking)).content.decode()

    assert "Nomad Tours" in page


def test_nobody_without_a_role_gets_a_page(cast, sign_in):
    """403 exactly where the table of roles says so."""
    wrong = []
    for name in ("silk_manager", "silk_owner", "accountant", "support", "admin"):
        person = cast.people[name]
        browser = sign_in(person)
        for model in admin.site._registry:
            label = model._meta.label_lower
            expected = 200 if allowed(person.role, label, "view") else 403
            got = browser.get(list_of(model)).status_code
            if got != expected:
                wrong.append((name, label, got))

    assert wrong == []


def test_a_traveller_is_shown_the_door(cast, sign_in):
    response = sign_in(cast.traveller).get(reverse("admin:index"))

    assert response.status_code == 302
    assert "/login/" in response.url
