"""What staff may type in, and who may type it."""

from decimal import Decimal

import pytest

from catalog.models import PromoCode, TourSession
from core.models import EventLog
from partners.models import User
from sales.models import Booking
from tests import factories
from tests.backoffice.pages import (
    SUBMIT,
    action_on,
    add_page,
    history_of,
    list_of,
    page_of,
    said,
)
from tests.factories import CARD


def form_of(response) -> dict[str, str]:
    """The page's form as a browser would send it back."""
    form = response.context["adminform"].form
    data = {}
    for bound in form:
        values = bound.value()
        if hasattr(bound.field.widget, "decompress"):
            parts = bound.field.widget.decompress(values)
            data |= {f"{bound.html_name}_{n}": part or "" for n, part in enumerate(parts)}
        else:
            data[bound.html_name] = "" if values is None else values
    # What the page showed, by which it is known to be stale.
    data |= {"_seen": response.context["seen"]} if "seen" in response.context else {}
    return {key: value for key, value in data.items() if value is not False}


def test_capacity_cannot_fall_below_the_seats_taken(cast, sign_in):
    cast.approved(seats=3)
    browser, address = sign_in(cast.silk_manager), page_of(cast.silk_session)
    form = form_of(browser.get(address))

    response = browser.post(address, form | {"capacity": 2})

    errors = response.context["adminform"].form.errors
    assert errors["capacity"] == ["3 seats are taken already; there cannot be fewer in all."]


def test_saving_a_session_does_not_give_back_seats_taken_meanwhile(cast, sign_in):
    browser, address = sign_in(cast.silk_manager), page_of(cast.silk_session)
    form = form_of(browser.get(address))
    cast.approved(seats=3)

    response = browser.post(address, form | {"price": "900000"})

    cast.silk_session.refresh_from_db()
    assert response.status_code == 302
    assert cast.silk_session.price == Decimal(900_000)
    assert cast.silk_session.seats_taken == 3


def test_an_edit_is_in_the_log_of_actions(cast, sign_in):
    browser, address = sign_in(cast.silk_manager), page_of(cast.silk_session)

    browser.post(address, form_of(browser.get(address)) | {"guide": "Rustam"})

    event = EventLog.objects.get(action="session.changed")
    assert (event.user, event.agency_id) == (cast.silk_manager, cast.silk.pk)
    assert event.details["changes"] == [{"changed": {"fields": ["guide"]}}]


def test_an_owner_edits_the_public_face_and_not_the_terms(cast, sign_in):
    browser, address = sign_in(cast.silk_owner), page_of(cast.silk)
    form = form_of(browser.get(address))

    browser.post(
        address,
        form
        | {
            "phone": "+998711112233",
            "commission_percent": "0",
            "bank_account": "1" * 20,
            "name": "Better",
        },
    )

    before = cast.silk.commission_percent
    cast.silk.refresh_from_db()
    assert cast.silk.phone == "+998711112233"
    assert (cast.silk.commission_percent, cast.silk.bank_account) == (before, "")
    assert cast.silk.name == "Silk Road Travel"


def test_a_manager_reads_the_agency_without_its_bank(cast, sign_in):
    type(cast.silk).objects.filter(pk=cast.silk.pk).update(bank_account="2" * 20)

    page = sign_in(cast.silk_manager).get(page_of(cast.silk)).content.decode()
    history = sign_in(cast.silk_manager).get(history_of(cast.silk))

    assert "2" * 20 not in page
    assert history.status_code == 403


def discount_form(**rest):
    return {
        "code": "spring",
        "discount_percent": "10",
        "valid_from_0": "2027-03-01",
        "valid_from_1": "00:00:00",
        "valid_to_0": "2027-04-01",
        "valid_to_1": "00:00:00",
        "is_active": "on",
    } | rest


def test_an_agencys_promo_code_is_its_own_and_at_its_own_cost(cast, sign_in):
    form = discount_form(funded_by="platform", agency=cast.nomad.pk)

    response = sign_in(cast.silk_manager).post(add_page(PromoCode), form)

    code = PromoCode.objects.get()
    assert response.status_code == 302
    assert (code.code, code.agency, code.funded_by) == ("SPRING", cast.silk, "agency")


def test_percent_and_amount_together_are_refused_in_words(cast, sign_in):
    response = sign_in(cast.silk_manager).post(
        add_page(PromoCode), discount_form(discount_amount="1000")
    )

    errors = response.context["adminform"].form.errors
    assert errors["discount_percent"] == ["Give either a percentage or an amount."]


def test_a_tour_that_is_not_ready_says_what_is_missing(cast, sign_in):
    tour = factories.tour(agency=cast.silk, status="draft", published_at=None, meeting_point_ru="")

    response = sign_in(cast.silk_manager).post(action_on(tour, "publish"), SUBMIT)

    tour.refresh_from_db()
    assert said(response) == ["Before publishing, add: a meeting point, a photo, a session."]
    assert tour.status == "draft"


def test_a_session_is_closed_and_opened_again(cast, sign_in):
    browser = sign_in(cast.silk_manager)

    browser.post(action_on(cast.silk_session, "close"), SUBMIT)
    closed = TourSession.objects.get(pk=cast.silk_session.pk).status
    browser.post(action_on(cast.silk_session, "reopen"), SUBMIT)

    assert closed == "closed"
    assert TourSession.objects.get(pk=cast.silk_session.pk).status == "open"


