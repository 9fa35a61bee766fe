"""What belongs to another agency does not exist."""

import json

from django.urls import reverse

from catalog.models import Promotion, TourSession
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
