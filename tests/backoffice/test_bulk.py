"""One act for many rows: said first, then done row by row, each with its outcome."""

import pytest
from django.contrib import admin
from django.db import connection, transaction

from backoffice.admin import bulk
from catalog.models import PromoCode, Promotion, Tour, TourSession
from catalog.services.locks import lock_promo_code
from core.models import EventLog
from finance.models import Payout, ReferralPayoutRequest
from notifications.models import Notification
from sales.models import BookingRequest
from tests import factories
from tests.backoffice.pages import SUBMIT, chosen, fared, list_of, said
from tests.finance.card_desk import CardDesk
from tests.sales.threads import in_thread


def codes_of(agency, count):
    return [
        factories.promo_code(agency=agency, code=f"SPRING{n}", funded_by="agency")
        for n in range(count)
    ]


def names(response, which):
    return [each.name for each in response.context[which]]


def test_what_will_happen_is_said_before_anything_does(cast, sign_in):
    early = cast.request()
    late = cast.request(by=cast.second_traveller)
    cast.approve(late)
    address = f"{list_of(BookingRequest)}?q=a"

    page = sign_in(cast.silk_manager).post(
        address, chosen("approve_selected", early, late, step="")
    )

    text = page.content.decode()
    assert (names(page, "well"), names(page, "refused")) == ([early.code], [late.code])
    assert "minutes he has: 60" in text
    assert "For 30 seconds a decision can be undone." in text
    assert "Chimgan, 01.06.2027 · seats: 1" in text
    assert "already approved" in page.context["refused"][0].said
    assert f'href="{address}"' in text, "the way back keeps the filters"
    early.refresh_from_db()
    assert early.status == "requested"
    assert not EventLog.objects.filter(action="booking.approved", object_id=early.pk).exists()


def test_one_that_is_refused_takes_nothing_from_the_others_and_is_tried_again(cast, sign_in):
    session = factories.session(tour=cast.silk_tour, capacity=3)
    people = (cast.traveller, cast.second_traveller, cast.stranger)
    asked = [cast.request(by=person, session=session, seats=2) for person in people]
    browser, address = sign_in(cast.silk_manager), list_of(BookingRequest)

    before = browser.post(address, chosen("approve_selected", *asked, step=""))
    after = browser.post(address, chosen("approve_selected", *asked))
    session.capacity = 9
    session.save(update_fields=["capacity"])
    left = [each.row for each in after.context["refused"]]
    again = browser.post(address, chosen("approve_selected", *left, step=""))

    (warned,) = before.context["heed"]
    assert "seats asked for: 6, free: 3" in warned
    full = "Not enough free seats. Seats left: 1."
    assert fared(after) == dict(
        zip([each.pk for each in asked], ["approved", full, full], strict=True)
    )
    assert "Try the refused ones again: 2" in after.content.decode().replace("\n", "")
    assert [each.row for each in again.context["well"]] == asked[1:]


def test_the_page_of_what_was_done_offers_to_undo_it_and_no_try_that_cannot_pass(cast, sign_in):
    first, gone = cast.request(), cast.request(by=cast.second_traveller)
    cast.approve(gone)
    browser, address = sign_in(cast.silk_manager), list_of(BookingRequest)

    page = browser.post(address, chosen("approve_selected", first, gone))
    (row,) = page.context["undo"]
    browser.post(row.url, SUBMIT)

    text = page.content.decode()
    assert (row.booking, row.url in text) == (first, True)
    assert "Try the refused ones again" not in text
    first.refresh_from_db()
    assert first.status == "requested"


def test_a_reason_is_asked_for_and_comes_back_for_the_next_try(cast, sign_in):
    first, gone = cast.request(), cast.request(by=cast.second_traveller)
    browser, address = sign_in(cast.silk_manager), list_of(BookingRequest)
    cast.approve(gone)

    unsaid = browser.post(address, chosen("reject_selected", first, reason=" "))
    done = browser.post(address, chosen("reject_selected", first, gone, reason="No guide"))

    assert "Say why." in unsaid.content.decode()
    assert fared(done)[first.pk] == "rejected"
    assert "already approved" in fared(done)[gone.pk], "decided meanwhile: told, not lost"
    assert 'type="hidden" name="reason" value="No guide"' in done.content.decode()


def test_at_most_a_hundred_at_once_and_never_silently(cast, sign_in):
    codes_of(cast.silk, bulk.MOST + 1)
    browser, address = sign_in(cast.silk_manager), list_of(PromoCode)
    across = {"action": "stop_selected", "_selected_action": ["1"], "select_across": "1"}

    page = browser.post(address, across | {"step": "carry_out"})

    assert "More than 100 rows are chosen" in page.content.decode()
    assert PromoCode.objects.filter(is_active=True).count() == bulk.MOST + 1
    assert page.content.decode().count('name="_selected_action"') == bulk.MOST
    assert "well" not in page.context


