"""The log of actions in the back office: filters, one event, the file, the seals' page."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from structlog.testing import capture_logs

from backoffice.admin.core import event_export
from backoffice.admin.core.event_kinds import FAMILIES, KINDS, action_name, kind_name
from backoffice.admin.core.sentences import SENTENCES
from core.actor import job
from core.models import EventLog, EventSeal
from core.services.seal import seal_events
from sales.services.prove import prove_daily
from tests import factories
from tests.backoffice.pages import page_of
from tests.factories import NOW

LOG = "/admin/core/eventlog/"
EXPORT = "/admin/core/eventlog/export/"
DAY = timedelta(days=1)


def shown(browser, query=""):
    """The events of the list, the newest first."""
    return [event.action for event in browser.get(f"{LOG}?{query}").context["cl"].result_list]


def choices(browser):
    """What each filter offers, groups opened."""
    changelist = browser.get(LOG).context["cl"]
    forms = [next(iter(spec.choices(changelist)))["form"] for spec in changelist.filter_specs]
    fields = {name: field for form in forms for name, field in form.fields.items()}
    return {name: dict(_flat(getattr(each, "choices", ()))) for name, each in fields.items()}


def _flat(pairs):
    for value, title in pairs:
        yield from _flat(title) if isinstance(title, list | tuple) else [(value, title)]


def about(cast, **fields):
    return factories.event(object_id=7, agency_id=cast.silk.pk, **fields)


# --- names


def test_every_action_has_a_group_and_a_name_without_the_marks_of_its_facts():
    assert {action.partition(".")[0] for action in SENTENCES} <= set(FAMILIES)
    for action in SENTENCES:
        name = action_name(action)
        assert name, action
        assert not set("{}") & set(name), action


def test_every_kind_has_a_name_of_its_own():
    names = [kind_name(label) for label in KINDS]
    assert len(set(names)) == len(names)
    assert not [name for name in names if "." in name]


# --- filters


def test_it_is_narrowed_by_person_kind_action_object_door_agency_and_period(cast, sign_in, clock):
    paid = {"action": "booking.paid", "source": "payme", "object_name": "AB12CD34"}
    about(cast, **paid, timestamp=NOW - 40 * DAY, request_id="req-1")
    about(cast, action="booking.approved", user=cast.silk_manager, source="bot", object_name="X")
    tour = {"object_type": "catalog.tour", "object_name": "Самарканд", "source": "admin"}
    factories.event(**tour, action="tour.added", agency_id=cast.nomad.pk, timestamp=NOW - 3 * DAY)
    browser = sign_in(cast.admin)

    assert shown(browser, f"user__id__exact={cast.silk_manager.pk}") == ["booking.approved"]
    assert shown(browser, "object_type=catalog.tour") == ["tour.added"]
    assert shown(browser, "action=booking.paid") == ["booking.paid"]
    assert shown(browser, "source__exact=bot") == ["booking.approved"]
    assert shown(browser, f"agency={cast.nomad.pk}") == ["tour.added"]
    assert shown(browser, "period=today") == ["booking.approved"]
    assert shown(browser, "period=week") == ["booking.approved", "tour.added"]
    assert shown(browser, "timestamp_to_0=2027-02-01&timestamp_to_1=00:00") == ["booking.paid"]
    for word in ("ab12cd34", "AB12", "req-1"):
        assert shown(browser, f"q={word}") == ["booking.paid"]
    assert shown(browser, "q=самар") == ["tour.added"]
    assert shown(browser, "q=%25") == []
    one = browser.get(f"{LOG}?object_type=sales.booking&object_id=7")
    assert one.context["one"]["name"] == "X"
    assert len(one.context["cl"].result_list) == 2


QUERIES = {
    "q=AB12CD34": "event_by_name",
    "q=req-1": "event_by_request",
    "source__exact=payme": "event_by_door",
    "action=booking.paid": "event_by_action",
    "object_type=sales.booking&object_id=7": "event_by_object",
    "agency=1": "event_by_agency",
    "user__id__exact=1": "event_by_user",
    "period=today": "event_by_time",
}


def test_each_filter_has_an_index_of_its_own(cast, sign_in):
    """Of an empty table the planner would read all, by any index: it is told not to."""
    browser = sign_in(cast.admin)
    lists = {query: browser.get(f"{LOG}?{query}").context["cl"].queryset for query in QUERIES}

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")

    for query, index in QUERIES.items():
        assert index in lists[query].select_related(None)[:25].explain(), query


def test_an_agency_is_offered_its_own_people_and_kinds_and_finds_its_own_events(cast, sign_in):
    about(cast, action="booking.paid", user=cast.silk_manager)
    factories.event(action="booking.paid", agency_id=cast.nomad.pk, user=cast.nomad_manager)
    browser = sign_in(cast.silk_manager)

    offered = choices(browser)
    kinds, actions = offered["object_type"], offered["action"]

    assert set(offered["user__id__exact"]) == {"", cast.silk_owner.pk, cast.silk_manager.pk}
    assert "sales.booking" in kinds
    assert not {"finance.payout", "partners.referralpartner"} & set(kinds)
    assert "booking.paid" in actions
    assert not {"payout.paid", "setting.changed", "user.changed"} & set(actions)
    assert "agency" not in offered
    assert len(shown(browser)) == 1
    assert shown(browser, f"user__id__exact={cast.nomad_manager.pk}") == []
    assert "setting.changed" in choices(sign_in(cast.admin))["action"]


def test_the_list_asks_as_much_for_three_rows_as_for_one(cast, sign_in):
    browser, counts = sign_in(cast.admin), []
    for more in (1, 2):
        for _ in range(more):
            about(cast, user=cast.silk_manager)
        with CaptureQueriesContext(connection) as queries:
            browser.get(LOG)
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- one event


def test_its_page_tells_what_changed_its_facts_and_the_rest_of_its_request(cast, sign_in):
    details = {
        "before": {"price": "1000000.00"},
        "after": {"price": "1200000.00"},
        "note_of_it": "why",
        "amount": "500.00",
    }
    row = {"object_type": "catalog.toursession", "object_id": cast.silk_session.pk}
    row |= {"action": "session.changed", "agency_id": cast.silk.pk, "request_id": "r1"}
    event = factories.event(**row, details=details)
    about(cast, action="booking.paid", request_id="r1", details={"amount": "1.00"})
    factories.event(action="booking.paid", request_id="r1", agency_id=cast.nomad.pk)

    page = sign_in(cast.silk_manager).get(page_of(event)).context["page"]

    (change,) = page["differences"]
    assert str(change) == "Price per seat, UZS: 1,000,000\xa0soʻm → 1,200,000\xa0soʻm"
    assert dict(page["facts"]) == {"Note of it": "why", "Amount": "500\xa0soʻm"}
    assert [other.text for other in page["others"]] == ["Paid: 1\xa0soʻm."]
    assert len(sign_in(cast.admin).get(page_of(event)).context["page"]["others"]) == 2


ODD = [
    [],
    7,
    "x",
    {"changes": "x"},
    {"changes": [{"changed": 5}]},
    {"until": "zz"},
    {"before": {"a": 1}, "after": [], "version_at": 3},
    {"before": {"base_price": {"a": 1}}, "after": {"base_price": [2]}, "muted": 7},
    {"percent": "a lot"},
]


def put_in(cast, details, **fields):
    """As somebody with the database's own password could, who knows no act."""
    fields = {"object_type": "catalog.tour", "action": "tour.changed"} | fields
    return about(cast, details=details, **fields)


