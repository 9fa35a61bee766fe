"""A manager's work with dates: one, many by a rule, many at once, cancelled, in the calendar."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from constance.test import override_config
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.admin.catalog.calendar import bars_of, weeks_of
from backoffice.admin.catalog.cut_off import cut_off_words
from backoffice.admin.catalog.session_forms import in_thousands
from backoffice.admin.core.changes import what_became
from backoffice.admin.core.sentences import what_happened
from catalog.models import Tour, TourSession
from core.clock import local_midnight
from core.models import EventLog
from finance.models import Refund
from sales.models import Booking
from sales.services.departures import call_off_session
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said
from tests.backoffice.test_forms import form_of
from tests.factories import NOW

BY_RULE = "/admin/catalog/toursession/by-rule/"
CALENDAR = reverse("admin:catalog_toursession_calendar")
LACKING = reverse("admin:catalog_toursession_lacking")
LIST = list_of(TourSession)
SATURDAY = 5
SOON = {"date_start": date(2027, 3, 6), "date_end": date(2027, 3, 6)}


@pytest.fixture
def browser(cast, sign_in):
    return sign_in(cast.silk_manager)


def errors(response):
    return response.context["adminform"].form.errors


def text(response):
    return response.content.decode()


# --- one date's form


@pytest.fixture
def new_date(cast):
    return {
        "tour": cast.silk_tour.pk,
        "date_start": "2027-07-01",
        "date_end": "2027-07-02",
        "price": "900000",
        "capacity": "10",
        "min_group_size": "4",
        "guide": "Rustam",
        "sales_close_at_0": "2027-06-30",
        "sales_close_at_1": "18:00:00",
    }


def test_a_date_is_added_by_the_act_and_recorded_once(cast, browser, new_date):
    response = browser.post(add_page(TourSession), new_date)

    session = TourSession.objects.get(date_start=date(2027, 7, 1))
    assert response.status_code == 302
    assert (session.price, session.capacity, session.guide) == (900_000, 10, "Rustam")
    assert session.sales_close_at == local_midnight(date(2027, 7, 1)) - timedelta(hours=6)
    events = EventLog.objects.filter(object_type="catalog.toursession")
    assert [event.action for event in events] == ["session.added"]
    assert response["Location"] == list_of(TourSession)


@pytest.mark.parametrize("came_from_it", [True, False])
def test_a_date_leads_back_to_the_tour_that_lacked_it(cast, browser, new_date, came_from_it):
    tour = cast.silk_tour
    if not came_from_it:
        Tour.objects.filter(pk=tour.pk).update(status="draft")
    wish = f"?tour={tour.pk}" if came_from_it else ""

    response = browser.post(add_page(TourSession) + wish, new_date)

    assert response["Location"] == page_of(tour)


def test_what_the_act_refuses_is_said_at_the_field_and_nothing_typed_is_lost(browser, new_date):
    late = {"sales_close_at_0": "2027-07-03", "guide": "Somebody new"}

    response = browser.post(add_page(TourSession), new_date | late)

    assert errors(response) == {"sales_close_at": ["Sales must close by the end of the first day."]}
    assert "Somebody new" in text(response)
    assert not TourSession.objects.filter(guide="Somebody new").exists()


def test_a_date_in_the_past_is_not_added(browser, new_date):
    no_cut_off = {"sales_close_at_0": "", "sales_close_at_1": ""}

    response = browser.post(
        add_page(TourSession), new_date | no_cut_off | {"date_start": "2027-02-01"}
    )

    assert errors(response)["date_start"] == ["The first day is in the past."]


def test_moving_days_and_changing_terms_are_recorded_as_what_they_are(cast, browser):
    address = page_of(cast.silk_session)
    form = form_of(browser.get(address))

    browser.post(
        address, form | {"date_start": "2027-07-01", "date_end": "2027-07-03", "price": "1200000"}
    )

    cast.silk_session.refresh_from_db()
    assert (cast.silk_session.date_start, cast.silk_session.price) == (date(2027, 7, 1), 1_200_000)
    assert cast.silk_session.sales_close_at == local_midnight(date(2027, 7, 1))
    moved, priced = EventLog.objects.filter(action="session.changed").order_by("pk")
    assert "date_start" in moved.details["before"]
    assert priced.details["before"] == {"price": "1000000.00"}


def test_seats_below_those_taken_are_told_of_before_a_group_that_is_too_large(cast, browser):
    cast.approved(seats=3)
    cast.silk_session.refresh_from_db()
    TourSession.objects.update(min_group_size=5)
    address = page_of(cast.silk_session)

    response = browser.post(address, form_of(browser.get(address)) | {"capacity": "2"})

    assert errors(response) == {
        "capacity": ["3 seats are taken already; there cannot be fewer in all."]
    }


def test_days_with_bookings_do_not_move_and_the_price_does_not_either(cast, browser):
    """The two acts of one form stand or fall together."""
    cast.paid()
    address = page_of(cast.silk_session)
    form = form_of(browser.get(address))

    response = browser.post(address, form | {"date_start": "2027-06-02", "price": "5"})

    cast.silk_session.refresh_from_db()
    assert "Bookings stand for these dates: 1." in errors(response)["date_start"][0]
    assert cast.silk_session.price == 1_000_000
    assert not EventLog.objects.filter(action="session.changed").exists()


def test_the_page_reads_what_a_price_was_and_became(cast, browser):
    address = page_of(cast.silk_session)
    browser.post(address, form_of(browser.get(address)) | {"price": "1200000"})

    told = [event.text for event in browser.get(address).context["page"]["events"]]

    assert told == ["Price per seat, UZS: 1,000,000\xa0soʻm → 1,200,000\xa0soʻm"]


def test_the_page_tells_fill_bookings_and_money(cast, browser):
    cast.paid(seats=2)
    cast.request(by=cast.second_traveller)

    page = browser.get(page_of(cast.silk_session)).context["page"]

    assert [(c.title, c.bookings, c.seats) for c in page["counts"]] == [
        ("requested", 1, 1),
        ("paid", 1, 2),
    ]
    assert page["money"] == {"paid": 2_000_000, "agency": 1_800_000, "commission": 200_000}
    assert len(page["bookings"]) == 2


@pytest.mark.parametrize("who", ["silk_owner", "support", "accountant", "admin"])
def test_the_page_and_the_list_open_for_all_who_see_dates(cast, sign_in, who):
    cast.paid(seats=2)
    browser = sign_in(cast.people[who])

    assert browser.get(page_of(cast.silk_session)).context["page"]["money"]["paid"] == 2_000_000
    assert browser.get(LIST, {"group": "lacking"}).status_code == 200


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_what_is_over_is_read_only(cast, browser, status):
    over = factories.session(tour=cast.silk_tour, status=status)

    page = text(browser.get(page_of(over)))
    posted = browser.post(page_of(over), {"price": "5"})

    assert 'name="price"' not in page
    assert "/cancel-date" not in page
    assert posted.status_code == 403


def test_buttons_come_when_they_apply(cast, sign_in, clock):
    def ways(session):
        page = text(sign_in(cast.silk_manager).get(page_of(session)))
        names = ("close", "reopen", "complete", "duplicate", "cancel-date")
        return {name for name in names if f"/{session.pk}/{name}" in page}

    today = factories.session(
        tour=cast.silk_tour, date_start=NOW.date(), date_end=NOW.date(), status="closed"
    )
    assert ways(cast.silk_session) == {"close", "duplicate", "cancel-date"}
    assert ways(today) == {"reopen", "duplicate"}
    clock.shift(timedelta(days=1))
    assert ways(today) == {"reopen", "duplicate", "complete"}


def test_another_date_like_it_is_opened(cast, browser):
    evening = cast.silk_session.sales_close_at - timedelta(hours=6)
    TourSession.objects.update(guide="Rustam", min_group_size=5, sales_close_at=evening)

    browser.post(action_on(cast.silk_session, "duplicate"), SUBMIT | {"date_start": "2027-07-10"})

    made = cast.silk_tour.sessions.get(date_start=date(2027, 7, 10))
    assert (made.date_end, made.guide, made.min_group_size) == (date(2027, 7, 12), "Rustam", 5)
    assert made.sales_close_at == local_midnight(date(2027, 7, 10)) - timedelta(hours=6)


def test_a_dialog_that_is_sent_twice_opens_one_date_and_leads_to_it_both_times(cast, browser):
    address = action_on(cast.silk_session, "duplicate")
    shown = browser.get(address).content.decode()
    sent = SUBMIT | {"date_start": "2027-07-10", "token": token_in(shown)}

    first, again = browser.post(address, sent), browser.post(address, sent)
    browser.post(address, sent | {"date_start": "2027-07-11"})
    browser.post(address, sent | {"token": token_in(browser.get(address).content.decode())})

    assert first.url == again.url
    days = cast.silk_tour.sessions.values_list("date_start", flat=True).order_by("date_start", "pk")
    assert [f"{day:%d.%m}" for day in days] == ["01.06", "10.07", "10.07", "11.07"]


def token_in(page):
    return re.search(r'name="token" value="(\w+)"', page)[1]


def test_another_date_in_the_past_is_refused_where_it_was_typed(cast, browser):
    response = browser.post(
        action_on(cast.silk_session, "duplicate"), SUBMIT | {"date_start": "2027-02-10"}
    )

    assert "The first day is in the past." in text(response)
    assert 'value="2027-02-10"' in text(response)
    assert cast.silk_tour.sessions.count() == 1


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "when the first day begins"),
        (6, "18:00 the day before"),
        (24, "00:00 the day before"),
        (54, "18:00, days before: 3"),
        (-9, "09:00 on the first day"),
        (-24, "when the first day ends"),
    ],
)
def test_a_cut_off_in_words(hours, words):
    day = date(2027, 6, 5)

    assert cut_off_words(local_midnight(day) - timedelta(hours=hours), day) == words


# --- by a rule


@pytest.fixture
def rule(cast):
    """Every Saturday in June."""
    return {
        "tour": cast.silk_tour.pk,
        "weekdays": [SATURDAY],
        "first": "2027-06-01",
        "last": "2027-06-30",
        "every_weeks": 1,
        "days": 2,
        "price": "900000",
        "capacity": 12,
        "min_group_size": 4,
        "close_hours": 6,
        "guide": "Rustam",
    }


def rows_of(response):
    return [(row.start.day, row.is_wanted, row.note) for row in response.context["rows"]]


def ticked(rule, *days, **terms):
    """The preview as it is sent back: each date with its own price and seats."""
    data = dict(rule)
    for day in days:
        data |= {
            f"{day}-use": "on",
            f"{day}-price": terms.get("price", rule["price"]),
            f"{day}-capacity": terms.get("capacity", rule["capacity"]),
        }
    return data | {"step": "create"}


def test_a_rule_is_shown_before_anything_is_saved(cast, browser, rule):
    factories.session(tour=cast.silk_tour, date_start=date(2027, 6, 12), date_end=date(2027, 6, 12))

    response = browser.post(BY_RULE, rule | {"step": "preview"})

    there = "there is a date on this day already"
    assert rows_of(response) == [(5, True, ""), (12, False, there), (19, True, ""), (26, True, "")]
    assert "18:00 the day before" in text(response)
    assert cast.silk_tour.sessions.count() == 2


def test_a_cancelled_date_does_not_stand_in_the_way(cast, browser, rule):
    day = date(2027, 6, 12)
    factories.session(tour=cast.silk_tour, date_start=day, date_end=day, status="cancelled")

    response = browser.post(BY_RULE, rule | {"step": "preview"})

    assert rows_of(response)[1] == (12, True, "")


def test_the_ticked_dates_are_opened_each_on_its_terms(cast, browser, rule):
    data = ticked(rule, "2027-06-05", "2027-06-19")
    data["2027-06-19-price"], data["2027-06-19-capacity"] = "1100000", "20"

    data["token"] = token_in(text(browser.get(BY_RULE)))

    response = browser.post(BY_RULE, data)
    sent_again = browser.post(BY_RULE, data)

    made = cast.silk_tour.sessions.exclude(pk=cast.silk_session.pk).order_by("date_start")
    assert sent_again.url == response.url
    assert response.url == f"{LIST}?tour__id__exact={cast.silk_tour.pk}"
    assert said(response) == ["Dates opened: 2."]
    assert [(s.date_start.day, s.date_end.day, s.price, s.capacity) for s in made] == [
        (5, 6, 900_000, 12),
        (19, 20, 1_100_000, 20),
    ]
    assert {(s.guide, s.min_group_size) for s in made} == {("Rustam", 4)}
    assert made[0].sales_close_at == local_midnight(date(2027, 6, 5)) - timedelta(hours=6)


def test_days_in_the_past_are_not_to_be_ticked(cast, browser, rule):
    rule |= {"first": "2027-02-20", "last": "2027-03-07"}

    shown = browser.post(BY_RULE, rule | {"step": "preview"})
    browser.post(BY_RULE, ticked(rule, "2027-02-20", "2027-02-27", "2027-03-06"))

    assert rows_of(shown)[0] == (20, False, "in the past")
    assert set(cast.silk_tour.sessions.values_list("date_start", flat=True)) == {
        date(2027, 6, 1),
        date(2027, 3, 6),
    }


def test_a_date_whose_sales_would_be_over_is_left_unticked(browser, rule):
    rule |= {"first": "2027-03-06", "last": "2027-03-13", "close_hours": 24 * 7}

    response = browser.post(BY_RULE, rule | {"step": "preview"})

    assert rows_of(response) == [(6, False, "sales would be closed already"), (13, True, "")]


def test_nothing_ticked_and_seats_below_the_group_are_said(cast, browser, rule):
    nothing = browser.post(BY_RULE, rule | {"step": "create"})
    few = browser.post(BY_RULE, ticked(rule, "2027-06-05", capacity=3))

    assert "Tick at least one date." in text(nothing)
    assert "Fewer than the minimum group (4)." in text(few)
    assert cast.silk_tour.sessions.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"last": "2027-05-01"}, "last", "It cannot end before it starts."),
        ({"last": "2037-05-01"}, "last", "At most two years at once."),
        ({"first": "2027-06-06", "last": "2027-06-11"}, "weekdays", "There is no such day"),
        ({"weekdays": range(7), "last": "2027-12-31"}, "last", "more than 120 dates"),
        ({"weekdays": []}, "weekdays", "Tick at least one weekday."),
        ({"min_group_size": 13}, "min_group_size", "More than there are seats."),
        ({"price": "-1"}, "price", "greater than or equal to 0"),
    ],
)
def test_a_rule_without_sense_says_so_and_keeps_the_rest(browser, rule, wrong, field, sentence):
    response = browser.post(BY_RULE, rule | wrong | {"step": "preview"})

    assert sentence in response.context["form"].errors[field][0]
    assert 'value="Rustam"' in text(response)


def test_the_way_back_keeps_the_rule(browser, rule):
    response = browser.post(BY_RULE, rule | {"step": "edit"})

    assert response.context["form"]["guide"].value() == "Rustam"
    assert response.context["form"].errors == {}
    assert not response.context["rows"]


def test_a_tour_chosen_before_brings_the_terms_of_its_last_date(cast, browser):
    form = browser.get(BY_RULE, {"tour": cast.silk_tour.pk}).context["form"]

    assert form["tour"].value() == cast.silk_tour.pk
    assert (form["price"].value(), form["days"].value()) == (1_000_000, 3)


def test_another_agencys_tour_is_no_choice(cast, browser, rule):
    asked = browser.get(BY_RULE, {"tour": cast.nomad_tour.pk})
    posted = browser.post(BY_RULE, rule | {"tour": cast.nomad_tour.pk, "step": "create"})

    assert asked.context["form"]["price"].value() is None
    assert "Khiva" not in text(asked)
    assert "tour" in posted.context["form"].errors


def test_who_adds_no_dates_has_no_such_page(cast, sign_in):
    assert sign_in(cast.support).get(BY_RULE).status_code == 403


# --- many at once


def bulk(browser, sessions, step="", **terms):
    data = {"action": "change_selected", "_selected_action": [s.pk for s in sessions], **terms}
    return browser.post(LIST, data | ({"step": step} if step else {}))


def carry_out(browser, sessions, **terms):
    shown = bulk(browser, sessions, "preview", **terms)
    return shown, bulk(browser, sessions, "carry_out", plan=shown.context["plan"])


def sums(response):
    return [response.context[name] for name in ("changed", "refused", "same")]


@pytest.fixture
def three(cast):
    """Silk Road's date with three seats taken, one that is free, one that has run."""
    cast.approved(seats=3)
    cast.silk_session.refresh_from_db()
    free = factories.session(tour=cast.silk_tour, price=Decimal("455500"), capacity=8)
    ran = factories.session(tour=cast.silk_tour, status="completed")
    return [cast.silk_session, free, ran]


