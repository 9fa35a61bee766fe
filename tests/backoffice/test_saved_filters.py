"""Views of lists that somebody keeps under a name; and the trail above every page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.admin.saved_filters import cleaned
from core.actor import Source
from core.models import SavedFilter
from core.refusals import NotFound
from core.services import saved_filters as acts
from core.services.saved_filters import remove_filter, save_filter
from sales.models import Booking
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, list_of, page_of, said
from tests.factories import NOW

SAVE = "admin:core_savedfilter_save"
PAID = "status__exact=paid"


def save(browser, **fields):
    wish = {"list": "sales.booking", "query": PAID, "name": "Paid"}
    return browser.post(reverse(SAVE), wish | fields)


def kept(person) -> list[tuple[str, str]]:
    return list(SavedFilter.objects.for_user(person).values_list("name", "query"))


def chips(page) -> list[tuple[str, bool]]:
    """The views above a list, and whether each is the one on the screen."""
    html = page.content.decode()
    views = html.split('<div class="c-views">')[1].split('<div class="flex')[0]
    parts = views.split('<span class="c-chip')[1:]
    return [
        (part.split("</a>")[0].rpartition(">")[2], part.startswith(" c-chip-on")) for part in parts
    ]


def test_a_view_is_saved_shown_marked_and_removed(cast, sign_in):
    browser, bookings = sign_in(cast.silk_manager), list_of(Booking)
    assert "Save this view" not in browser.get(bookings).content.decode()
    assert "Save this view" in browser.get(f"{bookings}?{PAID}").content.decode()

    answer = save(browser, query=f"p=3&q=&{PAID}&e=1", name="  Paid   ones ")

    assert answer.url == f"{bookings}?{PAID}"
    assert said(answer) == ["The view “Paid ones” is saved."]
    assert kept(cast.silk_manager) == [("Paid ones", PAID)]
    assert chips(browser.get(bookings)) == [("Paid ones", False)]
    assert chips(browser.get(f"{bookings}?{PAID}&p=1")) == [("Paid ones", True)]
    assert "Save this view" not in browser.get(f"{bookings}?{PAID}").content.decode()
    view = SavedFilter.objects.get()
    browser.get(action_on(view, "remove"))
    assert SavedFilter.objects.exists()  # looking at the question removes nothing
    browser.post(action_on(view, "remove"), SUBMIT)
    assert not SavedFilter.objects.exists()


def test_a_name_that_is_taken_is_asked_about_before_it_is_replaced(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    save(browser)

    asked = save(browser, query="status__exact=expired")
    assert "You have a view “Paid” of this list already." in asked.content.decode()
    assert kept(cast.silk_manager) == [("Paid", PAID)]

    save(browser, query="status__exact=expired", replace="1")
    assert kept(cast.silk_manager) == [("Paid", "status__exact=expired")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"query": "nonsense=1"}, "This list does not know such filters."),
        ({"query": "user__password__startswith=a"}, "This list does not know such filters."),
        ({"query": "q=" + "x" * 1100}, "There are too many filters in this view to save it."),
        (
            {"query": "p=2"},
            "Search, filter or sort the list first; then there is something to save.",
        ),
        ({"name": "  "}, "What should this view be called?"),
    ],
)
def test_what_the_list_would_not_take_is_not_saved(fields, words, cast, sign_in):
    answer = save(sign_in(cast.silk_manager), **fields)

    assert answer.status_code == 302
    assert said(answer) == [words]
    assert kept(cast.silk_manager) == []


def test_only_of_lists_that_the_role_may_open(cast, sign_in):
    browser = sign_in(cast.silk_manager)

    assert save(browser, list="finance.payout", query="q=1").status_code == 403
    assert save(browser, list="nothing.atall").status_code == 404
    assert save(browser, list="nothing").status_code == 404
    assert browser.get(reverse(SAVE)).status_code == 405


def test_everybody_has_his_own(cast, sign_in):
    hers = factories.saved_filter(owner=cast.silk_manager, name="Hers")
    owner = sign_in(cast.silk_owner)

    assert "Hers" not in owner.get(list_of(Booking)).content.decode()
    assert "Hers" not in sign_in(cast.admin).get(list_of(SavedFilter)).content.decode()
    assert owner.post(action_on(hers, "remove"), SUBMIT).status_code == 404
    with pytest.raises(NotFound):
        remove_filter(filter_id=hers.pk, by=cast.silk_owner.actor(Source.ADMIN), at=NOW)
    assert kept(cast.silk_manager) == [("Hers", PAID)]


def test_a_list_keeps_few_views_and_asks_for_them_once(cast, sign_in):
    by = cast.silk_manager.actor(Source.ADMIN)
    browser = sign_in(cast.silk_manager)
    wish = {"model": "sales.booking", "by": by, "at": NOW}
    with CaptureQueriesContext(connection) as without:
        browser.get(list_of(Booking))
    for number in range(acts.MOST_OF_A_LIST):
        save_filter(name=f"View {number}", query=PAID, **wish)

    with pytest.raises(acts.TooManyViews):
        save_filter(name="One more", query=PAID, **wish)
    save_filter(name="View 3", query="q=a", replace=True, **wish)
    save_filter(name="One more", query=PAID, **wish | {"model": "catalog.tour"})
    with CaptureQueriesContext(connection) as with_many:
        browser.get(list_of(Booking))
    assert len(with_many) == len(without)
    assert sum("core_savedfilter" in query["sql"] for query in with_many) == 1


def test_the_order_of_filters_makes_no_other_view():
    assert cleaned("status__exact=paid&q=a b") == cleaned(
        "?q=a+b&status__exact=paid&p=4".lstrip("?")
    )


# --- the trail


def crumbs(page) -> list[str]:
    return [crumb.title for crumb in page.wsgi_request.trail]


def test_every_page_says_where_it_is_and_leads_back(cast, sign_in):
    booking, session = cast.paid(), cast.silk_session
    browser = sign_in(cast.silk_owner)
    passengers = reverse("admin:catalog_toursession_passengers", args=[session.pk])
    pages = {
        list_of(Booking): ["Sales", "Bookings"],
        page_of(booking): ["Sales", "Bookings", booking.code],
        action_on(booking, "money"): ["Sales", "Bookings", booking.code],
        passengers: ["Tours", "Dates", str(session), "Passengers"],
        reverse("admin:catalog_toursession_calendar"): ["Tours", "Dates"],
        reverse("admin:catalog_tour_add"): ["Tours", "Add tour"],
    }
    found = {url: crumbs(browser.get(url)) for url in pages}

    assert {url: each[: len(pages[url])] for url, each in found.items()} == pages
    page = browser.get(passengers).content.decode()
    assert f'class="c-trail-back" href="{page_of(session)}"' in page
    assert f"<title> Passengers | {session} | Dates | Circle</title>" in " ".join(page.split())
    kept_filters = f"{page_of(booking)}?_changelist_filters=status__exact%3Dpaid"
    back = f'href="{list_of(Booking)}?{PAID}"'
    assert back in browser.get(kept_filters).content.decode()
