"""The decorator of acts: one act, one transaction, clear words when it cannot have its locks."""

import pytest
from django.db import OperationalError, connection

from catalog.models import TourSession
from catalog.services.locks import lock_session
from catalog.services.seats import give_back_seats, take_seats
from core.actor import job
from core.acts import act
from core.locks import lock_row
from core.refusals import NotFound, Refusal, TryAgain
from core.services.events import record
from finance.services.locks import lock_accounts
from finance.services.post import About, post
from finance.services.refund import complete_refund, owe_refund
from sales.services.settle import settle
from tests import factories
from tests.factories import NOW
from tests.sales.test_holds import hold_the_lock
from tests.sales.threads import in_thread


class Kept(Refusal):
    commits = True


@act
def rename(agency, *, then=None):
    agency.name = "Renamed"
    agency.save()
    if then:
        raise then


def name_of(agency):
    return type(agency).objects.get(pk=agency.pk).name


@pytest.mark.django_db
def test_an_act_returns_what_it_changed():
    agency = factories.agency(name="Old")

    rename(agency)

    assert name_of(agency) == "Renamed"


@pytest.mark.django_db
@pytest.mark.parametrize("error", [Refusal(), NotFound(), ZeroDivisionError()])
def test_a_refused_or_broken_act_changes_nothing(error):
    agency = factories.agency(name="Old")

    with pytest.raises(type(error)):
        rename(agency, then=error)

    assert name_of(agency) == "Old"


@pytest.mark.django_db
def test_a_refusal_that_commits_leaves_its_changes_standing():
    agency = factories.agency(name="Old")

    with pytest.raises(Kept):
        rename(agency, then=Kept())

    assert name_of(agency) == "Renamed"


@pytest.mark.django_db
def test_other_database_errors_pass_through():
    @act
    def broken():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1)")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'")
    with pytest.raises(OperationalError):
        broken()


@pytest.mark.django_db(transaction=True)
def test_a_lock_not_obtained_is_a_clear_try_again(cast, short_lock_timeout):
    with in_thread(hold_the_lock, cast.silk_session.pk), pytest.raises(TryAgain) as refusal:
        cast.request()

    assert refusal.value.code == "try_again"
    assert cast.request().status == "requested"


@pytest.mark.django_db(transaction=True)
def test_building_blocks_insist_on_an_acts_transaction(cast):
    """Their promises need the act's locks."""
    session, by, about = cast.silk_session, job(), About()
    booking = cast.request()
    blocks = [
        lambda: lock_session(session.pk),
        lambda: lock_row(TourSession, pk=session.pk),
        lambda: lock_accounts([]),
        lambda: take_seats(session, 1),
        lambda: give_back_seats(session, 1),
        lambda: post("adjustment", [], about=about, by=by, at=NOW),
        lambda: record("test.happened", session, by=by, at=NOW),
        lambda: settle(booking, by=by, at=NOW),
        lambda: complete_refund(None, reason="", at=NOW),
        lambda: owe_refund(None, amount=1, source="staff", reason="", by=by, at=NOW),
    ]

    for block in blocks:
        with pytest.raises(RuntimeError, match="inside an act"):
            block()


@pytest.mark.django_db
def test_a_row_that_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        lock_session(0)


def test_a_refusal_speaks_in_the_readers_language():
    from django.utils.translation import override

    from catalog.services.seats import SeatsUnavailable

    refusal = SeatsUnavailable(left=3)

    with override("en"):
        assert refusal.detail == "Not enough free seats. Seats left: 3."
    assert str(refusal).startswith("seats_unavailable: ")


def test_a_refusals_own_words_are_not_a_format():
    assert Refusal("Reason: {secret}").detail == "Reason: {secret}"
    assert Refusal("Reason: {secret}", field="x").field == "x"
