"""The first pages, and the sidebar beside them: what waits, each figure with its list."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.admin.badges import badges
from backoffice.admin.counting import MOST, count_rows
from catalog.models import Tour, TourSession
from core.actor import Source
from core.queries.events import last_of
from core.services.events import record
from notifications.queries.operations import STUCK_AFTER
from partners.models import User
from sales.models import Booking, BookingComment, BookingRequest
from sales.queries.comments import unanswered
from sales.queries.readiness import unready
from sales.queries.takings import paid_by_week
from sales.services.comment import add_comment
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, list_of, said
from tests.factories import NOW

HOME = reverse("admin:index")
TODAY = date(2027, 3, 1)
TOMORROW = {"date_start": date(2027, 3, 2), "date_end": date(2027, 3, 3)}
SHOWN = re.compile(r'href="(/admin/[^"#]*)')

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(cast):
    """Something of everything that can wait for an agency, twice what it has by itself."""
    soon = factories.session(tour=cast.silk_tour, guide="Rustam", min_group_size=5, **TOMORROW)
    paid = cast.paid()
    cast.paid(session=soon, by=cast.blogger)
    cast.request(session=soon, seats=2, by=cast.second_traveller)
    cast.approved(by=cast.stranger)
    comment(paid, cast.traveller)
    factories.notification(agency=cast.silk, state="failed", booking=paid)
    factories.tour_chat(session=cast.silk_session, status="lost")
    factories.payment_details_change(agency=cast.silk, created_by=cast.accountant)
    factories.tour(agency=cast.silk, status="draft")
    factories.tour(agency=cast.silk, status="published", published_at=NOW)
    return paid


def comment(booking, by, **fields):
    by = by.actor(Source.API)
    return add_comment(booking_id=booking.pk, text="When?", by=by, at=NOW, **fields)


def home_of(browser):
    return browser.get(HOME).context["home"]


def links_in(browser):
    """One of a kind of what the page leads to; acts begun there and the sidebar aside."""
    page = browser.get(HOME).content.decode()
    found = SHOWN.findall(page[page.index('class="c-home"') :].replace("&amp;", "&"))
    kinds = {re.sub(r"\?.*|\d+", "", url): url for url in found if "from=home" not in url}
    return list(kinds.values())


# --- every figure opens its list


# What owners and accountants see besides is opened below and in test_finance_home.
@pytest.mark.parametrize("name", ["silk_manager", "support", "admin"])
def test_everything_on_the_page_opens_for_who_sees_it(name, cast, busy, sign_in):
    browser = sign_in(cast.people[name])

    links = links_in(browser)

    assert len(links) >= 8
    assert {url: browser.get(url).status_code for url in links} == dict.fromkeys(links, 200)


def test_what_needs_attention_is_as_long_as_its_list(cast, busy, sign_in):
    browser = sign_in(cast.silk_owner)

    found = {figure.title: figure for figure in home_of(browser)["attention"]}

    counted = {title: int(figure.value) for title, figure in found.items()}
    listed = {
        title: len(browser.get(figure.url).context["cl"].result_list)
        for title, figure in found.items()
    }
    assert listed == counted
    assert len(found) == 8


def test_another_agency_sees_nothing_of_it(cast, busy, sign_in):
    home = home_of(sign_in(cast.nomad_owner))

    assert (home["attention"], home["requests"]) == ([], [])
    assert [figure.value for figure in home["figures"]] == ["0\xa0soʻm", "0\xa0soʻm", "0"]


@pytest.mark.parametrize("name", ["silk_owner", "admin"])
def test_a_page_costs_the_same_with_one_and_with_three_of_everything(name, cast, busy, sign_in):
    browser = sign_in(cast.people[name])
    browser.get(HOME)
    with CaptureQueriesContext(connection) as one:
        browser.get(HOME)
    for _more in range(2):
        cast.request(by=factories.user(), session=cast.silk_session)
        comment(cast.paid(by=factories.user()), cast.silk_owner)
        soon = factories.session(tour=cast.silk_tour, min_group_size=5, **TOMORROW)
        cast.paid(by=factories.user(), session=soon)
        factories.notification(agency=cast.silk, state="failed")
        factories.tour(agency=cast.silk, status="draft")
    with CaptureQueriesContext(connection) as three:
        browser.get(HOME)

    assert len(three) == len(one)


# --- decided where it stands


def test_a_request_is_approved_by_one_click_and_can_be_taken_back_there(cast, sign_in):
    booking = cast.request()
    browser = sign_in(cast.silk_manager)
    (row,) = home_of(browser)["requests"]

    answer = browser.post(row.approve_url, SUBMIT)
    home = home_of(browser)

    assert (answer.status_code, answer.url) == (302, HOME)
    assert said(answer) == [
        f"Request {booking.code} is approved; the traveller will be told to pay."
    ]
    assert home["requests"] == []
    (undo,) = home["undo"]
    assert browser.post(undo.url, SUBMIT).url == HOME
    booking.refresh_from_db()
    assert booking.status == "requested"


def test_it_is_rejected_there_with_a_reason(cast, sign_in):
    booking = cast.request()
    browser = sign_in(cast.silk_manager)
    (row,) = home_of(browser)["requests"]

    asked = browser.get(row.reject_url)
    browser.post(row.reject_url, SUBMIT)
    silent = Booking.objects.get(pk=booking.pk).status
    answer = browser.post(row.reject_url, SUBMIT | {"reason": "Full"})

    booking.refresh_from_db()
    assert "Reject this request?" in asked.content.decode()
    assert (silent, booking.status, answer.url) == ("requested", "rejected", HOME)


def test_a_click_that_comes_too_late_is_told_so_on_the_page(cast, sign_in):
    booking = cast.request()
    browser = sign_in(cast.silk_manager)
    (row,) = home_of(browser)["requests"]
    cast.approve(booking, by=cast.silk_owner)

    answer = browser.post(row.approve_url, SUBMIT)

    assert answer.url == HOME
    assert said(answer) == [f"{booking.code}: Booking {booking.code} is already approved."]


def test_nobody_else_decides(cast, sign_in):
    url = action_on(cast.request(), "approve", BookingRequest) + "?from=home"

    assert sign_in(cast.nomad_owner).post(url, SUBMIT).status_code == 404
    for name in ("support", "accountant"):
        browser = sign_in(cast.people[name])
        assert browser.post(url, SUBMIT).status_code == 403
        assert "from=home" not in browser.get(HOME).content.decode()


# --- this week, money, charts


def test_the_week_shows_what_is_asked_beside_what_is_taken(cast, busy, sign_in):
    (row,) = home_of(sign_in(cast.silk_manager))["week"]

    assert (row.asked.requests, row.asked.seats, row.lacks_guide) == (1, 2, False)


def test_an_owner_is_led_to_the_lines_and_a_manager_to_the_payments(cast, sign_in):
    cast.paid()

    owner, manager = (home_of(sign_in(each)) for each in (cast.silk_owner, cast.silk_manager))

    pending = owner["figures"][0]
    lines = sign_in(cast.silk_owner).get(pending.url).context["cl"].result_list
    assert (pending.value, sum(line.credit for line in lines)) == ("900,000\xa0soʻm", 900_000)
    assert "paymenttransaction" in manager["figures"][0].url


def test_bookings_are_counted_in_the_week_in_which_they_were_paid(cast):
    """Sunday before midnight in Tashkent is last week's; what was cancelled since, nobody's."""
    sunday = NOW.replace(day=28, month=2, hour=18, minute=59)
    for at in (NOW, NOW, sunday, sunday - timedelta(weeks=8)):
        cast.paid(at=at, by=factories.user())

    weeks = paid_by_week(Booking.objects.for_staff(cast.silk_owner), NOW, weeks=8)

    assert [week.bookings for week in weeks] == [0, 0, 0, 0, 0, 0, 1, 2]
    assert (weeks[-1].first, weeks[-1].amount) == (TODAY, 2_000_000)


def test_a_chart_has_its_figures_in_words_and_says_when_there_is_nothing(cast, sign_in):
    paid, fill = home_of(sign_in(cast.nomad_owner))["charts"]
    assert (paid.empty, fill.empty) == (
        "Nothing was paid in eight weeks.",
        "No date starts in four weeks.",
    )

    week = TODAY + timedelta(days=7)
    factories.session(tour=cast.nomad_tour, date_start=week, date_end=week, capacity=12)
    _paid, fill = home_of(sign_in(cast.nomad_owner))["charts"]

    assert [row.cells for row in fill.rows] == [("0", "0"), ("0", "12"), ("0", "0"), ("0", "0")]
    assert fill.empty == ""


# --- what is asked of the rows


def test_a_comment_waits_until_somebody_answers_the_traveller(cast):
    booking = cast.paid()
    comments = BookingComment.objects.all()

    comment(booking, cast.silk_owner)
    assert not unanswered(comments, TODAY).exists()
    asked = comment(booking, cast.traveller)
    comment(booking, cast.silk_owner, is_internal=True)
    assert list(unanswered(comments, TODAY)) == [asked]
    assert not unanswered(comments, TODAY + timedelta(days=200)).exists()
    comment(booking, cast.silk_owner)
    assert not unanswered(comments, TODAY).exists()


def test_a_date_is_not_ready_without_a_guide_or_the_names_of_who_paid(cast):
    def lacks(guide):
        session = factories.session(tour=cast.silk_tour, guide=guide, **TOMORROW)
        booking = cast.paid(session=session, by=factories.user())
        found = unready(TourSession.objects.filter(pk=session.pk), TODAY)
        nameless = found.exists()
        booking.travellers.update(first_name="Aziz")
        return nameless, found.all().exists()

    assert lacks("Rustam") == (True, False)
    assert lacks("") == (True, True)
    assert not unready(TourSession.objects.all(), TODAY - timedelta(days=1)).exists()


# --- how to begin


@pytest.fixture
def newcomer(db):
    """The owner of an agency that has nothing yet."""
    agency = factories.agency(phone="", email="", telegram="", description="", bank_account="")
    return factories.member(agency=agency, role="owner").user


def test_an_empty_agency_sees_how_to_begin_and_nothing_else(newcomer, sign_in):
    browser = sign_in(newcomer)

    home = home_of(browser)

    assert set(home) == {"at", "person", "template", "begin", "figures"}
    assert [step.is_done for step in home["begin"].steps] == [False] * 8
    links = links_in(browser)
    assert {browser.get(url).status_code for url in links} == {200}


def test_each_step_is_done_when_it_is_there_and_all_of_them_go_at_last(newcomer, sign_in):
    (agency_id,) = newcomer.agency_ids
    browser = sign_in(newcomer)

    def left():
        begin = home_of(browser)["begin"]
        return [step.title for step in begin.left] if begin else []

    def change_agency(**fields):
        newcomer.memberships.get().agency.__class__.objects.filter(pk=agency_id).update(**fields)

    agency = newcomer.memberships.get().agency
    everything = left()
    change_agency(description="Who we are", phone="+998901112233", logo=factories.media())
    tour = factories.tour(agency=agency, status="draft")
    factories.tour_photo(tour=tour)
    factories.session(tour=tour)
    assert left() == everything[4:]
    Tour.objects.filter(pk=tour.pk).update(status="published", published_at=NOW)
    factories.staff_invitation(agency=agency)
    assert left() == ["Payment details", "Connect a Telegram chat"]
    assert not home_of(browser)["begin"].is_new
    bank = {"bank_name": "Bank", "bank_account": "1" * 20, "bank_mfo": "1" * 5, "tax_id": "1" * 9}
    change_agency(manager_chat_id=-5, **bank)
    assert left() == []


def test_a_manager_is_led_to_what_he_can_do(newcomer, sign_in):
    manager = factories.member(agency_id=min(newcomer.agency_ids), role="manager").user

    begin = home_of(sign_in(manager))["begin"]

    assert [step.title for step in begin.steps] == [
        "Describe the first tour",
        "Add its photos",
        "Add the first date",
        "Publish the tour",
    ]


# --- the platform


def test_support_searches_first(cast, sign_in):
    page = sign_in(cast.support).get(HOME).content.decode()

    assert re.search(r'<form[^>]* action="/admin/[^"]+" method="get" role="search">', page)
    assert 'name="q" autofocus' in page


def test_support_is_told_when_messages_are_stuck(cast, sign_in, settings):
    settings.TELEGRAM_BOT_TOKEN = "42:token"
    browser = sign_in(cast.support)

    def stuck():
        return [each for each in home_of(browser)["troubles"] if each.startswith("Messages are")]

    assert stuck() == []
    factories.notification(next_attempt_at=NOW - STUCK_AFTER)

    assert stuck() == ["Messages are stuck: the oldest is late by 5\xa0minutes."]


def test_the_last_proof_of_the_books_is_told(cast, sign_in):
    browser = sign_in(cast.accountant)
    journal = cast.paid().journals.first()

    def books():
        figure = home_of(browser)["finance"]["figures"][-1]
        return figure.value, figure.colour, len(browser.get(figure.url).context["cl"].result_list)

    assert books() == ("not proved yet", "", 0)
    for number, action in enumerate(("books.broken", "books.proved"), 1):
        record(action, journal, by=cast.admin.actor(Source.JOB), at=NOW)
        assert books()[::2] == ({1: "do not balance", 2: "balance"}[number], number)
    assert last_of("books.seen", "books.read") is None


# --- the sidebar


def sidebar_of(browser, url=HOME):
    groups = browser.get(url).context["sidebar_navigation"]
    return {str(group.get("title", "")): group for group in groups}


def badges_in(browser):
    items = (item for group in sidebar_of(browser).values() for item in group["items"])
    return {str(item["title"]): item["badge"] for item in items if "badge" in item}


def test_badges_count_what_waits_for_this_person_only(cast, busy, sign_in):
    factories.refund()

    assert badges_in(sign_in(cast.silk_manager)) == {"To approve": "1", "Dates": "1"}
    assert badges_in(sign_in(cast.nomad_owner)) == {}
    assert badges_in(sign_in(cast.support)) == {"Messages": "1"}
    assert badges_in(sign_in(cast.accountant)) == {"Refunds": "1", "Payment details": "1"}


def test_they_are_one_query(cast, django_assert_num_queries):
    """For an owner with the setting of how far ahead is looked, for an admin with the months."""
    for name, queries in (("silk_owner", 2), ("support", 1), ("admin", 3)):
        person = User.objects.get(pk=cast.people[name].pk)
        assert person.role
        cache.clear()
        with django_assert_num_queries(queries):
            badges(person, NOW)


def test_more_than_a_hundred_are_not_counted():
    found = count_rows({"people": User.objects.all(), "nobody": User.objects.none()})

    assert (found["people"], found["nobody"]) == (User.objects.count(), 0)
    User.objects.bulk_create(User(login=f"n{n}") for n in range(MOST + 1))
    assert count_rows({"people": User.objects.all()})["people"] == MOST


@pytest.mark.parametrize(
    ("name", "first", "folded"),
    [
        ("silk_manager", ["", "Sales", "Tours"], "Money"),
        ("accountant", ["", "Money", "Books"], "Sales"),
        ("support", ["", "Sales", "People", "Messages and log"], "Tours"),
        ("admin", ["", "Sales", "Money"], "Books"),
    ],
)
def test_what_a_role_does_all_day_comes_first_and_stands_open(name, first, folded, cast, sign_in):
    groups = sidebar_of(sign_in(cast.people[name]))

    assert list(groups)[: len(first)] == first
    assert not any(groups[title].get("collapsible") for title in first)
    assert groups[folded]["collapsible"]
    assert list(groups)[-1] == "Seldom needed"


def test_a_folded_group_tells_what_waits_in_it(cast, sign_in):
    factories.commission_rate(created_by=cast.accountant)
    factories.adjustment(created_by=cast.accountant)

    assert sidebar_of(sign_in(cast.admin))["Books"]["badge"] == "2"


def test_the_list_of_the_page_one_is_on_is_lit(cast, sign_in):
    browser = sign_in(cast.admin)

    def lit(url):
        items = (item for group in sidebar_of(browser, url).values() for item in group["items"])
        return [str(item["title"]) for item in items if item["active"]]

    assert lit(HOME) == ["Home"]
    assert lit(list_of(BookingRequest)) == ["To approve"]
    assert lit(reverse("admin:finance_payoutregister_changelist")) == ["Payouts"]
    assert lit(reverse("admin:catalog_toursession_calendar")) == ["Dates"]
