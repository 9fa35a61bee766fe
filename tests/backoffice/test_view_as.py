"""Support looks with a member's eyes: for a while, for a reason, and nothing can be written."""

import logging
from datetime import timedelta

import pytest
from constance import config
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from catalog.models import Tour
from core.models import EventLog
from partners.models import AgencyMember, StaffSession, ViewAs
from partners.roles import allowed
from partners.services.view_as import end_lapsed_views, end_views_of
from sales.models import Booking
from tests import factories
from tests.backoffice.addresses import addresses
from tests.backoffice.both_sides import both_sides
from tests.backoffice.pages import SUBMIT, action_on, list_of, page_of, said
from tests.factories import NOW

HOME, END = "/admin/", "/admin/view-as/end/"
WHY = {"reason": "She does not find her payout.", **SUBMIT}
CHANGES_NOTHING = "Nothing can be changed in a view."


@pytest.fixture
def calm():
    """Pages are answered through their addresses, most of them not drawn; refusals not logged."""
    logging.disable(logging.CRITICAL)
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, "tests.backoffice.walker.Unrendered"]):
        yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def look(cast, sign_in):
    """A browser in which support looks with the eyes of ``person``."""

    def begin(person=None, viewer=None):
        browser = sign_in(viewer or cast.support)
        row = (person or cast.silk_owner).memberships.get()
        answer = browser.post(action_on(row, "look_as"), WHY)
        assert answer.status_code == 302, answer.content
        return browser

    return begin


def text(answer):
    return answer.content.decode()


def ended(view):
    view.refresh_from_db()
    return view.ended_at


# --- the beginning


def test_support_sees_what_the_member_sees_and_the_owner_reads_who_looked_and_why(
    cast, look, sign_in, clock
):
    theirs = factories.tour(agency=cast.nomad, title_en="Deserts")
    browser = look()

    home, tours = browser.get(HOME), browser.get(list_of(Tour))
    assert "You look as" in text(home)
    assert str(cast.silk_owner) in text(home)
    assert home.headers["Content-Type"].startswith("text/html")
    assert {tour.agency_id for tour in tours.context["cl"].result_list} == {cast.silk.pk}
    assert browser.get(page_of(theirs)).status_code == 404
    # What support alone may see is as far away as it is for the member.
    assert browser.get(list_of(StaffSession)).status_code == 403

    clock.shift(timedelta(minutes=4))
    answer = browser.post(END)
    assert said(answer)[-1] == "The view is over: you are yourself again."
    assert browser.get(list_of(StaffSession)).status_code == 200

    view = ViewAs.objects.get()
    assert (view.viewer, view.person, view.pages) == (cast.support, cast.silk_owner, 2)
    assert (view.until, view.ended_at) == (NOW + timedelta(minutes=30), NOW + timedelta(minutes=4))
    log = text(sign_in(cast.silk_owner).get(list_of(EventLog)))
    assert "looks with this person&#x27;s eyes for 30 min: She does not find her payout." in log
    assert "looks no longer; pages seen: 2." in log
    assert "looks no longer" not in text(sign_in(cast.nomad_owner).get(list_of(EventLog)))
    assert str(cast.silk_owner) in text(sign_in(cast.admin).get(list_of(ViewAs)))


def test_it_begins_on_a_persons_page_too_and_asks_why(cast, sign_in):
    browser = sign_in(cast.admin)
    url = action_on(cast.silk_manager, "look_as")

    assert "Say why" in text(browser.post(url, {**SUBMIT, "reason": " "}))
    assert not ViewAs.objects.exists()
    assert browser.post(url, WHY, headers={"HX-Request": "true"}).headers["HX-Redirect"] == HOME
    assert f"<b>{cast.silk_manager}</b>" in text(browser.get(HOME))


def test_neither_platform_staff_nor_travellers_nor_former_members_are_looked_at(cast, sign_in):
    cast.silk_manager.memberships.update(is_active=False)
    browser = sign_in(cast.support)

    for person in (cast.admin, cast.accountant, cast.support, cast.traveller, cast.silk_manager):
        assert browser.post(action_on(person, "look_as"), WHY).status_code == 403
    assert browser.get(action_on(cast.silk_owner, "look_as")).status_code == 200
    assert not ViewAs.objects.exists()


