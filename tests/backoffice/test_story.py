"""A booking's page: what it waits for, its people, its words, what it was and became."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Notification
from sales.services.attribution import change_partner
from sales.services.cancel import cancel_booking
from tests import factories
from tests.backoffice.pages import action_on, page_of, said
from tests.factories import NOW


def ended(**fields):
    return factories.booking(status="expired", cancelled_at=NOW, **fields)


def story(browser, booking):
    return browser.get(page_of(booking)).context["story"]


# --- the next step


def test_it_says_whose_turn_it_is_until_it_is_over(cast, sign_in, clock):
    manager, support = sign_in(cast.silk_manager), sign_in(cast.support)
    booking = cast.request()
    said_of = {}

    def look(name):
        said_of[name] = story(manager, booking)["next"].text

    look("asked")
    platform = story(support, booking)["next"].text
    clock.shift(timedelta(minutes=37))
    cast.approve(booking, at=NOW + timedelta(minutes=37))
    look("approved")
    cast.open(booking, at=NOW + timedelta(minutes=38))
    look("begun")
    cast.perform(booking.payments.get(), at=NOW + timedelta(minutes=38))
    look("paid")
    by = cast.silk_manager.actor("admin")
    cancel_booking(booking_id=booking.pk, reason="No guide", by=by, at=timezone.now())
    look("cancelled")

    assert said_of["asked"] == "Answer until 12:00: minutes left: 60. Then the request ends."
    assert platform == "The agency has to answer until 12:00: minutes left: 60."
    assert said_of["approved"] == "The traveller has to pay until 12:37: minutes left: 60."
    assert said_of["begun"].startswith("The traveller has begun to pay; his seats are kept until")
    assert said_of["paid"].startswith("He travels on 01.06.2027.")
    assert said_of["cancelled"].startswith("The money goes back: refund №")


def test_what_has_ended_asks_for_nothing(cast, sign_in, clock):
    lapsed, paid = cast.request(), cast.paid(by=cast.second_traveller)
    rejected = ended(session=cast.silk_session)
    clock.shift(timedelta(hours=2))
    browser = sign_in(cast.silk_manager)
    early = [story(browser, each)["next"].text for each in (lapsed, rejected)]
    clock.shift(timedelta(days=200))
    late = story(sign_in(cast.silk_manager), paid)["next"]

    assert early == [
        "Nobody answered in time: the request ends by itself.",
        "Nothing to do: it has ended, nothing was paid.",
    ]
    assert (late.text, late.colour) == ("Nothing to do: the tour is over.", "plain")


def test_the_steps_are_those_that_are_allowed_now_and_to_him(cast, sign_in):
    booking = cast.request()

    def steps(person):
        return [url for _step, url in story(sign_in(person), booking)["steps"]]

    asked = (steps(cast.silk_manager), steps(cast.accountant))
    cast.approve(booking)

    answers = [action_on(booking, each) for each in ("approve", "reject", "offer")]
    assert asked == (answers, [])
    assert (steps(cast.silk_manager), steps(cast.support)) == ([], [action_on(booking, "invoice")])


# --- the traveller's other bookings


def test_the_others_are_those_the_reader_may_see(cast, sign_in):
    booking = cast.paid()
    ours = cast.paid(session=factories.session(tour=cast.silk_tour))
    theirs = cast.approved(session=cast.nomad_session)
    stranger = cast.request(by=cast.stranger)

    manager, support = sign_in(cast.silk_manager), sign_in(cast.support)
    own, all_of_them = story(manager, booking)["others"], story(support, booking)["others"]
    listed = manager.get(own["url"]).context["cl"].result_list

    assert [each["row"] for each in own["rows"]] == [ours]
    assert (own["total"], own["paid"], own["cancelled"]) == (1, 1, 0)
    assert [each["row"] for each in all_of_them["rows"]] == [theirs, ours]
    assert set(listed) == {booking, ours}
    assert story(manager, stranger)["others"] is None


def test_of_many_others_the_last_are_shown_and_the_rest_is_a_click_away(cast, sign_in):
    booking = cast.request()
    for _ in range(7):
        ended(session=cast.silk_session, user=cast.traveller)

    page = sign_in(cast.silk_manager).get(page_of(booking))

    others = page.context["story"]["others"]
    assert (others["total"], len(others["rows"])) == (7, 5)
    assert "All his bookings" in page.content.decode()


# --- comments


@pytest.mark.parametrize(("choice", "internal"), [("yes", True), ("no", False)])
def test_a_comment_is_written_on_the_page_for_whom_one_chose(cast, sign_in, choice, internal):
    booking, browser = cast.request(), sign_in(cast.silk_manager)

    answer = browser.post(
        action_on(booking, "comment"), {"text": "Bring boots.", "is_internal": choice}
    )
    page = browser.get(page_of(booking)).content.decode()

    assert answer.url == f"{page_of(booking)}#comments"
    assert said(answer) == ["The comment is added."]
    assert booking.comments.get().is_internal is internal
    assert ("the traveller reads it" in page) is not internal
    assert "/comment/" in page


def test_a_comment_that_is_refused_is_not_lost_and_none_is_visible_by_oversight(cast, sign_in):
    booking, browser = cast.request(), sign_in(cast.silk_manager)
    long = "word " * 500

    refused = browser.post(action_on(booking, "comment"), {"text": long, "is_internal": "no"})
    unsaid = browser.post(action_on(booking, "comment"), {"text": "For whom?"})

    assert "at most 2000 characters" in refused.content.decode()
    assert long.strip() in refused.content.decode()
    assert "For whom?" in unsaid.content.decode()
    assert not booking.comments.exists()


# --- the history of fields


def test_the_history_is_in_words(cast, sign_in):
    booking = cast.request(transport="bus")
    change_partner(
        booking_id=booking.pk,
        partner_id=cast.partner.pk,
        reason="She sent him.",
        by=cast.support.actor("admin"),
        at=NOW,
    )
    cast.approve(booking, at=NOW + timedelta(minutes=10))

    changes = story(sign_in(cast.support), booking)["changes"]
    told = {name: (old, new) for change in changes for name, old, new in change.fields}

    assert told["Lapses at"] == ("01.03.2027 12:00", "01.03.2027 12:10")
    assert told["Status"] == ("requested", "approved")
    assert told["Approved by"] == ("–", str(cast.silk_manager))
    assert told["Brought by"] == ("–", str(cast.partner))
    assert not {"True", "False", "None", ""} & {text for pair in told.values() for text in pair}
    assert not any(text.isdecimal() for pair in told.values() for text in pair if len(text) > 3)


# --- what it costs


def fill(cast, booking, n):
    """So much of everything that the page shows."""
    for _ in range(n):
        factories.booking_comment(booking=booking)
        ended(session=cast.silk_session, user=booking.user)
        factories.notification(booking=booking, recipient=booking.user)
        payment = factories.payment(
            booking=booking, state="cancelled", cancelled_at=NOW, cancel_code=3
        )
        factories.refund(payment=payment, status="rejected")
        booking.refresh_from_db()
        booking.comment += "x"
        booking.save()
    assert Notification.objects.filter(booking=booking).count() >= n


QUERIES = 23


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_costs_the_same_with_one_and_with_three_of_everything(
    cast, sign_in, django_assert_num_queries, n
):
    booking = cast.paid(seats=n)
    fill(cast, booking, n)
    browser = sign_in(cast.silk_owner)
    browser.get(page_of(booking))

    with django_assert_num_queries(QUERIES):
        page = browser.get(page_of(booking))

    told = page.context["story"]
    assert [len(told[name]) for name in ("comments", "messages", "journals")] == [n, n, 1]
