"""Two people at one page: what somebody has not seen is not written over."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from backoffice.admin import stale
from catalog.models import Tour, TourSession
from catalog.services.locks import lock_session
from core.models import EventLog
from tests import factories
from tests.backoffice.pages import page_of
from tests.backoffice.test_forms import form_of
from tests.backoffice.test_tours import posted
from tests.sales.threads import in_thread, run_together


def form_on(browser, row):
    """The page's form as a browser would send it back."""
    return (posted if isinstance(row, Tour) else form_of)(browser.get(page_of(row)))


def looked_again(form, response, *, leave=()):
    """The same form from the page that said what changed, some of it left as it is now."""
    return form | {"_seen": response.context["seen"], "_as_it_is": list(leave)}


def test_who_comes_second_is_told_who_was_first_and_decides(cast, sign_in, clock):
    session = cast.silk_session
    manager, owner = sign_in(cast.silk_manager), sign_in(cast.silk_owner)
    hers, his = form_on(manager, session), form_on(owner, session)
    clock.shift(timedelta(minutes=5))
    first = manager.post(page_of(session), hers | {"price": "1200000"})

    second = owner.post(page_of(session), his | {"guide": "Rustam"})

    assert (first.status_code, second.status_code) == (302, 200)
    told = f"Changed meanwhile by {cast.silk_manager} at 11:05; nothing of yours is saved yet."
    assert second.context["adminform"].form.non_field_errors() == [told]
    (price,) = second.context["stale"].differences
    assert (price.now, price.typed, price.is_typed) == (
        "1,200,000\xa0soʻm",
        "1,000,000\xa0soʻm",
        False,
    )
    assert 'value="Rustam"' in second.content.decode(), "what was typed is still there"
    assert "Please correct" not in second.content.decode(), "nothing of it is an error"
    session.refresh_from_db()
    assert (session.price, session.guide) == (1_200_000, "")

    again = looked_again(his | {"guide": "Rustam"}, second, leave=["price"])
    assert owner.post(page_of(session), again).status_code == 302
    session.refresh_from_db()
    assert (session.price, session.guide) == (1_200_000, "Rustam")


def test_a_second_save_after_looking_goes_over_what_was_seen_and_nothing_newer(
    cast, sign_in, clock
):
    session, browser = cast.silk_session, sign_in(cast.silk_owner)
    mine = form_on(browser, session) | {"guide": "Rustam"}
    TourSession.objects.filter(pk=session.pk).update(guide="Aziz")
    once = browser.post(page_of(session), mine)
    TourSession.objects.filter(pk=session.pk).update(guide="Bek")

    twice = browser.post(page_of(session), looked_again(mine, once))
    saved = browser.post(page_of(session), looked_again(mine, twice))

    seen = [(each.now, each.typed) for each in twice.context["stale"].differences]
    assert (once.status_code, seen) == (200, [("Bek", "Rustam")])
    assert saved.status_code == 302
    session.refresh_from_db()
    assert session.guide == "Rustam"


def rows_of(cast):
    """A row of each kind of page, a field of it, and what two people write there."""
    return {
        "tour": (cast.silk_tour, "title_ru", "Горы", "Озеро", cast.silk_manager),
        "agency": (cast.silk, "phone", "+998900000001", "+998900000002", cast.silk_owner),
        "category": (cast.silk_tour.category, "position", "7", "8", cast.admin),
        "promo code": (
            factories.promo_code(agency=cast.silk, code="SPRING", funded_by="agency"),
            "usage_limit",
            "5",
            "9",
            cast.silk_manager,
        ),
        "announcement": (
            factories.announcement(status="draft"),
            "title",
            "Spring",
            "Autumn",
            cast.support,
        ),
    }


@pytest.mark.parametrize("name", ["tour", "agency", "category", "promo code", "announcement"])
def test_every_page_that_saves_a_row_guards_it(cast, sign_in, name):
    row, field, theirs, mine, person = rows_of(cast)[name]
    here, there = sign_in(person), sign_in(person)
    form, other = form_on(here, row), form_on(there, row)

    first = there.post(page_of(row), other | {field: theirs})
    second = here.post(page_of(row), form | {field: mine})
    pressed_twice = there.post(page_of(row), other | {field: theirs})
    saved = here.post(page_of(row), looked_again(form | {field: mine}, second))

    answers = (first, second, pressed_twice, saved)
    assert [each.status_code for each in answers] == [302, 200, 302, 302]
    (found,) = second.context["stale"].differences
    assert (found.name, found.now, found.typed, found.is_typed) == (field, theirs, mine, True)
    assert "You changed this in another window" in second.content.decode()
    row.refresh_from_db()
    assert str(getattr(row, field)) == mine