def test_many_are_changed_and_one_is_refused_with_its_reason(cast, browser, three):
    shown, done = carry_out(browser, three, do_capacity="on", capacity="2")

    assert sums(shown) == sums(done) == [1, 2, 0]
    refusals = [o.refusal.detail for o in done.context["outcomes"] if o.refusal]
    assert refusals == [
        "3 seats are taken already; there cannot be fewer in all.",
        "The session is completed; it no longer changes.",
    ]
    assert [TourSession.objects.get(pk=s.pk).capacity for s in three] == [20, 2, 20]
    assert EventLog.objects.filter(action="session.changed").count() == 1


def test_a_preview_leaves_nothing_behind(cast, browser, three):
    bulk(browser, three, "preview", do_capacity="on", capacity="5", do_window="on", window="close")

    assert not EventLog.objects.filter(action__startswith="session.").exists()
    assert [TourSession.objects.get(pk=s.pk).capacity for s in three] == [20, 8, 20]
    assert TourSession.history.filter(capacity=5).count() == 0


def test_a_percentage_gives_whole_thousands_and_is_taken_once(browser, three):
    free = three[1]
    terms = {"do_price": "on", "price_how": "up", "price": "10"}

    shown = bulk(browser, [free], "preview", **terms)
    first = bulk(browser, [free], "carry_out", plan=shown.context["plan"])
    again = bulk(browser, [free], "carry_out", plan=shown.context["plan"])

    free.refresh_from_db()
    assert free.price == 501_000  # 501 050, to whole thousands
    assert shown.context["outcomes"][0].plan.changes[0][1:] == (
        "455,500\xa0soʻm",
        "501,000\xa0soʻm",
    )
    assert (sums(first), sums(again)) == ([1, 0, 0], [0, 0, 1])