@pytest.mark.parametrize("name", ["silk_owner", "silk_manager", "accountant"])
def test_nobody_else_may_look(name, cast, sign_in):
    row = cast.nomad_manager.memberships.get()

    answer = sign_in(cast.people[name]).post(action_on(row, "look_as"), WHY)

    assert answer.status_code in (403, 404)
    assert not ViewAs.objects.exists()


# --- nothing is written


def test_whatever_is_posted_is_refused_and_every_page_opens(cast, look, calm):
    """All addresses of the admin, in a view; not one row of the database is another afterwards
    but the view's own count. That looking writes nothing is known of all roles (test_walk)."""
    sides = both_sides(cast)
    browser = look()
    browser.raise_request_exception = False
    own = {reverse("admin:view_as_end"), reverse("admin:logout")}
    before = everything()

    wrong = [
        fault
        for address in addresses()
        if (url := address.at(sides.own_row(address.label, "owner"), sides.own)) not in own
        for fault in (fault_of_post(browser, url), fault_of_look(browser, url, address))
        if fault
    ]

    assert wrong == [], "\n".join(wrong)
    assert everything() == before


def fault_of_post(browser, url):
    browser.cookies.pop("messages", None)
    answer = browser.post(url, headers={"HX-Request": "true"})
    is_refused = answer.status_code == 403 and said(answer) == [CHANGES_NOTHING]
    return "" if is_refused else f"post {url} {answer.status_code}"


def fault_of_look(browser, url, address):
    app, _, model = address.label.partition(".")
    if address.name != f"{app}_{model}_change" or not allowed("owner", address.label, "view"):
        return ""
    answer = browser.get(url)
    if answer.status_code >= 500:
        return f"get {url} {answer.exc_info[1]!r}"
    if "Content-Disposition" in answer or answer.streaming:
        return f"get {url} is a file"
    is_kept = hasattr(answer.wsgi_request, "has_tried_to_write")
    return f"get {url} writes" if is_kept else ""


