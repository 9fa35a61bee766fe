"""Tours, dates and promo codes out of the admin as files and back into it."""

import csv
import json
import re
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from backoffice.admin.catalog.exchange import files
from catalog.models import PromoCode, Tour, TourSession
from catalog.parameters import in_three_languages
from core.models import EventLog
from tests import factories
from tests.backoffice.pages import list_of, said

XLSX, CSV = "0", "1"
PROMO = ["code", "agency", "discount_percent", "valid_from", "valid_to"]
SPRING = ["SPRING", "silk-road", "10", "2027-03-01", "2027-04-01"]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"


@pytest.fixture
def manager(cast, sign_in):
    return sign_in(cast.silk_manager)


def export(browser, model, kind=CSV, **query):
    """The list as a file."""
    address = f"{list_of(model)}export/"
    answer = browser.post(address, {"format": kind, "resource": "0"}, query_params=query)
    assert answer.status_code == 200, answer
    assert "attachment" in answer["Content-Disposition"], answer.content.decode()[:2000]
    return answer.content


def rows_in(data):
    """A CSV as dictionaries."""
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))


def as_csv(*rows, delimiter=",", encoding="utf-8"):
    file = StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode(encoding)


def as_xlsx(*rows):
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def a_sheet_of_a_person():
    """A title over the table, a day as a day, 10 % as a tenth shown so, and rows left over."""
    book, file = Workbook(), BytesIO()
    sheet = book.active
    sheet.append(["Весна 2027"])
    sheet.merge_cells("A1:E1")
    sheet.append(PROMO)
    sheet.append(["SPRING", "silk-road", 0.1, date(2027, 3, 1), date(2027, 4, 1)])
    sheet["C3"].number_format = "0%"
    sheet["C400"].number_format = "0%"
    book.save(file)
    return file.getvalue()


def from_dicts(rows):
    return as_csv(list(rows[0]), *[list(row.values()) for row in rows])


def upload(browser, model, data, name="file.csv"):
    """The trial."""
    file = SimpleUploadedFile(name, data)
    return browser.post(f"{list_of(model)}import/", {"import_file": file})


def confirm(browser, model, trial):
    token = trial.context["token"]
    address = f"{list_of(model)}process_import/"
    return browser.post(address, {"token": token, "name": trial.context["name"]})


def bring(browser, model, data):
    """Trial and import."""
    return confirm(browser, model, upload(browser, model, data))


def refused(trial):
    """What is wrong with the file itself."""
    return trial.context["form"].errors["import_file"]


def faults(trial):
    """(row, field, sentence) of every fault."""
    return [(row.line, *fault) for row in trial.context["result"].rows for fault in row.faults]


def traces():
    """All that an act leaves behind."""
    history = [model.history.count() for model in (Tour, TourSession, PromoCode)]
    return history, EventLog.objects.exclude(action__endswith="exported").count()


# --- round trips


@pytest.fixture
def shelf(cast):
    """One row of each kind with everything a file must carry unharmed."""
    Tour.objects.filter(pk=cast.silk_tour.pk).update(
        title_en="=cmd|' /C calc'!A0",
        title_uz="'=guarded already",
        description_ru='<p>Строка;\nвторая, "в кавычках"</p>',
        itinerary_ru=[{"day": 1, "title": "Выезд", "text": "a\r\nb"}],
        inclusions_uz=["oʻzbek choyi", "-50 %"],
        meeting_point_ru="@Чорсу",
        meeting_lat=Decimal("-41.311081"),
        meeting_lon=Decimal("69.240562"),
        age_min=6,
        child_percent=Decimal("50.00"),
        parameters={"bring": {"ru": ["вода", "=чай"], "uz": ["suv"]}},
    )
    asked = in_three_languages({"type": "array", "items": {"type": "string"}})
    category = cast.silk_tour.category
    category.parameters_schema = {"type": "object", "properties": {"bring": asked}}
    category.save()
    TourSession.objects.filter(pk=cast.silk_session.pk).update(guide="+998 Рустам")
    mine = {"agency": cast.silk, "funded_by": "agency"}
    factories.promo_code(**mine, tour=cast.silk_tour, usage_limit=5, batch="-spring")
    factories.promo_code(**mine, session=cast.silk_session, discount_amount=1000)
    return cast


