"""Junk in an address or a form is answered by a clear page, never by a fault of ours."""

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.db.models import Model
from django.urls import reverse

from catalog.models import Promotion, Tour, TourSession
from core.models import EventLog, SavedFilter
from finance.models import ProviderCall
from partners.models import ReferralPartner, User
from sales.models import BookingRequest
from tests.backoffice.pages import add_page, list_of, page_of, said
from tests.backoffice.walker import Walker, bare, calm, scenery  # noqa: F401

MANY_DIGITS = "9" * 5000
# A letter, nothing, two, a digit that is no number, a zero byte, and ids that no row can have.
NO_IDS = ("abc", "", "1,2", "²", "\0", "9" * 20, MANY_DIGITS)
LOG = list_of(EventLog)
DATES = list_of(TourSession)
AUTOCOMPLETE = reverse("admin:autocomplete")

# Refused before anything is looked up.
ZERO_BYTES = (
    f"{LOG}?object_type=%00",
    f"{LOG}?action=%00",
    f"{LOG}?source__exact=%00",
    f"{LOG}?a%00b=1",
    "/admin/partners/staffsession/?signed_in_by=%00",
    "/admin/finance/reconciliationfile/{registry}/export/?q=%00",
    f"{AUTOCOMPLETE}?app_label=catalog&model_name=toursession&field_name=tour&term=%00",
    "/admin/catalog/tour/%00/change/",
)
# What no filter asks.
NOT_ASKED = (
    *(f"{LOG}?{query}" for query in ("id__range=1", "id__range=", "id__range=1,2,3")),
    *(f"{LOG}?timestamp__year={year}" for year in ("0", "-1", "99999999999")),
    f"{DATES}?id__range=1",
    f"{DATES}export/?id__range=1",
)
# Lists lead to all their rows, and so do their files.
LED_AWAY = (
    *(f"{LOG}?timestamp__gte={junk}" for junk in ("0", "99999999999", "9999999-01-01")),
    f"{LOG}?object_type=catalog.tour&object_id={MANY_DIGITS}",
    *(f"{LOG}export/?{query}" for query in ("foo=bar", "object_id=abc", "user__id__exact=abc")),
    *(f"/admin/catalog/{name}/export/?foo=1" for name in ("tour", "toursession", "promocode")),
    f"{DATES}export/?agency=1",
    f"{DATES}export/?tour__id__exact={MANY_DIGITS}",
)
# Shown as if nothing had been asked, or nothing is found.
SHOWN = (
    f"{LOG}?agency={MANY_DIGITS}",
    f"{list_of(User)}?q={MANY_DIGITS}",
    f"{list_of(ProviderCall)}?outcome=²",
    f"{list_of(ProviderCall)}?outcome={MANY_DIGITS}",
    "/admin/catalog/tour/{tour}/pictures/?before=²",
    "/admin/catalog/tour/{tour}/change/?restore=" + MANY_DIGITS,
    *(f"{DATES}calendar/?month={month}" for month in ("9999-12", "0001-01", "²")),
    "/admin/reports/commission/?period=custom&first=0001-01-01&last=9999-12-31",
    f"{DATES}calendar/?tour=²&agency={MANY_DIGITS}",
    *(f"{add_page(Promotion)}?{name}=zz" for name in ("tour", "session", "agency")),
    f"{add_page(ReferralPartner)}?user=zz",
    f"{add_page(TourSession)}?tour=²",
    f"{add_page(TourSession)}?sales_close_at=zz",
    f"{add_page(Tour)}?transport_options=zz",
    *(f"{add_page(Tour)}?child_percent={junk}" for junk in ("zz", "nan", "1e999999")),
    f"{add_page(Tour)}?category={MANY_DIGITS}",
)
NOT_FOUND = (
    "/admin/catalog/tour/{tour}/history/" + MANY_DIGITS + "/",
    f"{list_of(BookingRequest)}{MANY_DIGITS}/approve/",
)


class Stranger(Walker):
    """Whatever is answered, the next question finds the database as it was."""

    def told(self, method, url, data=None):
        answer, _writes = self.ask(method, url, data)
        connection.savepoint_rollback(self.start)
        connection.needs_rollback = False
        return answer


@pytest.fixture
def junk(scenery, bare):  # noqa: F811
    """``junk(address)``: the answer to the platform's admin."""
    cast, sides = scenery
    stranger = Stranger(scenery, "admin")
    rows = {"tour": cast.silk_tour.pk, "registry": sides.own.rows["finance.reconciliationfile"]}

    def told(url, **data):
        return stranger.told("post" if data else "get", url.format(**rows), data or None)

    return told