def everything():
    """A digest of each table, but for the view's own and the browser's session."""
    left_out = {"partners_viewas", "django_session", "partners_staffsession"}
    tables = set(connection.introspection.table_names()) - left_out
    asked = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f' FROM "{table}" t'
        for table in sorted(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return dict(cursor.fetchall())


def test_an_approval_is_refused_with_a_page_that_says_so(cast, look, sign_in):
    booking = cast.request()
    url = action_on(booking, "approve")
    browser = look()

    answer = browser.post(url, SUBMIT)

    assert answer.status_code == 403
    assert CHANGES_NOTHING in text(answer)
    assert f"You look as {cast.silk_owner}" in text(answer)
    booking.refresh_from_db()
    assert booking.status == "requested"
    # The same press, by the owner herself.
    sign_in(cast.silk_owner).post(url, SUBMIT)
    booking.refresh_from_db()
    assert booking.status == "approved"


def test_files_are_not_handed_out_and_fetching_one_leaves_no_trace(cast, look, sign_in):
    cast.paid()
    session = cast.silk_session
    owner, browser = sign_in(cast.silk_owner), look()
    listed = reverse("admin:catalog_toursession_passengers", args=[session.pk])
    urls = [f"{listed}?file={kind}" for kind in ("xlsx", "pdf")]
    urls.append(action_on(Booking.objects.get(), "voucher"))

    for url in urls:
        before = EventLog.objects.count()
        refused = browser.get(url)
        assert (refused.status_code, EventLog.objects.count()) == (403, before)
        assert "Content-Disposition" not in refused
        assert "Files are not handed out" in text(refused) or "does not open" in text(refused)
    assert "Content-Disposition" in owner.get(urls[0])


def test_the_persons_own_account_is_for_the_person_alone(look):
    browser = look()

    for url in ("/admin/account/", "/admin/password_change/", "/admin/second-factor/new/"):
        answer = browser.get(url)
        assert answer.status_code == 403
        assert "for the person alone" in text(answer)


def test_the_language_can_be_changed(look):
    browser = look()

    answer = browser.post("/i18n/setlang/", {"language": "ru", "next": HOME})

    assert answer.status_code == 302
    assert browser.cookies["django_language"].value == "ru"


# --- the end


def test_its_time_is_up_and_what_is_posted_then_is_not_done_by_who_looked(cast, look, clock):
    booking = cast.request()
    browser = look(viewer=cast.admin)
    view = ViewAs.objects.get()
    clock.shift(timedelta(minutes=config.VIEW_AS_MINUTES))

    answer = browser.post(action_on(booking, "approve"), SUBMIT)

    assert (answer.status_code, answer.url) == (302, HOME)
    assert said(answer)[-1] == "The view is over: you are yourself again."
    booking.refresh_from_db()
    assert booking.status == "requested"
    assert ended(view) == view.until
    assert browser.get(list_of(ViewAs)).status_code == 200


def test_it_ends_with_the_right_to_look_and_with_the_right_to_be_there(cast, look):
    def viewer_is_demoted(view):
        type(view.viewer).objects.filter(pk=view.viewer_id).update(platform_role="accountant")

    def member_leaves(view):
        AgencyMember.objects.filter(user=view.person_id).update(is_active=False)

    def person_is_deactivated(view):
        type(view.person).objects.filter(pk=view.person_id).update(is_active=False)

    people = (cast.silk_manager, cast.nomad_manager, cast.silk_owner)
    viewers = (factories.staff(platform_role="support"), cast.support, cast.admin)
    changes = (viewer_is_demoted, member_leaves, person_is_deactivated)
    for person, viewer, change in zip(people, viewers, changes, strict=True):
        browser = look(person, viewer)
        view = ViewAs.objects.get(viewer=viewer)
        change(view)

        assert browser.get(HOME).status_code == 302
        assert ended(view) == NOW
        assert "You look as" not in text(browser.get(HOME))


def test_it_ends_when_more_is_asked_of_who_looks_and_a_header_hides_no_page(look):
    browser = look()
    browser.get(list_of(Tour), headers={"HX-Request": "true"})
    view = ViewAs.objects.get()
    assert view.pages == 1

    config.SECOND_FACTOR_ROLES = ["support"]

    assert browser.get(HOME, follow=True).redirect_chain[-1][0].startswith("/admin/second-factor/")
    assert ended(view) == NOW


def test_it_ends_at_sign_out_and_with_a_new_one(cast, look):
    browser = look()
    first = ViewAs.objects.get()
    other = look(cast.silk_manager)
    second = ViewAs.objects.latest("pk")

    assert (ended(first), ended(second)) == (NOW, None)
    assert browser.get(HOME).status_code == 302

    other.post(reverse("admin:logout"))

    assert ended(second) == NOW
    events = EventLog.objects.filter(action="view_as.ended").order_by("pk")
    assert [event.user for event in events] == [cast.support, cast.support]


def test_the_clock_ends_what_nobody_came_back_to(cast, look, clock):
    look()
    view = ViewAs.objects.get()

    assert end_lapsed_views(at=NOW) == 0
    assert end_lapsed_views(at=NOW + timedelta(hours=2)) == 1

    assert ended(view) == view.until
    event = EventLog.objects.get(action="view_as.ended")
    assert (event.role, event.agency_id) == ("system", cast.silk.pk)


def test_whoever_is_deactivated_is_seen_no_longer_in_the_same_act(cast, look):
    look()
    view = ViewAs.objects.get()

    assert end_views_of(cast.silk_owner.pk, by=cast.admin.actor("admin"), at=NOW) == 1

    assert ended(view) == NOW


def test_another_browser_of_the_viewer_stays_his_own(cast, look, sign_in):
    look()

    assert "You look as" not in text(sign_in(cast.support).get(HOME))


def test_a_view_that_is_not_ones_own_is_nobodys(cast, look, sign_in):
    """A forged number in the session gives no eyes."""
    look()
    other = sign_in(cast.admin)
    session = other.session
    session["view_as"] = ViewAs.objects.get().pk
    session.save()

    assert other.get(HOME).status_code == 302
    assert ended(ViewAs.objects.get()) is None
