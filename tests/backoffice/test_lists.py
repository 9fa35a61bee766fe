"""Every model has its pages; lists cost the same with one row and with three, and of a great
table nothing is counted or sorted but what an index gives."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.admin.paging import kept_orders
from core.models import Job, JobSchedule, SavedFilter
from finance.models import AccountingTransaction
from sales.models import Booking, BookingRequest
from tests.architecture.test_models import all_models
from tests.backoffice.pages import list_of, page_of
from tests.factories import FACTORIES


def test_every_model_is_in_the_admin():
    missing = [model for model in [*all_models(), BookingRequest] if not is_registered(model)]

    assert missing == []


# Rows that are shown to nobody but their person.
OWN_ROWS = {Job: "requested_by", JobSchedule: "owner", SavedFilter: "owner"}


def make(model, person):
    """A row that ``person`` sees in his list."""
    return FACTORIES[model](**({OWN_ROWS[model]: person} if model in OWN_ROWS else {}))


def is_registered(model) -> bool:
    return admin.site.is_registered(model)


@pytest.mark.parametrize("model", FACTORIES, ids=lambda m: m._meta.label)
def test_a_list_costs_the_same_with_one_row_and_with_three(model, cast, sign_in):
    browser = sign_in(cast.admin)
    make(model, cast.admin)
    with CaptureQueriesContext(connection) as one:
        first = browser.get(list_of(model))
    make(model, cast.admin), make(model, cast.admin)
    with CaptureQueriesContext(connection) as three:
        browser.get(list_of(model))

    assert first.status_code == 200
    assert len(three) == len(one), [query["sql"] for query in three]
    assert len(one) <= 24
    assert counted_to_the_end(three) == []


def counted_to_the_end(queries) -> list[str]:
    """Counts of all rows of a great table, however many they are."""
    great = [model for model in FACTORIES if admin.site.get_model_admin(model).is_great]
    tables = [f'"{model._meta.db_table}"' for model in great]
    counts = [q["sql"] for q in queries if q["sql"].startswith("SELECT COUNT(")]
    of_great = [sql for sql in counts if any(table in sql for table in tables)]
    return [sql for sql in of_great if not re.search(r" LIMIT \d+\) subquery$", sql)]


@pytest.mark.parametrize("way", ["", "-"])
def test_a_heading_sorts_and_breaks_ties_the_same_way_round(way, cast, sign_in):
    rows = [cast.request(by=each) for each in (cast.traveller, cast.second_traveller)]
    assert rows[0].final_price == rows[1].final_price
    browser = sign_in(cast.admin)
    shown = browser.get(list_of(Booking)).context["cl"].list_display

    with CaptureQueriesContext(connection) as seen:
        page = browser.get(list_of(Booking), {"o": f"{way}{shown.index('price')}"})

    found = [row.pk for row in page.context["cl"].result_list]
    assert found == sorted([row.pk for row in rows], reverse=way == "-")
    side = "DESC" if way else "ASC"
    # The key is the first of what is selected.
    order = f'ORDER BY "sales_booking"."final_price" {side}, 1 {side}'
    assert any(order in query["sql"] for query in seen)


def test_an_address_cannot_sort_by_what_no_index_keeps(cast, sign_in):
    browser = sign_in(cast.admin)
    shown = browser.get(list_of(Booking)).context["cl"].list_display

    with CaptureQueriesContext(connection) as seen:
        browser.get(list_of(Booking), {"o": str(shown.index("state"))})

    assert not [q for q in seen if 'ORDER BY "sales_booking"."status"' in q["sql"]]
    assert kept_orders(Booking) == {"id", "code", "created_at", "final_price"}
    assert kept_orders(AccountingTransaction) == {"id", "posted_at"}


@pytest.mark.parametrize("model", FACTORIES, ids=lambda m: m._meta.label)
def test_every_page_opens_for_the_platform_admin(model, cast, sign_in):
    row = make(model, cast.admin)

    response = sign_in(cast.admin).get(page_of(row))

    assert response.status_code == 200


def test_the_approvals_list_costs_the_same_with_one_and_with_three(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    cast.request()
    with CaptureQueriesContext(connection) as one:
        browser.get(list_of(BookingRequest))
    cast.request(by=cast.second_traveller)
    cast.request(by=cast.stranger)
    with CaptureQueriesContext(connection) as three:
        browser.get(list_of(BookingRequest))

    assert len(three) == len(one)


@pytest.mark.parametrize("words", ["code", "name", "phone", "payme"])
def test_a_booking_is_found_by_what_is_read_out(words, cast, sign_in):
    booking = cast.paid()
    cast.paid(by=cast.second_traveller)
    cast.traveller.phone = "+998901112233"
    cast.traveller.save(update_fields=["phone"])
    query = {
        "code": booking.code.lower(),
        "name": "dilnoza karim",
        "phone": "90 111-22",
        "payme": booking.payments.get().payme_invoice_id,
    }[words]

    page = sign_in(cast.silk_manager).get(list_of(type(booking)), {"q": query})

    assert [row.pk for row in page.context["cl"].result_list] == [booking.pk]


def test_secrets_cannot_be_guessed_through_filters(cast, sign_in):
    browser = sign_in(cast.admin)

    asked = browser.get(list_of(type(cast.admin)), {"password__startswith": "md5"})

    assert asked.status_code == 400
