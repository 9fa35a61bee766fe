"""Search everywhere: whoever types what was read out on the phone finds it, and only his own."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.admin.search.asked import Asked
from backoffice.admin.search.everywhere import find
from catalog.models import TourSession
from sales.models import Booking
from tests import factories
from tests.backoffice.pages import page_of

PALETTE = "admin:search"
NOTHING = "Nothing is found."
# Tables that grow with every booking; the others are an office's worth of rows.
GREAT = (
    "sales_booking",
    "sales_bookingtraveller",
    "partners_user",
    "finance_paymenttransaction",
    "finance_invoice",
    "finance_refund",
    "finance_referralpayoutrequest",
    "catalog_tour",
    "catalog_toursession",
    "catalog_promocode",
)


def typed(browser, words) -> str:
    return browser.get(reverse(PALETTE), {"s": words}).content.decode()


def found_page(browser, words):
    return browser.get(reverse("admin:find"), {"q": words})


def kinds(person, *words) -> set[str]:
    """What is found for any of the words, by the titles of its kinds."""
    request = RequestFactory().get("/")
    request.user = person
    return {
        str(found.title) for each in words for found in find(admin.site, request, Asked.of(each))
    }


def test_a_booking_is_found_by_all_that_is_read_out(cast, sign_in):
    booking = cast.paid()
    booking.travellers.update(first_name="Rayhona", last_name="Yoqubova")
    type(cast.traveller).objects.filter(pk=cast.traveller.pk).update(
        phone="+998901112233", username="dilnoza_k"
    )
    browser = sign_in(cast.silk_manager)

    ways = (booking.code[:4].lower(), "90 111-22", "dilnoza", "@Dilnoza_K", "yoqubova RAY")
    payme_id = booking.payments.get().payme_invoice_id
    found = {words: page_of(booking) in typed(browser, words) for words in (*ways, payme_id)}

    assert all(found.values()), found
    assert "paid" in typed(browser, booking.code)
    assert page_of(booking) not in typed(browser, "Dilnoza Nobody")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Karimova", "каримова"),
        ("Каримова", "Karimova"),
        ("Yoʻldoshev", "yo'ldoshev"),
        ("Йўлдошев", "Yo`ldoshev"),
        ("Gʻani", "Ғани"),
    ],
)
def test_a_name_is_found_in_the_other_alphabet(name, words, cast, sign_in):
    booking = cast.request()
    booking.travellers.update(last_name=name)
    browser = sign_in(cast.silk_manager)

    assert page_of(booking) in typed(browser, words)
    assert page_of(booking) not in typed(browser, f"{words}q")


def test_a_login_is_found_by_its_beginning_and_a_date_by_its_guide(cast, sign_in):
    type(cast.traveller).objects.filter(pk=cast.traveller.pk).update(login="kamila.tours")
    TourSession.objects.filter(pk=cast.silk_session.pk).update(guide="Otabek Rahimov")
    support, manager = sign_in(cast.support), sign_in(cast.silk_manager)

    assert page_of(cast.traveller) in typed(support, "Kamila")
    assert page_of(cast.traveller) not in typed(support, "tours")
    for words in ("otabek", "Отабек", "Rahimov Ota"):
        assert page_of(cast.silk_session) in typed(manager, words)
    assert page_of(cast.silk_session) not in typed(sign_in(cast.nomad_manager), "otabek")


def test_a_code_or_an_id_of_paymes_goes_straight_to_its_page(cast, sign_in):
    booking = cast.paid()
    payment = booking.payments.get()
    browser = sign_in(cast.silk_manager)

    assert found_page(browser, f" {booking.code.lower()} ").url == page_of(booking)
    assert found_page(browser, payment.payme_invoice_id).url == page_of(payment)
    assert found_page(browser, booking.code[:5]).status_code == 200


def test_another_agencys_booking_is_answered_as_junk_is(cast, sign_in):
    theirs = cast.paid(session=cast.nomad_session, by=cast.stranger)
    payme_id = theirs.payments.get().payme_invoice_id
    browser = sign_in(cast.silk_owner)

    for words, junk in ((theirs.code, "Q" * 8), (payme_id, "f" * 24)):
        answers = [found_page(browser, each) for each in (words, junk)]
        masked = [
            re.sub(r"nonce=\S+|name=\"csrf\S+ value=\S+", "", answer.content.decode())
            for answer in answers
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert NOTHING in masked[0]
        assert masked[0].replace(words, "") == masked[1].replace(junk, "")
        assert NOTHING in typed(browser, words)


def test_each_role_finds_what_its_lists_show(cast):
    payout = factories.payout(agency=cast.silk)
    cast.approved()
    words = cast.silk.name.split()[0], str(payout.pk), str(cast.traveller)

    assert {"People", "Bookings", "Agencies"} <= kinds(cast.support, *words)
    assert "Payouts" in kinds(cast.accountant, *words)
    assert kinds(cast.silk_manager, *words) == {"Bookings", "Agencies"}
    assert "Payouts" in kinds(cast.silk_owner, *words)
    assert kinds(cast.nomad_owner, *words) == set()


def test_what_was_found_a_moment_ago_is_not_kept(cast, sign_in):
    booking = cast.request()
    browser = sign_in(cast.silk_manager)
    assert f">{booking.get_status_display()}<" in typed(browser, booking.code)

    approved = cast.approve(booking)
    assert f">{approved.get_status_display()}<" in typed(browser, booking.code)

    cast.silk_manager.memberships.update(is_active=False)
    assert page_of(booking) not in typed(browser, booking.code)


def test_one_or_two_letters_look_for_nothing_but_pages(cast, sign_in):
    cast.request()
    browser = sign_in(cast.silk_manager)
    browser.get(reverse(PALETTE), {"s": "x"})
    with CaptureQueriesContext(connection) as seen:
        answer = typed(browser, "Di")

    assert "Type three letters or more." in typed(browser, "qz")
    assert not [query for query in seen if "sales_booking" in query["sql"]]
    assert answer


def test_pages_and_acts_are_found_by_their_names_in_ones_language(cast, sign_in):
    new_tour, payouts = reverse("admin:catalog_tour_add"), "/admin/finance/payout/"

    assert new_tour in typed(sign_in(cast.silk_manager), "new tour")
    assert new_tour not in typed(sign_in(cast.accountant), "new tour")
    assert payouts in typed(sign_in(cast.accountant), "payou")
    assert payouts not in typed(sign_in(cast.silk_manager), "payou")
    russian = sign_in(cast.accountant)
    answer = russian.get(reverse(PALETTE), {"s": "выплаты"}, headers={"Accept-Language": "ru"})
    assert payouts in answer.content.decode()


@pytest.mark.parametrize(
    "words",
    [
        "AAAA",
        "Dilnoza Karimova",
        "Йўлдошев O'ktam",
        "9012345",
        "@dilnoza",
        "f" * 24,
        "24.10.2027",
        "1234",
        "%_'",
    ],
)
def test_every_kind_is_asked_of_an_index(words, cast):
    with CaptureQueriesContext(connection) as seen:
        kinds(cast.admin, words)

    assert words == "%_'" or len(seen) >= 4
    assert [scan for query in seen for scan in scans(query["sql"])] == []


@pytest.mark.parametrize("order", [[], ["pk"], ["-pk"]])
def test_a_search_without_an_index_would_show(order, cast):
    without = str(Booking.objects.filter(cancel_note="'x'").order_by(*order).query)

    assert scans(without) == ["sales_booking"]


def scans(sql: str) -> list[str]:
    """The great tables that the query may read whole, in a row or along an index it only sorts by.

    Every way but a bitmap, which needs a condition, is made dear: where one is taken, none fits.
    """
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    whole = r"(?:Seq Scan|Index (?:Only )?Scan (?:Backward )?using \S+) on "
    return [table for table in GREAT if re.search(whole + rf"{table}\b", plan)]