def test_what_a_colleague_saved_after_the_preview_is_not_written_over(cast, sign_in):
    mine, free = sign_in(cast.silk_manager), cast.silk_session
    shown = bulk(
        mine, [free], "preview", do_price="on", price_how="up", price="10", do_guide="on", guide="A"
    )
    TourSession.objects.filter(pk=free.pk).update(price=5_000_000)

    done = bulk(mine, [free], "carry_out", plan=shown.context["plan"])

    assert (done.context["changed"], done.context["refused"]) == (0, 1)
    assert "nothing of yours is saved" in done.content.decode()
    free.refresh_from_db()
    assert (free.price, free.guide) == (5_000_000, "")


def test_what_was_moved_elsewhere_in_the_date_is_no_quarrel(cast, sign_in):
    mine, free = sign_in(cast.silk_manager), cast.silk_session
    shown = bulk(mine, [free], "preview", do_price="on", price_how="up", price="10")
    TourSession.objects.filter(pk=free.pk).update(guide="Bek")

    done = bulk(mine, [free], "carry_out", plan=shown.context["plan"])

    assert done.context["changed"] == 1
    free.refresh_from_db()
    assert (free.price, free.guide) == (1_100_000, "Bek")


def test_a_plan_is_carried_out_by_whom_it_was_shown(cast, sign_in):
    free = cast.silk_session
    shown = bulk(sign_in(cast.silk_manager), [free], "preview", do_guide="on", guide="A")

    done = bulk(sign_in(cast.silk_owner), [free], "carry_out", plan=shown.context["plan"])

    assert done.status_code == 400