@pytest.mark.parametrize("model", [Tour, TourSession, PromoCode])
@pytest.mark.parametrize("kind", [XLSX, CSV])
def test_a_round_trip_changes_nothing(shelf, manager, model, kind):
    data = export(manager, model, kind)
    before = traces()

    trial = upload(manager, model, data)

    assert faults(trial) == []
    counts = trial.context["counts"]
    assert counts == {
        "new": 0,
        "changed": 0,
        "same": model.objects.for_user(shelf.silk_manager).count(),
        "refused": 0,
    }
    assert "token" not in trial.context, "there is nothing to confirm"
    assert traces() == before


@pytest.mark.parametrize("model", [Tour, TourSession, PromoCode])
def test_even_an_act_for_every_row_leaves_no_trace_when_nothing_differs(
    shelf, manager, model, monkeypatch
):
    """Behind the comparison stands the act's own: also it finds nothing to write."""
    monkeypatch.setattr("backoffice.admin.catalog.exchange.rows.same", lambda *_: False)
    data = export(manager, model)
    rows = [{k: v for k, v in row.items() if k not in ("agency", "tour")} for row in rows_in(data)]
    if model is TourSession:
        rows = [{k: v for k, v in row.items() if not k.startswith("date")} for row in rows]
    before = traces()

    trial = upload(manager, model, from_dicts(rows))

    assert faults(trial) == []
    confirm(manager, model, trial)
    history, events = traces()
    assert (history, events) == (before[0], before[1] + 1), "only the import itself is recorded"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "'=x", "''-x", "'plain"])
def test_a_formula_is_guarded_and_comes_back_as_it_was(text):
    guarded = files.guarded(text)

    assert guarded[0] not in "=+-@\t\r"
    assert files.unguarded(guarded) == text


def test_no_cell_of_a_file_is_a_formula(shelf, manager):
    sheet = load_workbook(BytesIO(export(manager, Tour, XLSX))).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]

    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert "'=cmd|' /C calc'!A0" in texts
    assert not [text for text in texts if re.match(r"[=+\-@\t\r]", text)]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}


# --- what a trial shows, and what an import does


def test_a_trial_says_what_each_row_would_do_and_does_nothing(shelf, manager):
    first, second = rows_in(export(manager, PromoCode))
    first["usage_limit"], new = "7", dict(zip(PROMO, SPRING, strict=True))
    bad = new | {"code": "Ж", "discount_percent": "120"}
    data = from_dicts(
        [first, second, dict.fromkeys(first, "") | new, dict.fromkeys(first, "") | bad]
    )
    before = traces()

    trial = upload(manager, PromoCode, data)

    assert "So many rows" not in trial.content.decode()
    shown = {row.line: (row.import_type, row.changes) for row in trial.context["result"].rows}
    assert shown[2] == ("update", [("Uses in all", "5", "7")])
    assert shown[3] == ("skip", [])
    assert shown[4][0] == "new"
    assert ("Discount, %", "", "10") in shown[4][1]
    assert shown[5][0] == "invalid"
    assert [(line, field) for line, field, _sentence in faults(trial)] == [
        (5, "Discount, %"),
        (5, "Code"),
    ]
    assert "token" not in trial.context
    assert traces() == before


def test_an_import_is_what_the_trial_showed(shelf, manager):
    first, second = rows_in(export(manager, PromoCode))
    first["usage_limit"] = "7"
    new = dict.fromkeys(first, "") | dict(zip(PROMO, SPRING, strict=True))

    answer = bring(manager, PromoCode, from_dicts([first, second, new]))

    assert said(answer) == ["Imported. Added: 1, changed: 1, unchanged: 1."]
    made = PromoCode.objects.get(code="SPRING")
    assert (made.agency, made.discount_percent, made.funded_by) == (shelf.silk, 10, "agency")
    assert PromoCode.objects.get(code=first["code"]).usage_limit == 7
    actions = list(EventLog.objects.values_list("action", flat=True).order_by("pk"))
    assert actions[-3:] == ["promo_code.changed", "promo_code.added", "promo_code.imported"]
    event = EventLog.objects.latest("pk")
    assert (event.agency_id, event.details["new"], event.details["changed"]) == (
        shelf.silk.pk,
        1,
        1,
    )