def test_a_history_is_read_and_never_posted_back(cast, sign_in):
    cast.silk_session.guide = "Rustam"
    cast.silk_session.save(update_fields=["guide"])
    version = cast.silk_session.history.first().pk
    browser = sign_in(cast.admin)
    address = f"{history_of(cast.silk_session)}{version}/"

    read = browser.get(address)
    posted = browser.post(address, {"guide": "Somebody else", "price": "1"})

    cast.silk_session.refresh_from_db()
    assert (read.status_code, posted.status_code) == (200, 403)
    assert cast.silk_session.guide == "Rustam"


def test_the_admin_sets_a_password_and_nobody_sees_one(cast, sign_in):
    browser = sign_in(cast.admin)

    page = browser.get(page_of(cast.support)).content.decode()
    browser.post(
        action_on(cast.support, "set_password"),
        SUBMIT | {"password": "a-Long-word-7", "again": "a-Long-word-7"},
    )

    cast.support.refresh_from_db()
    assert "md5$" not in page
    assert cast.support.check_password("a-Long-word-7")
    assert EventLog.objects.filter(action="user.password_set").exists()


def test_an_admin_cannot_lock_himself_out(cast, sign_in):
    browser, address = sign_in(cast.admin), page_of(cast.admin)
    form = form_of(browser.get(address))

    browser.post(address, form | {"platform_role": "", "is_active": "", "interests": ""})
    refused = [
        browser.post(action_on(cast.admin, act), SUBMIT | {"role": ""})
        for act in ("deactivate", "change_role")
    ]

    cast.admin.refresh_from_db()
    assert (cast.admin.platform_role, cast.admin.is_active) == ("admin", True)
    assert said(refused[-1])[-1].startswith("Nobody changes his own standing.")


@pytest.mark.parametrize("name", ["admin", "accountant"])
def test_a_card_number_is_shown_to_nobody(name, cast, sign_in):
    withdrawal = factories.withdrawal()
    browser = sign_in(cast.people[name])

    pages = [browser.get(address) for address in (page_of(withdrawal), history_of(withdrawal))]

    assert all(CARD not in page.content.decode() for page in pages)
    assert "•••• 6478" in pages[0].content.decode()
    assert "None" not in pages[1].content.decode(), "nobody was signed in when it was asked for"


def test_settings_are_changed_by_the_admin_and_the_change_is_logged(cast, sign_in):
    browser = sign_in(cast.admin)
    address = "/admin/constance/config/"
    form = browser.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields}

    browser.post(address, data | {"HOLD_MINUTES": 45})
    refused = sign_in(cast.accountant).post(address, data | {"HOLD_MINUTES": 1})

    event = EventLog.objects.get(action="setting.changed")
    assert (event.object_name, event.details) == ("HOLD_MINUTES", {"before": 60, "after": 45})
    assert refused.status_code == 403


def test_a_booking_cannot_be_edited_by_post(cast, sign_in):
    booking = cast.request()

    response = sign_in(cast.admin).post(page_of(booking), {"code": "HACKED", "final_price": "1"})

    booking.refresh_from_db()
    assert response.status_code == 403
    assert Booking.objects.get().final_price == booking.final_price


def test_the_booking_page_tells_its_story_to_each_as_he_may_see_it(cast, sign_in):
    factories.promotion(tour=cast.silk_tour, title="Spring", discount_percent=10)
    mine = {"agency": cast.silk, "funded_by": "agency"}
    code = factories.promo_code(code="FIVE", discount_percent=5, **mine)
    booking = cast.paid(seats=2, transport="bus", promo_code="FIVE")

    manager = sign_in(cast.silk_manager).get(page_of(booking)).context["story"]
    owner = sign_in(cast.silk_owner).get(page_of(booking)).context["story"]
    accountant = sign_in(cast.accountant).get(page_of(booking)).context["story"]

    titles = ["Seats", "Transport", "Subtotal", "Promotion", "Promo code", "To pay"]
    assert [line.title for line in manager["price"]] == titles
    assert [line.note for line in manager["price"][3:5]] == [
        "Spring, 10 % of 2,100,000\xa0soʻm, paid for by the agency",
        "FIVE, 5 % of 1,890,000\xa0soʻm, paid for by the agency",
    ]
    assert len(manager["events"]) == 4
    assert manager["journals"] == []
    # An owner sees the line of his own account, the accountant all of them.
    assert [len(journal["lines"]) for journal in owner["journals"]] == [1]
    assert [len(journal["lines"]) for journal in accountant["journals"]] == [3]

    code.discount_percent = 6  # of bookings to come
    code.save()
    later = sign_in(cast.silk_manager).get(page_of(booking)).context["story"]
    assert later["price"][4].note == "FIVE, paid for by the agency"


def test_interests_are_read_and_typed_as_words(cast, sign_in):
    User.objects.filter(pk=cast.traveller.pk).update(interests=["горы", "plov"])
    browser, address = sign_in(cast.admin), page_of(cast.traveller)

    form = form_of(browser.get(address))
    browser.post(address, form | {"interests": "горы,  chess ,"})

    assert form["interests"] == "горы, plov"
    cast.traveller.refresh_from_db()
    assert cast.traveller.interests == ["горы", "chess"]
    assert "горы, chess" in sign_in(cast.support).get(address).content.decode()


def test_the_button_that_adds_stands_on_lists_and_not_on_forms(cast, sign_in):
    browser, tour = sign_in(cast.silk_owner), cast.silk_tour

    def has_it(address):
        return 'class="addlink' in browser.get(address).content.decode()

    assert has_it(list_of(type(tour)))
    assert not has_it(page_of(tour))
    assert not has_it(add_page(type(tour)))