@pytest.mark.parametrize(
    ("amount", "rounded"), [("499.99", 0), ("500", 1000), ("1499.99", 1000), ("2500", 3000)]
)
def test_thousands_are_rounded_half_up(amount, rounded):
    assert in_thousands(Decimal(amount)) == rounded


def test_only_what_is_ticked_changes(browser, three):
    free = three[1]

    carry_out(browser, [free], do_guide="on", guide="Rustam", price_how="to", price="5", capacity=1)

    free.refresh_from_db()
    assert (free.guide, free.price, free.capacity) == ("Rustam", 455_500, 8)


def test_cut_off_group_and_sale_are_changed_together(browser, three):
    free = three[1]
    terms = {"do_close_hours": "on", "close_hours": "30", "do_min_group_size": "on"}

    carry_out(browser, [free], **terms, min_group_size="5", do_window="on", window="close")

    free.refresh_from_db()
    assert free.sales_close_at == local_midnight(free.date_start) - timedelta(hours=30)
    assert (free.min_group_size, free.status) == (5, "closed")


def test_what_is_closed_already_stays_as_it_is(browser, three):
    open_, free, ran = three
    TourSession.objects.filter(pk=free.pk).update(status="closed")

    shown, done = carry_out(browser, three, do_window="on", window="close")

    assert sums(shown) == sums(done) == [1, 1, 1]
    assert TourSession.objects.get(pk=open_.pk).status == "closed"
    assert TourSession.objects.get(pk=ran.pk).status == "completed"