def test_tours_are_written_by_their_code_with_the_rules_of_the_form(cast, manager):
    head = ["code", "category", "title_ru", "description_ru", "itinerary_ru", "meeting_point_ru"]
    day = [{"day": 1, "title": "Выезд", "text": ""}]
    data = as_xlsx(
        head,
        [cast.silk_tour.code, "mountains", "Чимган!", "<p>x</p><script>evil()</script>", "[]", "A"],
        ["new-one", "mountains", "Новый", "Слова", json.dumps(day), "Б"],
    )

    answer = bring(manager, Tour, data)

    assert said(answer) == ["Imported. Added: 1, changed: 1, unchanged: 0."]
    cast.silk_tour.refresh_from_db()
    assert (cast.silk_tour.title_ru, cast.silk_tour.description_ru) == ("Чимган!", "<p>x</p>")
    assert cast.silk_tour.title_en == "Chimgan", "a column that is not there stays"
    made = Tour.objects.get(code="new-one")
    assert (made.agency, made.status, made.itinerary_ru) == (cast.silk, "draft", day)


def test_faults_of_a_tour_are_named_by_row_and_field(cast, manager):
    data = as_csv(
        ["code", "category", "title_ru", "transport_options", "age_min", "child_to_age", "status"],
        [cast.silk_tour.code, "space", "x", "[]", "", "12", ""],
        ["b", "mountains", "x", "{not json", "", "12", ""],
        ["c", "mountains", "", '[{"code": "Bus!"}]', "six", "12", ""],
        [cast.silk_tour.code, "mountains", "x", "[]", "", "", ""],
        ["", "mountains", "x", "[]", "", "12", ""],
        ["d", "mountains", "x", "[]", "", "12", "published"],
    )

    trial = upload(manager, Tour, data)

    found = [(line, field) for line, field, _sentence in faults(trial)]
    assert found == [
        (2, "Category"),
        (3, "Transport"),
        (4, "Age from"),
        (5, ""),
        (6, "Code"),
        (7, "Status"),
    ]
    page = trial.content.decode()
    assert "There is no such type of tour. Known: mountains" in page
    assert "This is the same as row 2." in page


def test_a_cell_that_cannot_be_read_is_named_although_the_tour_is_on_sale(cast, manager):
    (row,) = rows_in(export(manager, Tour))
    assert row["status"] == "published"

    trial = upload(manager, Tour, from_dicts([row | {"age_min": "six", "child_to_age": ""}]))

    assert faults(trial) == [
        (2, "Age from", "This is not a number."),
        (2, "Child: under the age of", "This cannot be empty."),
    ]


def test_sessions_are_opened_changed_and_moved(cast, manager):
    free = factories.session(
        tour=cast.silk_tour, date_start=date(2027, 7, 1), date_end=date(2027, 7, 2)
    )
    rows = rows_in(export(manager, TourSession))
    mine = next(row for row in rows if row["code"] == free.code)
    mine |= {"date_start": "10.07.2027", "date_end": "2027-07-11", "price": "1 250 000,50"}
    new = dict.fromkeys(mine, "") | {
        "tour": cast.silk_tour.code,
        "date_start": "2027-08-01",
        "date_end": "2027-08-02",
        "price": "900000",
        "capacity": "12",
    }

    answer = bring(manager, TourSession, from_dicts([*rows, new]))

    assert said(answer) == ["Imported. Added: 1, changed: 1, unchanged: 1."]
    free.refresh_from_db()
    assert (free.date_start, free.price) == (date(2027, 7, 10), Decimal("1250000.50"))
    assert free.sales_close_at.date() == date(2027, 7, 9), "the cut-off moves along"
    made = TourSession.objects.get(date_start=date(2027, 8, 1))
    assert (made.tour, made.capacity, made.status) == (cast.silk_tour, 12, "open")


def test_a_booked_date_is_not_moved_and_seats_sold_are_not_taken_back(cast, manager):
    cast.approved(seats=3)
    (row,) = rows_in(export(manager, TourSession))

    moved = upload(manager, TourSession, from_dicts([row | {"date_end": "2027-06-09"}]))
    cut = upload(manager, TourSession, from_dicts([row | {"capacity": "2", "seats_taken": "0"}]))
    closed = upload(manager, TourSession, from_dicts([row | {"status": "closed"}]))

    assert [field for _line, field, _sentence in faults(moved)] == ["Starts"]
    assert faults(cut) == [(2, "Seats", "3 seats are taken already; there cannot be fewer in all.")]
    assert faults(closed) == [(2, "Status", "A file does not change this; it is “open”.")]