def test_what_nobody_changed_is_saved_as_before_and_says_nothing(cast, sign_in):
    browser, session = sign_in(cast.silk_manager), cast.silk_session
    form = form_on(browser, session)
    cast.approved(seats=2)  # moves the row, not what the form shows

    assert browser.post(page_of(session), form).status_code == 302
    assert not EventLog.objects.filter(action="session.changed").exists()


def test_a_page_that_does_not_say_what_it_showed_is_not_saved(cast, sign_in):
    browser, session = sign_in(cast.silk_manager), cast.silk_session
    form = form_on(browser, session) | {"guide": "Rustam"}
    silent = {name: value for name, value in form.items() if name != "_seen"}

    refused = browser.post(page_of(session), silent)
    forged = browser.post(page_of(session), silent | {"_seen": "[1]"})
    saved = browser.post(page_of(session), looked_again(silent, refused))

    assert (refused.status_code, forged.status_code, saved.status_code) == (200, 200, 302)
    assert "is not known; nothing is saved yet" in refused.content.decode()
    assert 'value="Rustam"' in refused.content.decode()


def test_another_fault_does_not_make_an_old_page_a_fresh_one(cast, sign_in):
    browser, session = sign_in(cast.silk_manager), cast.silk_session
    form = form_on(browser, session) | {"guide": "Rustam"}
    TourSession.objects.filter(pk=session.pk).update(price=5)

    wrong = browser.post(page_of(session), form | {"capacity": "0"})
    mended = browser.post(page_of(session), looked_again(form, wrong))

    assert wrong.context["seen"] == form["_seen"]
    assert [each.name for each in mended.context["stale"].differences] == ["price"]


def test_the_fingerprint_says_nothing_of_what_it_is_of(cast, sign_in):
    """Nor does that of one row do for another with the same values."""
    form = form_on(sign_in(cast.admin), cast.silk)
    other = form_on(sign_in(cast.admin), cast.nomad)

    assert cast.silk.name not in form["_seen"]
    assert form["_seen"] != other["_seen"]
    assert len(form["_seen"]) < 2_000


# --- at the same moment


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def save_both(self, cast, sign_in):
        session = cast.silk_session
        browsers = [sign_in(person) for person in (cast.silk_manager, cast.silk_owner)]
        forms = [form_on(browser, session) for browser in browsers]
        calls = [
            lambda browser=browser, form=form, guide=guide: (
                browser.post(page_of(session), form | {"guide": guide}).status_code
            )
            for browser, form, guide in zip(browsers, forms, ("Aziz", "Bek"), strict=True)
        ]
        return run_together(calls)

    def test_one_is_saved_and_the_other_told(self, cast, sign_in):
        assert sorted(self.save_both(cast, sign_in)) == [200, 302]

    def test_without_the_lock_both_would_be(self, cast, sign_in, monkeypatch):
        """The positive control: both have looked before either writes."""
        looked, original = threading.Barrier(2), stale.digests
        monkeypatch.setattr(stale, "lock_shown", lambda *_: None)

        def look(form):
            found = original(form)
            if form.is_bound:
                looked.wait(10)
            return found

        monkeypatch.setattr(stale, "digests", look)

        assert self.save_both(cast, sign_in) == [302, 302]

    def test_a_row_that_somebody_holds_loses_nothing_that_was_typed(
        self, cast, sign_in, short_lock_timeout
    ):
        browser, session = sign_in(cast.silk_manager), cast.silk_session
        form = form_on(browser, session) | {"guide": "Rustam"}

        with in_thread(hold, session.pk):
            busy = browser.post(page_of(session), form)

        assert busy.status_code == 200
        assert 'value="Rustam"' in busy.content.decode()
        assert browser.post(page_of(session), looked_again(form, busy)).status_code == 302


def hold(ready, done, session_id):
    with transaction.atomic():
        lock_session(session_id)
        ready.set()
        done.wait(20)