@pytest.mark.parametrize(
    ("terms", "field", "sentence"),
    [
        ({}, "__all__", "Tick what is to change."),
        ({"do_price": "on", "price_how": "to"}, "price", "Say what it becomes."),
        ({"do_price": "on", "price_how": "down", "price": "101"}, "price", "Between 0 and 100"),
        ({"do_price": "on", "price_how": "up", "price": "0"}, "price", "Between 0 and 1000"),
        ({"do_capacity": "on", "capacity": "0"}, "capacity", "greater than or equal to 1"),
    ],
)
def test_terms_without_sense_are_said(browser, three, terms, field, sentence):
    response = bulk(browser, three, "preview", **terms)

    assert sentence in response.context["form"].errors[field][0]


def test_another_agencys_dates_are_passed_over(cast, browser):
    shown = bulk(browser, [cast.nomad_session, cast.silk_session], "preview", do_guide="on")
    plan = shown.context["plan"]
    bulk(browser, [cast.nomad_session], "carry_out", plan=plan)

    assert [s.pk for s in shown.context["sessions"]] == [cast.silk_session.pk]
    assert not EventLog.objects.filter(object_id=cast.nomad_session.pk).exists()


def test_a_plan_that_was_made_up_is_refused(cast, browser):
    assert bulk(browser, [cast.silk_session], "carry_out", plan="e30:x:y").status_code == 400