def test_a_file_brought_twice_does_not_open_its_dates_twice(cast, manager):
    data = as_csv(
        ["code", "tour", "date_start", "date_end", "price", "capacity"],
        ["", cast.silk_tour.code, "2027-08-01", "2027-08-02", "900000", "12"],
    )
    bring(manager, TourSession, data)

    again = upload(manager, TourSession, data)

    code = TourSession.objects.get(date_start=date(2027, 8, 1)).code
    assert [line for line, *_rest in faults(again)] == [2]
    assert code in faults(again)[0][2]


def test_what_moved_between_trial_and_import_is_told(cast, manager, monkeypatch):
    (row,) = rows_in(export(manager, TourSession))
    trial = upload(manager, TourSession, from_dicts([row | {"capacity": "2"}]))
    cast.approved(seats=3)

    answer = confirm(manager, TourSession, trial)

    assert answer.context["is_done"]
    assert answer.context["counts"]["refused"] == 1
    cast.silk_session.refresh_from_db()
    assert cast.silk_session.capacity == 20


# --- whose rows


def test_an_export_has_only_the_persons_rows(cast, sign_in):
    factories.promo_code(agency=cast.nomad)
    factories.promo_code()

    for model in (Tour, TourSession, PromoCode):
        rows = rows_in(export(sign_in(cast.silk_manager), model))
        assert {row["agency"] for row in rows} <= {"silk-road"}

    assert {row["agency"] for row in rows_in(export(sign_in(cast.admin), PromoCode))} == {
        "nomad",
        "",
    }


def test_another_agencys_key_is_never_overwritten(cast, manager):
    theirs = factories.promo_code(agency=cast.nomad, code="NOMAD10")
    tours = as_csv(
        ["code", "agency", "category", "title_ru"],
        [cast.nomad_tour.code, "nomad", "mountains", "Taken over"],
        [cast.nomad_tour.code, "", "mountains", "My own of that name"],
    )
    sessions = as_csv(["code", "price"], [cast.nomad_session.code, "1"])
    codes = as_csv(
        [*PROMO, "tour", "session"],
        ["NOMAD10", *SPRING[1:], "", ""],
        ["MINE", *SPRING[1:], cast.nomad_tour.code, ""],
        ["MINE2", *SPRING[1:], "", cast.nomad_session.code],
    )

    told = [faults(upload(manager, Tour, tours))]
    told.append(faults(upload(manager, TourSession, sessions)))
    told.append(faults(upload(manager, PromoCode, codes)))
    bring(manager, Tour, as_csv(*list(csv.reader(StringIO(tours.decode())))[::2]))

    assert told[0] == [(2, "Agency", "You do not work for this agency.")]
    assert [(line, field) for line, field, _s in told[1]] == [(2, "Code")]
    assert [(line, field) for line, field, _s in told[2]] == [
        (2, "Code"),
        (3, "Tour"),
        (4, "Session"),
    ]
    assert Tour.objects.get(pk=cast.nomad_tour.pk).title_ru == "Хива"
    assert Tour.objects.get(code=cast.nomad_tour.code, agency=cast.silk).status == "draft"
    assert PromoCode.objects.get(pk=theirs.pk).agency == cast.nomad


def test_an_agency_cannot_bring_what_the_platform_pays_for(cast, manager, sign_in):
    data = as_csv([*PROMO, "funded_by"], [*SPRING, "platform"])

    mine = upload(manager, PromoCode, data)
    bring(sign_in(cast.admin), PromoCode, data)

    assert [sentence for *_at, sentence in faults(mine)] == [
        "Only the platform decides what the platform pays for."
    ]
    assert PromoCode.objects.get().funded_by == "platform"


@pytest.mark.parametrize("name", ["accountant", "support"])
@pytest.mark.parametrize("model", [Tour, TourSession, PromoCode])
def test_only_sellers_bring_and_take_files(cast, sign_in, name, model):
    browser = sign_in(cast.people[name])
    pages = ("import/", "export/", "process_import/")

    answers = [browser.post(f"{list_of(model)}{page}").status_code for page in pages]

    assert answers == [403, 403, 403]
    assert "export/" not in browser.get(list_of(model)).content.decode()