@pytest.mark.parametrize("details", ODD)
def test_an_event_whose_details_are_odd_hides_no_other_and_says_so(cast, sign_in, details):
    odd = put_in(cast, details, request_id="r7")
    put_in(cast, details, object_type="no.such", action="no.action")
    about(cast, action="booking.paid", request_id="r7", details={"amount": "1.00"})
    browser = sign_in(cast.admin)

    assert "Paid: 1\u00a0soʻm." in browser.get(LOG).text
    assert browser.get(page_of(odd)).status_code == 200
    assert browser.get(page_of(EventLog.objects.get(action="booking.paid"))).status_code == 200
    rows = read_csv(browser.post(EXPORT, {"format": "csv"}))
    assert len(rows) == 4


def test_an_odd_event_is_named_on_its_page_and_once_in_the_servers_log(cast, sign_in):
    odd = put_in(cast, [])
    browser = sign_in(cast.admin)
    told = "tour.changed – its details cannot be read."

    with capture_logs() as logs:
        listed, page = browser.get(LOG), browser.get(page_of(odd))

    assert told in listed.text
    assert page.context["page"]["facts"] == [("Details", told)]
    assert [(each["event_id"], each["log_level"]) for each in logs] == [(odd.pk, "error")]


def test_an_odd_change_of_a_setting_leaves_the_settings_page_readable(cast, sign_in):
    row = {"object_type": "constance.constance", "action": "setting.changed"}
    for name in ("HOLD_MINUTES", "MAX_SEATS"):
        details = [] if name == "MAX_SEATS" else {"before": {"a": 1}, "after": 2}
        factories.event(**row, object_name=name, details=details)

    assert sign_in(cast.admin).get("/admin/constance/config/").status_code == 200


