"""The page of a session's passengers: who sees it, what is written there, what is taken away."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from core.models import EventLog
from sales.models import Booking, BookingTraveller
from sales.services.request import Traveller
from tests import factories
from tests.backoffice.pages import action_on, list_of, page_of, said
from tests.factories import FIRST_DAY, NOW

FIELDS = ("first_name", "last_name", "room", "transport_seat")


@pytest.fixture
def booking(cast):
    """Three paid seats: two named, one not."""
    names = [Traveller("Dilnoza", "Karimova", "adult"), Traveller("Gʻulom", "", "child")]
    return cast.paid(seats=3, travellers=names, comment="By the window, please.")


@pytest.fixture
def address(cast):
    return action_on(cast.silk_session, "passengers")


@pytest.fixture
def today(cast, booking):
    """The session starts today, so that travellers can be checked in."""
    type(cast.silk_session).objects.filter(pk=cast.silk_session.pk).update(
        date_start=NOW.date(), date_end=NOW.date()
    )


def typed(booking, **changes):
    """The form as the page shows it, with ``seat<number>_<field>=`` typed over it."""
    data = {"seat": []}
    for number, seat in enumerate(booking.travellers.all(), 1):
        data["seat"].append(seat.pk)
        for field in FIELDS:
            shown = getattr(seat, field)
            data[f"initial-seat-{seat.pk}-{field}"] = shown
            data[f"seat-{seat.pk}-{field}"] = changes.pop(f"seat{number}_{field}", shown)
    assert not changes
    return data


def names(booking):
    return [seat.name for seat in booking.travellers.all()]


def events():
    rows = EventLog.objects.filter(action__regex=r"^booking\.(traveller|check)").order_by("pk")
    return [row.action for row in rows]


# --- the page


@pytest.mark.parametrize(
    ("who", "writes"),
    [("silk_manager", True), ("silk_owner", True), ("admin", True), ("support", False)],
)
def test_staff_see_the_list_and_sellers_write_it(
    cast, sign_in, booking, today, address, who, writes
):
    page = sign_in(cast.people[who]).get(address).content.decode()

    for words in (
        "Dilnoza Karimova",
        "Gʻulom",
        "not named",
        booking.code,
        "By the window, please.",
    ):
        assert words in page
    assert ('name="check_in"' in page) is writes
    assert (f'name="seat-{booking.travellers.first().pk}-room"' in page) is writes


def test_the_totals_and_what_waits_for_payment_are_said(cast, sign_in, booking, address):
    cast.approved(by=cast.stranger, seats=4)

    found = sign_in(cast.silk_manager).get(address).context["list"]

    assert (len(found.passengers), found.named, found.waiting) == (3, 2, 4)


def test_a_date_without_passengers_says_what_will_come(cast, sign_in, address):
    page = sign_in(cast.silk_manager).get(address).content.decode()

    assert "Nobody has paid for a seat yet." in page
    assert "?file=pdf" not in page


def test_outside_the_days_of_check_in_the_page_says_when(cast, sign_in, booking, address):
    page = sign_in(cast.silk_manager).get(address).content.decode()

    assert 'name="check_in"' not in page
    assert "from 31.05.2027 to 10.06.2027" in page


@pytest.mark.parametrize("query", ["", "?file=pdf", "?file=xlsx"])
def test_another_agencys_list_is_not_found(cast, sign_in, booking, address, query):
    assert sign_in(cast.nomad_owner).get(address + query).status_code == 404
    assert sign_in(cast.traveller).get(address + query).status_code == 302
    assert not EventLog.objects.filter(action="session.passengers_exported").exists()


def test_a_page_costs_the_same_with_one_passenger_and_with_three(cast, sign_in, address):
    browser = sign_in(cast.silk_manager)
    cast.paid()
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    cast.paid(by=cast.second_traveller, seats=2)
    with CaptureQueriesContext(connection) as three:
        found = browser.get(address).context["list"]

    assert len(found.passengers) == 3
    assert len(three) == len(one) <= 15, [query["sql"] for query in three]


def test_a_long_list_has_pages_that_django_can_read(cast, sign_in, booking, address, settings):
    full = factories.session(tour=cast.silk_tour, capacity=300)
    factories.booking(session=full, seats_reserved=130, status="paid", paid_at=NOW, approved_at=NOW)
    full_address = action_on(full, "passengers")
    browser = sign_in(cast.silk_manager)

    first, second = (browser.get(full_address, {"page": n}) for n in (1, 2))

    assert [len(page.context["rows"]) for page in (first, second)] == [100, 30]
    fields = sum(
        html.startswith(" ") is False for html in first.content.decode().split(" name=")[1:]
    )
    assert fields < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


# --- writing


def test_all_changed_rows_are_saved_by_one_button(cast, sign_in, booking, address):
    data = typed(booking, seat3_first_name=" Aziz ", seat3_last_name="Aliyev", seat1_room="12")

    response = sign_in(cast.silk_manager).post(address, data)

    assert (response.status_code, response.url) == (302, address)
    assert said(response) == ["Saved: 2."]
    assert names(booking) == ["Dilnoza Karimova", "Gʻulom", "Aziz Aliyev"]
    assert booking.travellers.first().room == "12"
    assert events() == ["booking.traveller_seated", "booking.traveller_named"]


def test_nothing_is_written_when_nothing_was_typed(cast, sign_in, booking, address):
    response = sign_in(cast.silk_manager).post(address, typed(booking))

    assert response.status_code == 302
    assert (said(response), events()) == ([], [])


def test_what_another_wrote_meanwhile_is_not_written_back(cast, sign_in, booking, address):
    old_screen = typed(booking, seat3_first_name="Aziz")
    sign_in(cast.silk_owner).post(address, typed(booking, seat3_last_name="Aliyev", seat1_room="7"))

    sign_in(cast.silk_manager).post(address, old_screen)

    assert names(booking)[2] == "Aziz Aliyev"
    assert booking.travellers.first().room == "7"


def test_a_refused_row_says_why_and_keeps_what_was_typed(cast, sign_in, booking, address):
    data = typed(booking, seat1_room="a room with far too long a name", seat3_first_name="Aziz")

    response = sign_in(cast.silk_manager).post(address, data)

    rows = response.context["rows"]
    assert [row.error for row in rows] == ["Room: At most 30 characters.", "", ""]
    assert said(response) == ["Saved: 1.", "Refused: 1. See below why."]
    page = response.content.decode()
    assert 'value="a room with far too long a name"' in page
    assert names(booking)[2] == "Aziz"

    again = sign_in(cast.silk_manager).post(
        address, data | {k: v for k, v in typed(booking).items()}
    )
    assert again.status_code == 302


def test_what_is_no_text_is_refused_and_erases_nothing(cast, sign_in, booking, address):
    response = sign_in(cast.silk_manager).post(address, typed(booking, seat1_last_name="a\0b"))

    assert response.context["rows"][0].error == "Null characters are not allowed."
    assert names(booking)[0] == "Dilnoza Karimova"


def test_a_seat_that_left_the_list_meanwhile_is_told(cast, sign_in, booking, address):
    other = cast.paid(by=cast.stranger)
    data = typed(other, seat1_first_name="Aziz", seat1_last_name="Aliyev")
    cast.silk_session.refresh_from_db()
    cancel(cast, other)

    response = sign_in(cast.silk_manager).post(address, data)

    assert said(response) == [f"Aziz Aliyev: Booking {other.code} is not paid: it is cancelled."]


def cancel(cast, booking):
    from sales.services.cancel import cancel_booking

    cancel_booking(booking_id=booking.pk, by=cast.silk_owner.actor("admin"), at=NOW)


@pytest.mark.parametrize("who", ["support", "accountant"])
def test_who_only_reads_writes_nothing(cast, sign_in, booking, today, address, who):
    browser = sign_in(cast.people[who])
    seat = booking.travellers.first()

    answers = [
        browser.post(address, data).status_code
        for data in (typed(booking, seat1_room="1"), {"check_in": seat.pk}, {"undo": seat.pk})
    ]

    assert answers == [403, 403, 403]
    assert events() == []


def test_another_agencys_seat_is_not_written_through_ones_own_list(cast, sign_in, booking, address):
    theirs = cast.paid(session=cast.nomad_session)
    browser = sign_in(cast.silk_manager)

    answers = [
        browser.post(address, data).status_code
        for data in (typed(theirs, seat1_first_name="X"), {"check_in": theirs.travellers.get().pk})
    ]

    assert answers == [404, 404]
    assert names(theirs) == [""]


def test_a_form_of_another_site_is_refused(cast, booking, address):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.silk_manager)

    assert browser.post(address, typed(booking, seat1_room="1")).status_code == 403


# --- check-in


def test_a_tap_marks_the_traveller_and_another_takes_it_away(
    cast, sign_in, booking, today, address
):
    browser, seat = sign_in(cast.silk_manager), booking.travellers.first()
    htmx = {"HX-Request": "true"}

    marked = browser.post(address, {"check_in": seat.pk}, headers=htmx).content.decode()
    seat.refresh_from_db()
    assert (seat.checked_in_at, seat.checked_in_by) == (NOW, cast.silk_manager)
    assert f'id="mark-{seat.pk}"' in marked
    assert "<strong>1</strong> / 3" in marked
    assert 'name="undo"' in marked

    browser.post(address, {"undo": seat.pk}, headers=htmx)
    seat.refresh_from_db()
    assert seat.checked_in_at is None


def test_without_scripts_a_mark_keeps_what_was_typed(cast, sign_in, booking, today, address):
    seat = booking.travellers.first()
    data = typed(booking, seat3_first_name="Aziz") | {"check_in": seat.pk}

    response = sign_in(cast.silk_manager).post(address, data)

    seat.refresh_from_db()
    assert seat.checked_in_at == NOW
    assert said(response) == ["Noted."]
    assert 'value="Aziz"' in response.content.decode()
    assert names(booking)[2] == ""


def test_a_refused_mark_is_said_at_the_row(cast, sign_in, booking, address):
    seat = booking.travellers.first()
    browser = sign_in(cast.silk_manager)

    tapped = browser.post(address, {"check_in": seat.pk}, headers={"HX-Request": "true"})
    pressed = browser.post(address, typed(booking) | {"check_in": seat.pk})

    sentence = "Travellers are checked in from 31.05.2027 to 10.06.2027."
    assert f'role="alert">{sentence}' in tapped.content.decode()
    assert said(pressed) == [sentence]
    assert events() == []


def test_a_tap_on_a_seat_that_left_the_list_opens_the_page_anew(cast, sign_in, booking, address):
    seat = booking.travellers.first()
    cancel(cast, booking)

    answer = sign_in(cast.silk_manager).post(
        address, {"check_in": seat.pk}, headers={"HX-Request": "true"}
    )

    assert answer.headers["HX-Redirect"] == address
    assert said(answer) == [f"Booking {booking.code} is not paid: it is cancelled."]


@pytest.mark.parametrize("what", ["x", "-1", "999999999"])
def test_a_mark_for_nobody_is_not_found(cast, sign_in, booking, address, what):
    assert sign_in(cast.silk_manager).post(address, {"check_in": what}).status_code == 404


# --- files


@pytest.mark.parametrize("who", ["silk_manager", "support", "accountant"])
def test_the_list_is_taken_as_a_file_and_that_is_recorded(cast, sign_in, booking, address, who):
    browser = sign_in(cast.people[who])

    sheet, pdf = (browser.get(address, {"file": kind}) for kind in ("xlsx", "pdf"))

    name = f"passengers-{cast.silk_session.code}-{FIRST_DAY}"
    assert sheet.headers["Content-Disposition"] == f'attachment; filename="{name}.xlsx"'
    assert pdf.headers["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    cells = {cell.value for row in load_workbook(BytesIO(sheet.content)).active for cell in row}
    assert {"Dilnoza Karimova", "Gʻulom"} <= cells
    assert "Gʻulom" in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    taken = EventLog.objects.filter(action="session.passengers_exported", user=cast.people[who])
    assert [event.details["format"] for event in taken.order_by("pk")] == ["xlsx", "pdf"]


def test_another_kind_of_file_is_not_found(cast, sign_in, booking, address):
    assert sign_in(cast.silk_manager).get(address, {"file": "csv"}).status_code == 404


# --- links to the list


def test_the_session_its_bookings_and_travellers_lead_to_the_list(cast, sign_in, booking, address):
    browser = sign_in(cast.silk_manager)

    for page in (page_of(cast.silk_session), page_of(booking), list_of(BookingTraveller)):
        assert f'href="{address}"' in browser.get(page).content.decode(), page


def test_a_booking_that_is_not_paid_does_not_lead_there(cast, sign_in, address):
    waiting = cast.request()

    assert (
        f'href="{address}"' not in sign_in(cast.silk_manager).get(page_of(waiting)).content.decode()
    )


def test_the_bookings_page_shows_every_seat(cast, sign_in, booking):
    seat = booking.travellers.first()
    seat.room, seat.checked_in_at, seat.checked_in_by = "12", NOW, cast.silk_manager
    seat.save()

    page = sign_in(cast.silk_manager).get(page_of(booking)).content.decode()

    for words in ("Dilnoza Karimova", "child", "not named", "Room 12", "Has come 01.03.2027 11:00"):
        assert words in page


def test_unnamed_seats_can_be_found_in_the_list_of_travellers(cast, sign_in, booking):
    browser = sign_in(cast.silk_manager)

    shown = {
        answer: [
            str(seat)
            for seat in browser.get(list_of(BookingTraveller), query).context["cl"].result_list
        ]
        for answer, query in {"all": {}, "no": {"named": "no"}, "yes": {"named": "yes"}}.items()
    }

    assert shown["no"] == ["not named"]
    assert shown["yes"] == ["Gʻulom", "Dilnoza Karimova"]
    assert len(shown["all"]) == 3


def test_a_cancelled_date_is_read_only(cast, sign_in, booking, today, address):
    gone = factories.session(tour=cast.silk_tour, status="cancelled")
    Booking.objects.filter(pk=booking.pk).update(session=gone)

    page = sign_in(cast.silk_manager).get(action_on(gone, "passengers")).content.decode()

    assert "Dilnoza Karimova" in page
    assert 'name="seat"' not in page
    assert 'name="check_in"' not in page