def test_rows_of_others_and_rows_that_are_gone_are_counted_and_not_touched(cast, sign_in):
    (own,) = codes_of(cast.silk, 1)
    theirs = factories.promo_code(agency=cast.nomad, code="NOMAD", funded_by="agency")
    browser, address = sign_in(cast.silk_manager), list_of(PromoCode)
    picked = chosen("stop_selected", own, theirs)
    picked["_selected_action"] += ["999999"]

    page = browser.post(address, picked)

    assert (fared(page), page.context["lost"]) == ({own.pk: "stopped"}, 2)
    theirs.refresh_from_db()
    assert theirs.is_active


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_or_that_breaks_stops_nobody(cast, sign_in, short_lock_timeout):
    held, broken, free = codes_of(cast.silk, 3)
    browser, address = sign_in(cast.silk_manager), list_of(PromoCode)
    # A row that the database will not take.
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE catalog_promocode ADD CONSTRAINT broken "
            f"CHECK (is_active OR id <> {broken.pk}) NOT VALID"
        )
    try:
        with in_thread(hold, held.pk):
            told = fared(browser.post(address, chosen("stop_selected", held, broken, free)))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE catalog_promocode DROP CONSTRAINT broken")

    assert "try again" in told[held.pk].lower()
    assert "Something went wrong on our side" in told[broken.pk]
    assert told[free.pk] == "stopped"
    assert list(PromoCode.objects.filter(is_active=False)) == [free]


def hold(ready, done, pk):
    with transaction.atomic():
        lock_promo_code(pk)
        ready.set()
        done.wait(20)


def rows_for(cast, label, action):
    """A row that fits the action, and one that does not."""
    session, tour = cast.silk_session, cast.silk_tour
    match label, action:
        case "catalog.Tour", _:
            return [tour, factories.tour(agency=cast.silk, status="archived")]
        case "catalog.TourSession", "close_selected":
            return [session, factories.session(tour=tour, status="closed")]
        case "catalog.TourSession", _:
            return [factories.session(tour=tour, status="closed"), session]
        case "catalog.Promotion", _:
            make = factories.promotion
        case _:
            make = factories.promo_code
    on = make(agency=cast.silk, funded_by="agency")
    off = make(agency=cast.silk, funded_by="agency", is_active=False)
    return [on, off] if action == "stop_selected" else [off, on]


@pytest.mark.parametrize(
    ("model", "action", "outcome"),
    [
        (Tour, "archive_selected", "off the shelf"),
        (TourSession, "close_selected", "closed for sale"),
        (TourSession, "reopen_selected", "on sale"),
        (Promotion, "stop_selected", "stopped"),
        (PromoCode, "resume_selected", "runs again"),
    ],
)
def test_the_shelf_by_the_dozen(cast, sign_in, model, action, outcome):
    fits, does_not = rows_for(cast, model._meta.label, action)
    browser = sign_in(cast.silk_manager)

    asked = browser.post(list_of(model), chosen(action, fits, does_not, step=""))
    told = fared(browser.post(list_of(model), chosen(action, fits, does_not)))

    well = {each.row.pk for each in asked.context["well"]}
    assert told[fits.pk] == outcome
    assert {pk for pk, words in told.items() if words == outcome} == well


def test_publishing_names_what_is_missing_of_each(cast, sign_in):
    draft = factories.tour(agency=cast.silk, status="draft", published_at=None)
    picked = chosen("publish_selected", draft, step="")

    page = sign_in(cast.silk_manager).post(list_of(Tour), picked)

    assert "photo" in page.context["refused"][0].said


def test_money_is_added_up_before_it_is_approved(cast, sign_in):
    desk = CardDesk(cast)
    rows = [desk.asked(cast.blogger), desk.asked(cast.stranger)]
    browser, address = sign_in(cast.accountant), list_of(ReferralPayoutRequest)

    asked = browser.post(address, chosen("approve_selected", *rows, step=""))
    rejected = browser.post(address, chosen("reject_selected", rows[0], reason="Ask later"))
    approved = browser.post(address, chosen("approve_selected", rows[1]))
    wrong = browser.post(address, chosen("send_selected", *rows, step=""))
    shown = browser.post(address, chosen("send_selected", rows[1], step=""))
    made = browser.post(address, chosen("send_selected", rows[1]))

    assert asked.context["heed"][0].startswith("Together:")
    assert [*fared(rejected).values(), *fared(approved).values()] == ["rejected", "approved"]
    assert "“rejected”" in wrong.context["refusal"].detail
    assert "carry_out" not in wrong.content.decode()
    assert "One register of all of them is made" in shown.content.decode()
    assert "payoutregister" in made.url
    assert said(made)[-1].startswith("Register ")


# Actions of lists: those that write ask first, on the page of many or on their own.
ASKS = {
    "approve_selected",
    "archive_selected",
    "change_selected",
    "close_selected",
    "publish_selected",
    "reject_selected",
    "reopen_selected",
    "resume_selected",
    "retry_selected",
    "send_selected",
    "stop_selected",
}


def test_no_list_has_an_action_that_writes_without_asking(cast, sign_in):
    """What is not here only reads: an export."""
    found = {
        name
        for model_admin in admin.site._registry.values()
        for name in model_admin.actions or ()
        if "export" not in str(name)
    }

    assert {str(name) for name in found} == ASKS


def test_payouts_and_messages_ask_first(cast, sign_in):
    payout = factories.payout(created_by=cast.accountant)
    message = factories.notification(state="failed")

    asked = [
        sign_in(cast.second_accountant).post(
            list_of(Payout), chosen("approve_selected", payout, step="")
        ),
        sign_in(cast.support).post(
            list_of(Notification), chosen("retry_selected", message, step="")
        ),
    ]

    assert [page.context["step"] for page in asked] == ["ask", "ask"]
    payout.refresh_from_db()
    message.refresh_from_db()
    assert (payout.status, message.state) == ("created", "failed")