def test_who_changes_no_dates_has_no_such_action(cast, sign_in):
    bulk(sign_in(cast.accountant), [cast.silk_session], "preview", do_guide="on", guide="R")

    assert 'value="change_selected"' not in text(sign_in(cast.accountant).get(LIST))
    assert not EventLog.objects.filter(action="session.changed").exists()


# --- cancelling


@pytest.fixture
def booked(cast):
    """A request, an approved booking and a paid one on Silk Road's date."""
    cast.give_bonus(cast.stranger, 50_000)
    return [
        cast.request(),
        cast.approved(by=cast.second_traveller, seats=2),
        cast.paid(by=cast.stranger, bonus="all"),
    ]


SURE = {"reason": "The pass is closed by snow.", "sure": "on"}


def test_what_a_cancellation_touches_is_shown_first(cast, browser, booked):
    response = browser.get(action_on(cast.silk_session, "cancel_date"))

    assert [row.booking for row in response.context["affected"]] == booked
    assert response.context["totals"] == {
        "seats": 4,
        "back": 950_000,
        "bonus": 50_000,
        "commission": 100_000,
    }
    assert TourSession.objects.get(pk=cast.silk_session.pk).status == "open"


def test_a_date_is_cancelled_booking_by_booking_with_an_outcome_for_each(cast, browser, booked):
    response = browser.post(action_on(cast.silk_session, "cancel_date"), SURE)

    assert (response.context["done"], response.context["left"]) == (3, 0)
    assert all(booking.code in text(response) for booking in booked)
    assert set(Booking.objects.values_list("status", "cancel_note")) == {
        ("cancelled", SURE["reason"])
    }
    assert Refund.objects.get().amount == 950_000


@pytest.mark.parametrize("left_out", ["reason", "sure"])
def test_a_reason_and_a_tick_are_asked_for(cast, browser, booked, left_out):
    data = {key: value for key, value in SURE.items() if key != left_out}

    response = browser.post(action_on(cast.silk_session, "cancel_date"), data)

    assert left_out in response.context["form"].errors
    assert TourSession.objects.get(pk=cast.silk_session.pk).status == "open"


def test_a_date_nobody_has_booked_needs_no_tick(cast, browser):
    response = browser.post(action_on(cast.silk_session, "cancel_date"), {"reason": "No guide."})

    assert said(response) == ["The date is cancelled."]
    assert TourSession.objects.get(pk=cast.silk_session.pk).cancel_note == "No guide."


def test_what_still_stands_is_shown_on_the_page_and_can_be_gone_on_with(cast, browser, booked):
    by = cast.silk_manager.actor("admin")
    call_off_session(session_id=cast.silk_session.pk, reason="Snow.", by=by, at=NOW)

    page = text(browser.get(page_of(cast.silk_session)))
    form = browser.get(action_on(cast.silk_session, "cancel_date")).context["form"]
    done = browser.post(action_on(cast.silk_session, "cancel_date"), {"sure": "on"})

    assert "Bookings that still stand: 3." in page
    assert list(form.fields) == ["sure"]
    assert (done.context["done"], done.context["left"]) == (3, 0)
    assert set(Booking.objects.values_list("cancel_note", flat=True)) == {"Snow."}


@pytest.mark.parametrize(("days", "sentence"), [(92, "The tour has begun"), (0, "")])
def test_a_tour_that_has_begun_is_not_cancelled(cast, sign_in, clock, days, sentence):
    clock.shift(timedelta(days=days))

    response = sign_in(cast.silk_manager).get(action_on(cast.silk_session, "cancel_date"))

    assert response.status_code == (302 if sentence else 200)
    assert [told.startswith(sentence) for told in said(response)] == ([True] if sentence else [])