@pytest.mark.parametrize(
    ("addresses", "status"),
    [(ZERO_BYTES, 400), (NOT_ASKED, 400), (LED_AWAY, 302), (SHOWN, 200), (NOT_FOUND, 404)],
    ids=["refused", "not asked", "led away", "shown", "not found"],
)
def test_junk_in_an_address_is_answered(junk, addresses, status):
    answers = {url[:90]: junk(url) for url in addresses}

    assert {
        url: each.status_code for url, each in answers.items() if each.status_code != status
    } == {}
    if status == 302:
        assert {each.url.partition("?")[2] for each in answers.values()} == {"e=1"}


def test_a_file_is_of_the_whole_list_whichever_page_is_open(junk, monkeypatch):
    monkeypatch.setattr(admin.site.get_model_admin(EventLog), "list_per_page", 1)

    assert junk(f"{LOG}?p=999").url.endswith("?e=1")
    assert junk(f"{LOG}export/?p=999").status_code == 200


def test_junk_ids_are_nothing_ticked(scenery, calm):  # noqa: F811
    stranger, wrong = Stranger(scenery, "admin"), []

    for page in admin.site._registry.values():
        if not issubclass(page.model, Model):
            continue
        for action in {each.name for each in page._get_base_actions()} - {"delete_selected"}:
            form = {"action": action, ACTION_CHECKBOX_NAME: NO_IDS, "index": "0"}
            answer = stranger.told("post", list_of(page.model), form)
            if (answer.status_code, answer.url) != (302, list_of(page.model)):
                wrong.append(f"{page.opts.label} {action}: {answer.status_code}")

    assert not wrong, "\n".join(wrong)


def test_of_what_is_ticked_the_rows_are_taken(cast, sign_in):
    browser = sign_in(cast.admin)
    form = {"action": "export_csv", "index": "0"}

    nothing = browser.post(list_of(Tour), form | {ACTION_CHECKBOX_NAME: NO_IDS})
    answer = browser.post(
        list_of(Tour), form | {ACTION_CHECKBOX_NAME: [*NO_IDS, cast.silk_tour.pk]}
    )

    assert said(nothing)[0].startswith("Items must be selected")
    assert cast.silk_tour.code in answer.content.decode()
    assert cast.nomad_tour.code not in answer.content.decode()


@pytest.mark.parametrize("text", NO_IDS)
@pytest.mark.parametrize("what", ["add", "up", "remove", "order"])
def test_junk_posted_to_a_gallery_is_told(junk, what, text):
    assert junk("/admin/catalog/tour/{tour}/gallery/", **{what: text}).status_code in (302, 404)


def test_a_list_whose_own_rows_fail_does_not_hide_it(cast, sign_in, monkeypatch):
    page = admin.site.get_model_admin(Tour)
    monkeypatch.setattr(page, "get_queryset", lambda request: Tour.objects.filter(pk__range=[1]))

    with pytest.raises(IndexError):
        sign_in(cast.admin).get(list_of(Tour))


def test_a_zero_byte_in_a_views_name_is_left_out(cast, sign_in):
    form = {"list": "catalog.tour", "query": "q=silk", "name": "a\0b"}
    sign_in(cast.admin).post(reverse("admin:core_savedfilter_save"), form)

    assert SavedFilter.objects.get().name == "ab"


@pytest.mark.parametrize("seen", ["[" * 100_000, MANY_DIGITS, "[]", "{", '{"title_ru": []}'])
def test_junk_in_place_of_what_a_page_showed_saves_nothing(cast, sign_in, seen):
    browser = sign_in(cast.admin)
    page = browser.get(page_of(cast.silk_session))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    answer = browser.post(page_of(cast.silk_session), data | {"_seen": seen})

    assert answer.status_code == 200


def test_what_an_address_says_of_a_new_row_fills_its_form(cast, sign_in):
    said = {"tour": cast.silk_tour.pk, "capacity": 12, "price": "zz", "date_start": "2030-05-01"}
    said["sales_close_at"] = "2030-04-30 18:00"

    answer = sign_in(cast.admin).get(add_page(TourSession), said)

    form = answer.context["adminform"].form
    assert answer.status_code == 200
    assert form["tour"].value() == cast.silk_tour.pk
    assert form["capacity"].value() == 12
    assert form["price"].value() is None
    assert f"{form['date_end'].value():%d.%m.%Y}" == "01.05.2030"
