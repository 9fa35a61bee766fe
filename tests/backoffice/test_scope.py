"""What belongs to another agency does not exist."""

import json

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.admin.base import BaseAdmin
from catalog.models import Promotion, TourSession
from finance.models import ReferralPayoutRequest
from notifications.models import Notification
from partners.models import TravelAgency, User
from sales.models import Booking
from tests.backoffice.pages import add_page, list_of


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


def test_the_list_of_agencies_is_a_filter_for_the_platform(cast, sign_in):
    page = sign_in(cast.admin).get(list_of(Booking)).content.decode()

    assert "Nomad Tours" in page


# --- what a list may be asked


# What lists would tell letter by letter: who asks, of which list, how.
HIDDEN = {
    "the seed of a second factor": ("support", TOTPDevice, "key__startswith"),
    "one of its digits": ("support", TOTPDevice, "key__regex"),
    "an account at a bank": ("silk_manager", TravelAgency, "bank_account__startswith"),
    "just that account": ("silk_manager", TravelAgency, "bank_account"),
    "a tax id": ("support", TravelAgency, "tax_id__startswith"),
    "what was typed at a failed sign-in": ("support", AccessAttempt, "post_data__contains"),
    "what is in a message": ("support", Notification, "payload__booking"),
    "a card": ("accountant", ReferralPayoutRequest, "card_mark__startswith"),
    "a password": ("support", User, "password__startswith"),
    "a password by way of a booking": ("support", Booking, "user__password__startswith"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_list_answers_no_questions_about_what_it_does_not_show(name, cast, sign_in):
    reader, model, lookup = HIDDEN[name]

    response = sign_in(getattr(cast, reader)).get(list_of(model), {lookup: "1"})

    assert response.status_code == 400


def test_it_is_asked_by_its_filters_and_its_links_and_nothing_else(cast):
    request = RequestFactory().get("/")
    request.user = cast.admin
    answered = []
    for page in admin.site._registry.values():
        if not isinstance(page, BaseAdmin):
            continue  # the platform's settings: no rows
        filters = page.get_list_filter(request)
        named = (each[0] if isinstance(each, tuple) else each for each in filters)
        offered = {getattr(each, "parameter_name", each) for each in named} | {
            page.agency_filter,
            *page.linked,
        }
        for field in page.model._meta.concrete_fields:
            for way in ("", "__exact", "__startswith", "__regex", "__contains", "__year__gte"):
                allowed = page.lookup_allowed(f"{field.name}{way}", "1", request)
                known = field.name in offered and way in ("", "__exact")
                if allowed and not known and f"{field.name}{way}" not in offered:
                    answered.append(f"{page.model.__name__}.{field.name}{way}")

    assert not answered, answered


@pytest.mark.parametrize(("who", "is_found"), [("support", False), ("accountant", True)])
def test_a_tax_id_finds_an_agency_for_whom_it_is_shown(who, is_found, cast, sign_in):
    type(cast.silk).objects.filter(pk=cast.silk.pk).update(tax_id="305123456")

    page = sign_in(getattr(cast, who)).get(list_of(TravelAgency), {"q": "305123"})

    assert (cast.silk in page.context["cl"].result_list) is is_found
