"""Every row that is edited says who changed what; a version can be put back by the form."""

import pytest
from django.contrib import admin

from backoffice.admin.base import ReadOnly
from backoffice.admin.field_words import told_apart, value_in_words
from catalog.models import Tour
from catalog.parameters import in_three_languages
from core.models import EventLog
from partners.roles import STAFF, TABLE
from tests import factories
from tests.backoffice.pages import history_of, page_of
from tests.backoffice.test_tours import posted

LONG = "Каждое утро мы выходим рано. " * 12

# Of each model with a form: who edits the row, which field, and how its history tells it.
EDITED = {
    "catalog.tour": ("silk_manager", {"meeting_point_ru": "Вокзал"}, ("Chorsu", "Вокзал")),
    "catalog.toursession": ("silk_manager", {"guide": "Rustam"}, ("–", "Rustam")),
    "catalog.promotion": ("silk_manager", {"title": "Autumn"}, ("Spring", "Autumn")),
    "catalog.promocode": (
        "silk_manager",
        {"discount_percent": "12"},
        ("10", "12"),
    ),
    "catalog.tourcategory": ("admin", {"title_ru": "Горы"}, ("Походы", "Горы")),
    "partners.travelagency": ("silk_owner", {"auto_approve": "on"}, ("no", "yes")),
    "partners.user": ("admin", {"language": "en"}, ("Русский", "English")),
    "core.jobschedule": (
        "accountant",
        {"every": "week"},
        ("on the first of the month", "every Monday"),
    ),
    "notifications.announcement": ("support", {"title": "Later"}, ("News", "Later")),
}
# Settings have a page of their own, tested there.
ELSEWHERE = {"constance.config"}


def row_of(label, cast):
    make = {
        "catalog.tour": lambda: cast.silk_tour,
        "catalog.toursession": lambda: cast.silk_session,
        "catalog.promotion": lambda: factories.promotion(agency=cast.silk, title="Spring"),
        "catalog.promocode": lambda: factories.promo_code(agency=cast.silk, funded_by="agency"),
        "catalog.tourcategory": lambda: factories.category(title_ru="Походы"),
        "partners.travelagency": lambda: cast.silk,
        "partners.user": lambda: cast.stranger,
        "core.jobschedule": lambda: factories.job_schedule(
            owner=cast.accountant, channel="email", email="books@example.com"
        ),
        "notifications.announcement": lambda: factories.announcement(created_by=cast.support),
    }
    return make[label]()


def test_every_admin_that_edits_stands_in_the_walk():
    edits = {
        model._meta.label_lower
        for model, page in admin.site._registry.items()
        if not isinstance(page, ReadOnly)
        and any(role in TABLE.get(model._meta.label_lower, {}).get("change", ()) for role in STAFF)
    }

    assert edits == set(EDITED) | ELSEWHERE


@pytest.mark.parametrize("label", EDITED)
def test_who_changed_what_stands_in_the_history(cast, sign_in, label):
    name, typed, (before, after) = EDITED[label]
    row, person = row_of(label, cast), cast.people[name]
    browser = sign_in(person)

    saved = browser.post(page_of(row), posted(browser.get(page_of(row))) | typed)
    history = browser.get(history_of(row), follow=True)

    assert saved.status_code == 302, saved.context["adminform"].form.errors
    told = history.content.decode()
    assert str(person) in told
    for value in (before, after):
        assert value in told
    assert not {"None", "True", "False"} & set(_words(told))


def _words(page):
    body = page.partition('id="content')[2].partition("</body>")[0]
    return body.replace(">", " ").replace("<", " ").split()


def test_long_texts_are_shortened_to_where_they_differ():
    old, new = told_apart(LONG + "Обед в юрте.", LONG + "Обед у реки.")

    assert old.endswith("Обед в юрте.")
    assert new.endswith("Обед у реки.")
    assert old.startswith("…")
    assert len(old) < 60
    assert told_apart("a", "b") == ("a", "b")
    before, after = told_apart("x" * 500, "y" * 500)
    assert (len(before), before[-1], after[0]) == (161, "…", "y")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("description_ru", "<p>Два&nbsp;дня</p><p>в горах</p>", "Два дня в горах"),
        ("description_ru", "", "–"),
        ("status", "draft", "draft"),
        ("cancellation_policy", [{"days": 7, "percent": 100}], "days: 7, percent: 100"),
        ("parameters", {"with_tents": True}, "with tents: yes"),
        ("parameters", {}, "–"),
    ],
)
def test_values_read_as_people_write(column, value, words):
    assert value_in_words(Tour._meta.get_field(column), value) == words