@pytest.mark.parametrize(("who", "status"), [("nomad_owner", 404), ("support", 403)])
@pytest.mark.parametrize("name", ["cancel_date", "duplicate", "complete"])
def test_others_do_nothing_with_it(cast, sign_in, who, status, name):
    browser, address = sign_in(cast.people[who]), action_on(cast.silk_session, name)

    assert browser.get(address).status_code == status
    assert browser.post(address, SUBMIT | SURE).status_code == status
    assert TourSession.objects.get(pk=cast.silk_session.pk).status == "open"


# --- the calendar


def test_a_month_has_its_weeks_from_monday():
    assert weeks_of(date(2027, 6, 1))[0] == date(2027, 5, 31)
    assert weeks_of(date(2027, 6, 1))[-1] == date(2027, 6, 28)
    assert len(weeks_of(date(2027, 2, 1))) == 4  # Monday 1st to Sunday 28th
    assert len(weeks_of(date(2027, 8, 1))) == 6


def test_a_session_over_a_weekend_has_a_bar_in_both_weeks(cast):
    monday = date(2027, 6, 7)
    over = factories.session(date_start=date(2027, 6, 5), date_end=date(2027, 6, 8))
    after = factories.session(date_start=date(2027, 6, 8), date_end=date(2027, 6, 8))
    free = factories.session(date_start=date(2027, 6, 9), date_end=date(2027, 6, 20))

    bars = bars_of(monday, [over, after, free])

    assert [(b.column, b.span, b.lane, b.begins, b.ends) for b in bars] == [
        (1, 2, 0, False, True),
        (2, 1, 1, True, True),
        (3, 5, 0, True, False),
    ]


def test_a_month_shows_the_persons_own_dates(cast, browser):
    cast.approved(seats=3)

    page = browser.get(CALENDAR, {"month": "2027-06"})

    shown = [session for session, _url, _lacks in page.context["agenda"]]
    assert shown == [cast.silk_session]
    assert "3/20" in text(page)
    assert "date_start=2027-06-09" in text(page)


def test_a_month_with_more_dates_than_it_draws_says_so(browser, monkeypatch):
    assert "more dates than fit" not in text(browser.get(CALENDAR, {"month": "2027-06"}))

    monkeypatch.setattr("backoffice.admin.catalog.calendar.MOST", 0)

    assert "more dates than fit" in text(browser.get(CALENDAR, {"month": "2027-06"}))


def test_a_month_can_be_narrowed_to_a_tour(cast, sign_in):
    browser = sign_in(cast.admin)

    def shown(**query):
        page = browser.get(CALENDAR, {"month": "2027-06", **query})
        return {session.tour_id for session, _url, _lacks in page.context["agenda"]}

    assert shown() == {cast.silk_tour.pk, cast.nomad_tour.pk, cast.swift_tour.pk}
    assert shown(tour=cast.nomad_tour.pk) == {cast.nomad_tour.pk}
    assert shown(agency=cast.silk.pk) == {cast.silk_tour.pk}
    assert shown(tour="x", agency="y") == shown()


@pytest.mark.parametrize("month", ["", "2027-13", "nonsense", "2027-03"])
def test_a_month_that_is_none_is_the_present_one_and_may_be_empty(browser, month):
    page = browser.get(CALENDAR, {"month": month})

    assert page.context["month"] == date(2027, 3, 1)
    assert "No dates in this month." in text(page)


def test_the_past_offers_no_days_to_add_to(browser):
    page = text(browser.get(CALENDAR, {"month": "2027-02"}))

    assert "date_start=2027-02" not in page


def test_a_day_of_the_calendar_opens_the_form_with_it(cast, browser):
    query = {"date_start": "2027-06-09", "tour": cast.silk_tour.pk}

    form = browser.get(add_page(TourSession), query).context["adminform"].form

    assert form["date_start"].value() == form["date_end"].value() == date(2027, 6, 9)
    assert form["tour"].value() == cast.silk_tour.pk


@pytest.mark.parametrize("address", [CALENDAR + "?month=2027-03", LACKING])
def test_one_date_and_three_cost_the_same(cast, sign_in, address):
    browser = sign_in(cast.admin)
    factories.session(min_group_size=5, **SOON)
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    for _ in range(2):
        cast.request(session=factories.session(min_group_size=5, **SOON))
    with CaptureQueriesContext(connection) as three:
        browser.get(address)

    assert len(three) == len(one)
    assert len(one) <= 20