# --- the file


def read_csv(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_the_filtered_log_is_handed_out_as_it_reads_and_the_log_tells_of_it(cast, sign_in):
    about(cast, action="booking.paid", object_name="=cmd|x", details={"amount": "1.00"})
    about(cast, action="booking.approved")
    factories.event(action="booking.paid", agency_id=cast.nomad.pk)
    browser = sign_in(cast.silk_manager)

    asked = browser.get(f"{EXPORT}?action=booking.paid")
    rows = read_csv(browser.post(f"{EXPORT}?action=booking.paid", {"format": "csv"}))

    assert "Events as the list is filtered: 1." in asked.content.decode()
    head, row = rows
    assert head[:2] == ["time", "who"]
    assert row[3:7] == ["Booking", "'=cmd|x", "Paid: 1\xa0soʻm.", "booking.paid"]
    told = EventLog.objects.get(action="log.exported")
    assert (told.user, told.agency_id) == (cast.silk_manager, cast.silk.pk)
    assert told.details == {"rows": 1, "format": "CSV"}
    assert "The log taken as CSV. Events: 1." in browser.get(LOG).content.decode()


def test_a_file_that_had_to_be_cut_says_so(cast, sign_in, monkeypatch):
    monkeypatch.setattr(event_export, "MOST_ROWS", 2)
    for _ in range(3):
        about(cast, action="booking.paid")
    browser = sign_in(cast.accountant)

    asked = browser.get(EXPORT).content.decode()
    book = b"".join(browser.post(EXPORT, {"format": "xlsx"}).streaming_content)
    rows = read_csv(browser.post(EXPORT, {"format": "csv"}))

    assert "it holds the newest 2 events" in asked
    (sheet,) = load_workbook(BytesIO(book)).worksheets
    assert "it holds the newest 2 events" in sheet["A2"].value
    assert len(rows) == 4
    assert "it holds the newest 2 events" in rows[-1][0]


def test_asking_writes_nothing_and_travellers_get_nothing(cast, sign_in):
    assert sign_in(cast.silk_manager).get(EXPORT).status_code == 200
    assert not EventLog.objects.filter(action="log.exported").exists()
    assert sign_in(cast.traveller).get(EXPORT).status_code == 302


# --- seals


def test_the_seals_page_says_when_it_was_sealed_and_how_the_last_check_went(cast, sign_in):
    cast.paid()
    browser = sign_in(cast.accountant)
    seal_events(by=job(), at=NOW + 3650 * DAY)
    address = "/admin/core/eventseal/"

    before = browser.get(address).content.decode()
    prove_daily(at=NOW)
    after = browser.get(address).content.decode()

    assert "Last sealed" in before
    assert "Not checked yet" in before
    assert "The log is whole: events 4, seals 1" in after
    assert sign_in(cast.support).get(address).status_code == 403


def test_a_seal_is_called_by_its_event_in_the_readers_language(cast, sign_in):
    cast.paid()
    seal_events(by=job(), at=NOW + 3650 * DAY)
    seal = EventSeal.objects.get()

    page = sign_in(cast.accountant).get(page_of(seal)).content.decode()

    assert f"Seal up to event {seal.last_event_id}" in page