def test_a_change_of_an_announcement_or_a_person_is_told_field_by_field(cast, sign_in):
    browser = sign_in(cast.admin)
    person = cast.stranger
    browser.post(page_of(person), posted(browser.get(page_of(person))) | {"sphere": "Baker"})

    event = EventLog.objects.get(action="user.changed")

    assert (event.details["before"], event.details["after"]) == (
        {"sphere": ""},
        {"sphere": "Baker"},
    )
    assert "password" not in str(event.details)


# --- putting back


@pytest.fixture
def edited(cast, sign_in):
    """A tour of two versions after the first, and its manager's browser."""
    browser = sign_in(cast.silk_manager)
    for text in ("Вокзал", "Площадь"):
        page = browser.get(page_of(cast.silk_tour))
        browser.post(page_of(cast.silk_tour), posted(page) | {"meeting_point_ru": text})
    return cast.silk_tour, browser


LEVELS = {
    "type": "object",
    "properties": {
        "level": {
            "type": "string",
            "enum": ["hard"],
            "x-title": {"ru": "Сложность", "en": "Level"},
            "x-labels": {"hard": {"ru": "высокая", "en": "very hard"}},
        },
        "bring": {
            **in_three_languages({"type": "string"}),
            "x-title": {"ru": "Взять", "en": "Bring"},
        },
    },
}


def version(row, **fields):
    return row.history.get(**fields)


def restore(row, old):
    return f"{page_of(row)}?restore={old.pk}"