def test_an_upload_is_its_owners_alone(cast, manager, sign_in):
    trial = upload(manager, PromoCode, as_csv(PROMO, SPRING))
    address = f"{list_of(PromoCode)}process_import/"

    other = sign_in(cast.silk_owner).post(address, {"token": trial.context["token"]})
    forged = manager.post(address, {"token": "../../etc/passwd"})
    wrong_list = manager.post(f"{list_of(Tour)}process_import/", {"token": trial.context["token"]})
    first = confirm(manager, PromoCode, trial)
    second = confirm(manager, PromoCode, trial)

    gone = ["The file is no longer here. Please upload it again."]
    assert [said(answer)[-1:] for answer in (other, forged, wrong_list, second)] == [gone] * 4
    assert said(first)[-1].startswith("Imported")
    assert PromoCode.objects.count() == 1


# --- files as they come


@pytest.mark.parametrize(
    "data",
    [
        as_csv(PROMO, SPRING, delimiter=";", encoding="cp1251"),
        as_csv(PROMO, SPRING, delimiter="\t", encoding="utf-16"),
        as_csv(PROMO, SPRING, encoding="utf-8-sig"),
        as_csv(PROMO, [], SPRING, ["", "", "", "", ""]),
        as_csv([name.upper() for name in PROMO], SPRING),
        as_xlsx(PROMO, SPRING),
        as_xlsx(PROMO, ["SPRING", "silk-road", 10.0, date(2027, 3, 1), date(2027, 4, 1)]),
        as_csv(PROMO, ["spring", "silk-road", "10,00", "01.03.2027", "2027-04-01 00:00"]),
        as_csv(
            ["Весна", "", "", "", ""],
            [],
            PROMO,
            ["SPRING", "silk-road", "10 %", "01.03.2027 0:00", "1.4.2027 0:00"],
            delimiter=";",
            encoding="cp1251",
        ),
        a_sheet_of_a_person(),
    ],
    ids=[
        "russian-excel",
        "unicode-text",
        "bom",
        "blanks",
        "capitals",
        "xlsx",
        "cells",
        "people",
        "russian-excel-again",
        "merged-title",
    ],
)
def test_a_file_is_read_however_it_was_saved(cast, manager, data):
    bring(manager, PromoCode, data)

    code = PromoCode.objects.get()
    assert (code.code, code.discount_percent) == ("SPRING", 10)
    assert code.valid_from.isoformat() == "2027-02-28T19:00:00+00:00", "local midnight"


def test_cyrillic_of_windows_is_read(cast, manager, monkeypatch):
    monkeypatch.setattr("backoffice.admin.catalog.exchange.pages.MANY", 1)
    head = ["code", "category", "title_ru"]
    row = ["windows", "mountains", "Ёлки; и «горы»"]

    trial = upload(manager, Tour, as_csv(head, row, delimiter=";", encoding="cp1251"))
    confirm(manager, Tour, trial)

    assert trial.context["how"] == "CSV, Windows-1251, separated by “;”"
    assert "So many rows take up to a minute." in trial.content.decode()
    assert Tour.objects.get(code="windows").title_ru == "Ёлки; и «горы»"


def test_what_a_program_only_saved_in_its_own_way_changes_nothing(shelf, manager):
    """Excel shows minutes, and its CSV has no oʻ: they come back as 8:30 and as question marks."""
    code = PromoCode.objects.latest("pk")
    odd = code.valid_from.replace(second=24, microsecond=5)
    PromoCode.objects.filter(pk=code.pk).update(valid_from=odd)
    Tour.objects.filter(pk=shelf.silk_tour.pk).update(title_uz="Oʻzbek togʻlari")
    codes, (tour,) = rows_in(export(manager, PromoCode)), rows_in(export(manager, Tour))
    saved = [row | {"valid_from": row["valid_from"][:16].replace(" 0", " ")} for row in codes]
    in_windows = {
        name: cell.encode("cp1251", "replace").decode("cp1251") for name, cell in tour.items()
    }
    edited = in_windows | {"title_uz": "O?zbek tog?lari bahorda"}

    trials = [upload(manager, PromoCode, from_dicts(saved))]
    trials.append(upload(manager, Tour, from_dicts([in_windows])))
    lost = upload(manager, Tour, from_dicts([edited]))

    assert codes[1]["valid_from"].endswith(":24")
    assert in_windows["title_uz"] == "O?zbek tog?lari"
    assert [trial.context["counts"]["same"] for trial in trials] == [2, 1]
    assert [fault[:2] for fault in faults(lost)] == [(2, "Title (uz)")]
    assert "Letters were lost" in faults(lost)[0][2]