@pytest.mark.parametrize("address", [CALENDAR, LACKING])
def test_who_sees_no_dates_sees_no_calendar(cast, sign_in, address):
    assert sign_in(cast.support).get(address).status_code == 200
    assert sign_in(cast.traveller).get(address).status_code == 302


# --- lacking people


@pytest.fixture
def soon(cast):
    """A date in five days that wants five people and has three; and those that are no worry."""
    lacking = factories.session(tour=cast.silk_tour, min_group_size=5, **SOON)
    cast.approved(session=lacking, seats=3)
    cast.request(session=lacking, by=cast.second_traveller, seats=2)
    full = factories.session(tour=cast.silk_tour, min_group_size=1, **SOON)
    cast.approved(session=full)
    factories.session(tour=cast.silk_tour, min_group_size=5, status="cancelled", **SOON)
    factories.session(tour=cast.nomad_tour, min_group_size=5, **SOON)
    TourSession.objects.filter(pk=cast.silk_session.pk).update(min_group_size=5)
    return lacking


def test_a_date_without_its_group_is_warned_of(cast, browser, soon):
    (lack,) = browser.get(LACKING).context["lacks"]

    assert lack.session == soon
    assert (lack.missing, lack.waiting, lack.days_left) == (2, 1, 5)
    assert lack.may_act
    for address in (lack.url, lack.cancel_url, lack.promotion_url):
        assert browser.get(address).status_code == 200


def test_it_is_on_the_first_page_in_the_badge_and_in_the_filter(browser, soon):
    home = browser.get(reverse("admin:index"))
    listed = browser.get(LIST, {"group": "lacking"}).context["cl"].result_list

    assert [lack.session for lack in home.context["home"]["lacks"]] == [soon]
    badges = [
        item["badge"]
        for group in home.context["sidebar_navigation"]
        for item in group["items"]
        if item["link"] == LIST
    ]
    assert badges == ["1"]
    assert list(listed) == [soon]


def test_a_date_that_nobody_can_ask_for_lacks_nobody_and_is_not_called_open(cast, browser):
    draft = factories.tour(agency=cast.silk, status="draft", published_at=None)
    date = factories.session(tour=draft, min_group_size=5, **SOON)

    lists = [browser.get(LIST), browser.get(page_of(date))]
    month = {"month": f"{date.date_start:%Y-%m}"}
    lists.append(browser.get(reverse("admin:catalog_toursession_calendar"), month))

    assert not browser.get(LACKING).context["lacks"]
    for page in lists:
        assert "not on sale: the tour is not published" in page.content.decode()
        assert "missing: 5" not in page.content.decode()


def test_how_far_ahead_is_looked_is_a_setting(browser, soon):
    def found():
        return len(browser.get(LACKING).context["lacks"])

    with override_config(UNDERFILLED_DAYS=5):
        assert found() == 0
    with override_config(UNDERFILLED_DAYS=6):
        assert found() == 1
    with override_config(UNDERFILLED_DAYS=200):
        assert found() == 2


def test_accountants_are_not_warned(cast, sign_in, soon):
    home = sign_in(cast.accountant).get(reverse("admin:index"))

    assert "lacks" not in home.context["home"]


# --- the log


@pytest.mark.parametrize(
    ("name", "old", "new", "text"),
    [
        (
            "price",
            "1000000.00",
            "1200000",
            "Price per seat, UZS: 1,000,000\xa0soʻm → 1,200,000\xa0soʻm",
        ),
        ("guide", "", "Rustam", "Guide: – → Rustam"),
        ("date_start", "2027-06-01", "2027-07-01", "Starts: 01.06.2027 → 01.07.2027"),
        (
            "sales_close_at",
            "2027-05-31 19:00:00+00:00",
            "2027-05-31 13:00:00+00:00",
            "Sales close at: 01.06.2027 00:00 → 31.05.2027 18:00",
        ),
        ("status", "open", "closed", "Status: open → closed for sale"),
        ("colour", "red", "blue", "colour: red → blue"),  # a column that is gone
    ],
)
def test_a_change_reads_as_what_it_was_and_became(cast, name, old, new, text):
    event = factories.event(
        action="session.changed",
        object_type="catalog.toursession",
        object_id=cast.silk_session.pk,
        details={"before": {name: old}, "after": {name: new}},
    )

    assert what_became(event) == text


def test_an_older_event_has_only_the_names(cast):
    details = {"changes": [{"changed": {"fields": ["guide"]}}]}
    event = factories.event(action="session.changed", details=details)

    assert what_became(event) == ""
    assert what_happened(event) == "Changed: guide."