def test_a_version_fills_the_form_and_is_saved_by_the_person_through_the_act(edited):
    tour, browser = edited
    old = version(tour, meeting_point_ru="Вокзал")
    history = browser.get(history_of(tour)).content.decode()
    seen = browser.get(f"{history_of(tour)}{old.pk}/").content.decode()
    assert restore(tour, old) in history
    assert restore(tour, old) in seen
    assert "Today: Площадь" in seen

    page = browser.get(restore(tour, old))
    tour.refresh_from_db()
    assert tour.meeting_point_ru == "Площадь", "nothing is saved by looking"
    assert posted(page)["meeting_point_ru"] == "Вокзал"
    told = page.content.decode()
    assert "Other than today: Meeting point RU. Look at them" in told
    assert "Today: Площадь" in told
    assert "data-typed" in told
    saved = browser.post(restore(tour, old), posted(page))

    tour.refresh_from_db()
    assert (saved.status_code, tour.meeting_point_ru) == (302, "Вокзал")
    actions = list(EventLog.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["tour.changed", "tour.reverted"]
    assert EventLog.objects.latest("pk").details["version"] == old.pk
    log = browser.get("/admin/core/eventlog/").content.decode()
    assert "Saved with the values of the version of 01.03.2027" in log


def test_what_a_version_left_blank_is_put_back_blank(edited):
    tour, browser = edited
    typed = {"param_level": "hard", "coordinates": "41.3, 69.2"}
    typed |= {"param_bring-ru": "вода", "param_bring-uz": "suv"}
    first = tour.history.earliest()
    tour.category.parameters_schema = LEVELS
    tour.category.save()
    browser.post(page_of(tour), posted(browser.get(page_of(tour))) | typed)
    history = browser.get(history_of(tour)).content.decode()
    # In each language: a translation alone may be what has changed.
    assert "Bring RU: вода; Bring UZ: suv; Level: very hard" in history

    filled = browser.get(restore(tour, first))
    browser.post(restore(tour, first), posted(filled))

    tour.refresh_from_db()
    assert (tour.parameters, tour.meeting_lat) == ({}, None)
    assert "Coordinates of the meeting point, Bring RU, Bring UZ, Level." in filled.content.decode()
    assert EventLog.objects.latest("pk").action == "tour.reverted"


def test_what_was_saved_with_other_values_is_a_change_and_no_return(edited):
    """The address alone puts nothing back: the log would tell of a version that never came."""
    tour, browser = edited
    old = version(tour, meeting_point_ru="Вокзал")
    filled = posted(browser.get(restore(tour, old)))

    browser.post(restore(tour, old), filled | {"meeting_point_ru": "Рынок"})
    others = posted(browser.get(page_of(tour))) | {"meeting_point_uz": "Bozor"}
    browser.post(restore(tour, old), others)

    tour.refresh_from_db()
    assert (tour.meeting_point_ru, tour.meeting_point_uz) == ("Рынок", "Bozor")
    actions = list(EventLog.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["tour.changed", "tour.changed"]
    assert "tour.reverted" not in actions


def test_an_agency_is_returned_to_a_version_only_by_its_values(cast, sign_in):
    agency = cast.silk
    agency.description = "Old\nwords"
    agency.save()
    old = agency.history.latest()
    agency.description = "New words"
    agency.save()
    browser = sign_in(cast.silk_owner)
    data = posted(browser.get(restore(agency, old)))
    returned = EventLog.objects.filter(action="agency.reverted")

    browser.post(restore(agency, old), data | {"description": "Other words"})
    assert not returned.exists()

    # A browser ends its lines otherwise.
    data = posted(browser.get(restore(agency, old)))
    browser.post(restore(agency, old), data | {"description": "Old\r\nwords"})
    assert returned.get().details["version"] == old.pk


def test_what_somebody_changed_meanwhile_is_not_overwritten_by_a_version(edited, cast, sign_in):
    tour, browser = edited
    old = version(tour, meeting_point_ru="Вокзал")
    page = browser.get(restore(tour, old))
    owner = sign_in(cast.silk_owner)
    theirs = posted(owner.get(page_of(tour))) | {"meeting_point_ru": "Музей"}
    owner.post(page_of(tour), theirs)

    refused = browser.post(restore(tour, old), posted(page))

    tour.refresh_from_db()
    assert (refused.status_code, tour.meeting_point_ru) == (200, "Музей")


def test_a_state_or_another_row_s_version_never_comes_back(edited, cast):
    tour, browser = edited
    first = tour.history.earliest()
    Tour.objects.filter(pk=tour.pk).update(code="other")
    stranger = factories.tour(agency=cast.silk).history.latest()

    page = browser.get(restore(tour, first))
    foreign = browser.get(restore(tour, stranger))

    assert posted(page)["code"] == "other"
    assert "status" not in posted(page)
    assert posted(foreign)["meeting_point_ru"] == "Площадь"
    assert browser.get(f"{history_of(tour)}{stranger.pk}/").status_code == 404
    assert browser.get(restore(tour, first) + "x").status_code == 200


def test_the_form_s_own_refusal_speaks_where_a_version_no_longer_fits(cast, sign_in):
    browser, session = sign_in(cast.silk_manager), cast.silk_session
    page = page_of(session)
    browser.post(page, posted(browser.get(page)) | {"capacity": "2", "min_group_size": "1"})
    small = version(session, capacity=2)
    browser.post(page, posted(browser.get(page)) | {"capacity": "20"})
    cast.paid(seats=3)

    filled = browser.get(restore(session, small))
    refused = browser.post(restore(session, small), posted(filled))

    session.refresh_from_db()
    assert posted(filled)["capacity"] == 2
    assert (refused.status_code, session.capacity) == (200, 20)
    assert refused.context["adminform"].form.errors["capacity"]


def test_an_owner_puts_back_the_public_face_of_the_agency_alone(cast, sign_in):
    agency = cast.silk
    agency.description, agency.commission_percent = "Old words", 20
    agency.save()
    old = agency.history.latest()
    agency.description, agency.commission_percent = "New words", 10
    agency.save()
    browser = sign_in(cast.silk_owner)

    data = posted(browser.get(restore(agency, old)))
    browser.post(restore(agency, old), data)

    agency.refresh_from_db()
    assert (agency.description, agency.commission_percent) == ("Old words", 10)
    assert (
        restore(agency, old)
        not in sign_in(cast.accountant).get(history_of(agency)).content.decode()
    )


def test_histories_are_never_posted_to(edited, cast, sign_in):
    tour, browser = edited
    old = tour.history.earliest()

    for address in (history_of(tour), f"{history_of(tour)}{old.pk}/"):
        assert browser.post(address, {"title_ru": "HACKED"}).status_code == 403
        assert sign_in(cast.nomad_manager).get(address).status_code == 404