def test_a_formula_without_a_value_is_no_text(cast, manager):
    data = as_csv(["code", "category", "title_ru"], ["a", "mountains", "#ССЫЛКА!"])

    assert faults(upload(manager, Tour, data)) == [
        (2, "Title (ru)", "The formula in this cell found no value: #ССЫЛКА!.")
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The submitted file is empty."),
        (bytes(range(256)) * 4, "This is neither a CSV nor an XLSX file."),
        (b"PK\x03\x04 and then nothing", "This is neither a CSV nor an XLSX file."),
        (as_csv(PROMO), "The file has no rows under its headings."),
        (as_csv(["name", "price"], ["a", "1"]), "The file lacks these columns: code."),
        (as_csv(["code", "code"], ["a", "b"]), "The column “code” is there twice."),
        (as_csv(["code"], ["a", "b"]), "Row 2 has more cells than there are columns."),
        (
            as_csv(["code"], *[[f"C{n}"] for n in range(files.MOST_ROWS + 1)]),
            "A file has at most 5000 rows. Split it, or filter the list.",
        ),
        (b"code\n" + b"x" * files.MOST_BYTES, "A file has at most 10 MB."),
    ],
    ids=["empty", "junk", "no-zip", "no-rows", "no-key", "twice", "wide", "long", "large"],
)
def test_a_file_that_cannot_be_read_is_told_why(cast, manager, data, reason):
    assert refused(upload(manager, PromoCode, data)) == [reason]


def test_a_file_that_would_write_very_much_is_refused_unless_most_of_it_is_as_it_was(
    cast, manager, monkeypatch
):
    monkeypatch.setattr("backoffice.admin.catalog.exchange.rows.MOST_WRITTEN", 2)
    bring(manager, PromoCode, as_csv(PROMO, SPRING, ["SUMMER", *SPRING[1:]]))
    more = [[code, *SPRING[1:]] for code in ("AUTUMN", "WINTER", "SUMMER", "SPRING")]

    too_many = upload(manager, PromoCode, as_csv(PROMO, *more, ["YEAR", *SPRING[1:]]))
    bring(manager, PromoCode, as_csv(PROMO, *more))

    assert refused(too_many) == [
        "A file may add or change at most 2 rows. Split it; unchanged rows may stay."
    ]
    assert PromoCode.objects.count() == 4


def test_a_column_nobody_knows_is_named(cast, manager):
    trial = upload(manager, PromoCode, as_csv([*PROMO, "disount"], [*SPRING, "5"]))

    assert "they are left out: disount" in trial.content.decode()


# --- the way out


def test_an_export_follows_the_filter_and_the_selection(cast, manager):
    one = factories.promo_code(agency=cast.silk, batch="spring")
    two = factories.promo_code(agency=cast.silk)
    chosen = {"action": "export_csv", "_selected_action": [two.pk]}

    by_filter = rows_in(export(manager, PromoCode, batch=f"{cast.silk.pk}:spring"))
    by_hand = rows_in(manager.post(list_of(PromoCode), chosen).content)

    assert [row["code"] for row in by_filter] == [one.code]
    assert [row["code"] for row in by_hand] == [two.code]
    event = EventLog.objects.filter(action="promo_code.exported").latest("pk")
    assert (event.user, event.agency_id, event.details["rows"]) == (
        cast.silk_manager,
        cast.silk.pk,
        1,
    )


@pytest.mark.parametrize("model", [Tour, TourSession, PromoCode])
def test_an_export_costs_the_same_with_one_row_and_with_three(cast, sign_in, model):
    make = factories.FACTORIES[model]
    browser = sign_in(cast.admin)
    make()
    with CaptureQueriesContext(connection) as one:
        export(browser, model)
    make(), make()
    with CaptureQueriesContext(connection) as three:
        export(browser, model)

    assert len(one) == len(three)


def test_an_export_of_too_many_rows_is_refused(cast, manager, monkeypatch):
    monkeypatch.setattr("backoffice.admin.catalog.exchange.pages.MOST_ROWS", 0)

    answer = manager.post(f"{list_of(Tour)}export/", {"format": CSV, "resource": "0"})

    assert said(answer) == ["A file has at most 0 rows. Split it, or filter the list."]
