"""Who goes: the passenger list of a session, and what staff write into it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook
from pypdf import PdfReader

from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from sales.models import Booking
from sales.papers.passengers import TooLongForPdf, passengers_pdf, passengers_xlsx
from sales.queries.passengers import Passenger, passenger_list
from sales.services.passengers import (
    CheckInClosed,
    NotPaid,
    TooLong,
    WillNotRun,
    check_in,
    export_passengers,
    name_traveller,
    seat_traveller,
    undo_check_in,
)
from sales.services.request import Traveller
from tests import factories
from tests.factories import NOW

# The session runs from the 1st to the 3rd of June; midnight in Tashkent is 19:00 UTC.
DEPARTURE = datetime(2027, 6, 1, 3, 0, tzinfo=UTC)
FAMILY = [
    Traveller("Dilnoza", "Karimova", "adult"),
    Traveller("Gʻulom", "Oʻrinov", "child"),
]
WRITE = {
    name_traveller: {"first_name": "Aziz", "last_name": "Aliyev"},
    seat_traveller: {"room": "12", "transport_seat": "3A"},
    check_in: {},
    undo_check_in: {},
}
every_act = pytest.mark.parametrize("write", WRITE, ids=lambda act: act.__name__)


def do(write, seat, by, *, at=DEPARTURE, **values):
    return write(traveller_id=seat.pk, by=by.actor("admin"), at=at, **(WRITE[write] | values))


def events(*actions):
    rows = EventLog.objects.filter(action__in=actions).order_by("pk")
    return [(row.action, row.object_id, row.details) for row in rows]


SEAT_EVENTS = (
    "booking.traveller_named",
    "booking.traveller_seated",
    "booking.checked_in",
    "booking.check_in_undone",
)


@pytest.fixture
def family(cast):
    """A paid booking of three seats by bus: two named, a child at half the price, one not named."""
    cast.silk_tour.child_percent = Decimal(50)
    cast.silk_tour.save(update_fields=["child_percent"])
    return cast.paid(seats=3, travellers=FAMILY, transport="bus", comment="A child seat, please.")


@pytest.fixture
def seat(family):
    """The one that nobody has named."""
    return family.travellers.get(first_name="")


# --- the list


def test_every_paid_seat_is_in_the_list(cast, family):
    cast.paid(by=cast.second_traveller, transport="train")
    cast.paid(by=cast.stranger)
    cast.request(by=cast.blogger, seats=5)
    cast.paid(session=cast.nomad_session)

    found = passenger_list(cast.silk_session.pk, at=NOW)

    rows = [(p.number, p.booking.user, p.seat.name, p.transport) for p in found.passengers]
    assert rows == [
        (1, cast.traveller, "Dilnoza Karimova", "Bus"),
        (2, cast.traveller, "Gʻulom Oʻrinov", "Bus"),
        (3, cast.traveller, "", "Bus"),
        (4, cast.second_traveller, "", "Train"),
        (5, cast.stranger, "", ""),
    ]
    assert [p.kind for p in found.passengers[:3]] == ["adult", "child, 50\xa0%", "adult"]


def test_totals_count_the_list(cast, family, seat):
    cast.paid(by=cast.stranger)
    do(seat_traveller, seat, cast.silk_manager, room="2")
    do(check_in, seat, cast.silk_manager)

    found = passenger_list(cast.silk_session.pk, at=NOW)

    assert (len(found.passengers), found.named, found.checked_in) == (4, 2, 1)
    assert found.by_kind == [("adult", 3), ("child", 1)]
    assert found.by_transport == [("Bus", 3), ("", 1)]
    assert found.rooms == [("2", 1)]


def test_seats_that_wait_for_payment_are_a_figure_while_they_are_held(cast):
    cast.approved(seats=2)
    cast.request(by=cast.stranger, seats=4)

    during = passenger_list(cast.silk_session.pk, at=NOW)
    after = passenger_list(cast.silk_session.pk, at=NOW + timedelta(hours=2))

    assert (during.passengers, during.waiting) == ([], 2)
    assert after.waiting == 0


def test_a_free_infant_and_a_free_tour_have_their_share_in_words(cast):
    cast.silk_tour.infant_percent = Decimal(0)
    cast.silk_tour.save(update_fields=["infant_percent"])
    cast.silk_session.refresh_from_db()
    cast.paid(seats=2, travellers=[FAMILY[0], Traveller("Olim", "", "infant")])
    gift = factories.session(tour=cast.silk_tour, price=0)
    free = factories.booking(session=gift)

    kinds = [p.kind for p in passenger_list(cast.silk_session.pk, at=NOW).passengers]

    assert kinds == ["adult", "infant, 0\xa0%"]
    assert Passenger(1, free.travellers.get()).kind == "adult"


def test_the_list_costs_three_queries_whatever_its_length(cast):
    cast.paid()
    counts = []
    for more in (cast.second_traveller, cast.stranger):
        with CaptureQueriesContext(connection) as queries:
            found = passenger_list(cast.silk_session.pk, at=NOW)
            assert [(str(p.booking.user), p.transport, p.kind) for p in found.passengers]
        counts.append(len(queries))
        cast.paid(by=more, seats=3)

    assert counts == [3, 3]


def test_a_missing_session_is_not_found(cast):
    with pytest.raises(NotFound):
        passenger_list(0, at=NOW)


# --- naming and seating


def test_a_seat_gets_its_name_and_keeps_kind_and_price(cast, family, seat):
    named = do(name_traveller, seat, cast.silk_manager, first_name="  Aziz ", last_name="Al  i ")

    seat.refresh_from_db()
    assert (named.name, seat.name) == ("Aziz Al i", "Aziz Al i")
    assert (seat.kind, seat.seat_price) == ("adult", Decimal(1_000_000))
    assert events(*SEAT_EVENTS) == [("booking.traveller_named", family.pk, {"seat": 3})]


def test_a_name_can_be_taken_away_again(cast, family):
    first = family.travellers.first()

    do(name_traveller, first, cast.silk_manager, first_name="", last_name="")

    first.refresh_from_db()
    assert first.name == ""


def test_a_seat_gets_its_room_and_place(cast, family, seat):
    do(seat_traveller, seat, cast.silk_owner, room=" 12 ", transport_seat="")

    seat.refresh_from_db()
    assert (seat.room, seat.transport_seat) == ("12", "")
    details = {"seat": 3, "room": "12", "transport_seat": "–"}
    assert events(*SEAT_EVENTS) == [("booking.traveller_seated", family.pk, details)]


@pytest.mark.parametrize("write", [name_traveller, seat_traveller])
def test_what_is_written_already_is_not_recorded_again(cast, seat, write):
    do(write, seat, cast.silk_manager)
    do(write, seat, cast.silk_manager)

    assert len(events(*SEAT_EVENTS)) == 1


@pytest.mark.parametrize(
    ("write", "field", "limit"), [(name_traveller, "last_name", 80), (seat_traveller, "room", 30)]
)
def test_what_does_not_fit_is_refused_and_what_just_fits_is_not(cast, seat, write, field, limit):
    do(write, seat, cast.silk_manager, **{field: "й" * limit})

    with pytest.raises(TooLong) as refusal:
        do(write, seat, cast.silk_manager, **{field: "й" * (limit + 1)})

    assert refusal.value.field == field
    assert str(limit) in refusal.value.detail


# --- checking in


def test_who_has_come_is_marked_once(cast, family, seat):
    do(check_in, seat, cast.silk_manager)
    do(check_in, seat, cast.silk_owner, at=DEPARTURE + timedelta(minutes=5))

    seat.refresh_from_db()
    assert (seat.checked_in_at, seat.checked_in_by) == (DEPARTURE, cast.silk_manager)
    assert events(*SEAT_EVENTS) == [("booking.checked_in", family.pk, {"seat": 3})]


def test_the_mark_is_taken_away_once(cast, seat):
    do(check_in, seat, cast.silk_manager)
    do(undo_check_in, seat, cast.silk_manager)
    do(undo_check_in, seat, cast.silk_manager)

    seat.refresh_from_db()
    assert (seat.checked_in_at, seat.checked_in_by) == (None, None)
    named = [action for action, *_ in events(*SEAT_EVENTS)]
    assert named == ["booking.checked_in", "booking.check_in_undone"]


MIDNIGHT_BEFORE = datetime(2027, 5, 30, 19, 0, tzinfo=UTC)
WEEK_AFTER = datetime(2027, 6, 10, 18, 59, tzinfo=UTC)


@pytest.mark.parametrize("at", [MIDNIGHT_BEFORE, WEEK_AFTER])
def test_marks_are_made_from_the_day_before_to_a_week_after(cast, seat, at):
    assert do(check_in, seat, cast.silk_manager, at=at).checked_in_at == at


@pytest.mark.parametrize("write", [check_in, undo_check_in])
@pytest.mark.parametrize(
    "at", [MIDNIGHT_BEFORE - timedelta(seconds=1), WEEK_AFTER + timedelta(minutes=1)]
)
def test_marks_are_not_made_before_or_after(cast, seat, write, at):
    with pytest.raises(CheckInClosed) as refusal:
        do(write, seat, cast.silk_manager, at=at)

    assert "31.05.2027" in refusal.value.detail
    assert "10.06.2027" in refusal.value.detail


# --- who may, and when


@every_act
@pytest.mark.parametrize("who", ["silk_manager", "silk_owner", "admin"])
def test_sellers_write_the_list(cast, seat, write, who):
    assert do(write, seat, cast.people[who]).pk == seat.pk


@every_act
@pytest.mark.parametrize("who", ["accountant", "support", "traveller"])
def test_others_do_not(cast, seat, write, who):
    with pytest.raises(NotAllowed):
        do(write, seat, cast.people[who])

    assert events(*SEAT_EVENTS) == []


@every_act
def test_another_agencys_traveller_is_not_found(cast, seat, write):
    with pytest.raises(NotFound):
        do(write, seat, cast.nomad_owner)
    seat.pk = 0
    with pytest.raises(NotFound):
        do(write, seat, cast.silk_owner)

    assert events(*SEAT_EVENTS) == []


@every_act
def test_a_seat_that_is_not_paid_is_refused_in_words(cast, write):
    seat = cast.approved().travellers.get()

    with pytest.raises(NotPaid) as refusal:
        do(write, seat, cast.silk_manager)

    assert refusal.value.detail == f"Booking {seat.booking.code} is not paid: it is approved."


@every_act
def test_a_date_that_will_not_run_is_refused(cast, family, seat, write):
    gone = factories.session(tour=cast.silk_tour, status="cancelled")
    Booking.objects.filter(pk=family.pk).update(session=gone)

    with pytest.raises(WillNotRun):
        do(write, seat, cast.silk_manager)

    # Back, so that the books are right again.
    Booking.objects.filter(pk=family.pk).update(session=cast.silk_session)


def test_an_act_locks_the_booking_alone(cast, seat):
    with CaptureQueriesContext(connection) as queries:
        do(check_in, seat, cast.silk_manager)

    locking = [q["sql"] for q in queries if "FOR UPDATE" in q["sql"]]
    assert len(locking) == 1
    assert 'FROM "sales_booking"' in locking[0]


# --- on paper


def taken(cast, file_format="pdf", by=None):
    return export_passengers(
        session_id=cast.silk_session.pk,
        file_format=file_format,
        by=(by or cast.silk_manager).actor("admin"),
        at=NOW,
    )


def test_who_took_the_list_is_recorded(cast, family):
    taken(cast, "xlsx", by=cast.support)

    [(_, object_id, details)] = events("session.passengers_exported")
    assert (object_id, details) == (cast.silk_session.pk, {"format": "xlsx", "seats": 3})
    assert EventLog.objects.get(action="session.passengers_exported").user == cast.support


def test_another_agency_and_a_traveller_do_not_take_it(cast, family):
    with pytest.raises(NotFound):
        taken(cast, by=cast.nomad_manager)
    with pytest.raises(NotAllowed):
        taken(cast, by=cast.traveller)

    assert events("session.passengers_exported") == []


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


@pytest.mark.parametrize(("language", "title"), [("ru", "Чимган"), ("uz", "Chimyon")])
def test_the_pdf_can_be_read_in_every_alphabet(cast, family, seat, language, title):
    do(name_traveller, seat, cast.silk_manager, first_name="Ольга", last_name="Ёлкина")

    pdf = text_of(passengers_pdf(taken(cast), language=language))

    for words in (title, "Ольга", "Ёлкина", "Gʻulom", "Oʻrinov", family.code, "01.03.2027 11:00"):
        assert words in pdf, words
    with translation.override(language):
        assert str(family.travellers.first().get_kind_display()) in pdf


def test_the_pdf_has_no_markup_of_a_strangers_making(cast, seat):
    do(name_traveller, seat, cast.silk_manager, first_name="<b>Aziz</b>")

    assert "<b>Aziz</b>" in text_of(passengers_pdf(taken(cast), language="en"))


def test_a_pdf_of_nobody_says_so(cast):
    assert "Nobody has paid" in text_of(passengers_pdf(taken(cast), language="en"))


def test_a_list_too_long_for_a_pdf_is_offered_as_a_sheet(cast, family):
    found = taken(cast)
    found.passengers.extend(found.passengers * 334)

    with pytest.raises(TooLongForPdf):
        passengers_pdf(found, language="en")

    assert passengers_xlsx(found, language="en")


def test_the_sheet_has_a_row_for_every_seat(cast, family, seat):
    do(name_traveller, seat, cast.silk_manager, first_name="=HYPERLINK(1)", last_name="Ёлкина")
    cast.traveller.username = "dilnoza"
    cast.traveller.save(update_fields=["username"])

    sheet = load_workbook(BytesIO(passengers_xlsx(taken(cast), language="en"))).active

    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(number for number, row in enumerate(cells) if row[0] == "№")
    assert cells[0][0] == "Passengers: Chimgan"
    assert cells[start + 2] == [
        *(2, "Gʻulom Oʻrinov", "child, 50\xa0%", family.code, "Dilnoza Karimova", "@dilnoza"),
        *("Bus", None, None, None, 500_000, "A child seat, please."),
    ]
    name = sheet.cell(start + 4, 2)
    assert (name.value, name.data_type) == ("=HYPERLINK(1) Ёлкина", "s")
    assert sheet.auto_filter.ref == f"A{start + 1}:L{start + 4}"
