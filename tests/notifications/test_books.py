"""The daily proof of the books, in the accountants' chat."""

from datetime import timedelta

import pytest
from constance.test import override_config

from core.models import EventLog
from finance.models import Account
from notifications.handlers import handle
from notifications.models import Notification
from notifications.services.deliver import deliver_events
from notifications.templates import render
from sales.services.prove import prove_daily
from tests.factories import NOW

CHAT = -100_500
DAY = timedelta(days=1)


def prove(at=NOW + DAY):
    """What the job does, and what the accountants' chat has been told by now."""
    with override_config(ACCOUNTANTS_CHAT_ID=CHAT):
        prove_daily(at=at)
        deliver_events(at=at, handle=handle)
    return list(Notification.objects.filter(chat_id=CHAT).order_by("pk"))


def test_right_books_are_told_once_a_day_with_yesterday_s_figures(cast):
    cast.paid()

    prove()
    (told,) = prove()

    assert (told.kind, told.language, told.recipient) == ("books_proved", "ru", None)
    text = render(told.kind, told.payload, "en")
    assert "01.03.2027: taken 1\xa0000\xa0000\xa0soʻm (payments: 1), commission 100\xa0000" in text
    assert "The books are right" in text
    assert len(prove(NOW + 2 * DAY)) == 2
    assert EventLog.objects.filter(action="books.proved").count() == 3


def test_broken_books_are_told_loudly_with_the_first_faults(cast):
    cast.paid()
    Account.objects.filter(kind="agency_pending").update(balance=5)

    (told,) = prove()

    text = render(told.kind, told.payload, "en")
    assert told.kind == "books_broken"
    assert "DO NOT BALANCE" in text
    assert "kept 5.00, lines 900000.00" in text


def test_a_day_that_breaks_after_it_was_right_is_told_again(cast):
    cast.paid()
    prove()
    Account.objects.filter(kind="agency_pending").update(balance=5)

    assert [told.kind for told in prove()] == ["books_proved", "books_broken"]


@pytest.mark.parametrize("chat", [0])
def test_without_a_chat_nobody_is_told_and_it_is_recorded_all_the_same(cast, chat):
    cast.paid()
    with override_config(ACCOUNTANTS_CHAT_ID=chat):
        prove_daily(at=NOW)
        deliver_events(at=NOW, handle=handle)

    assert not Notification.objects.filter(kind__startswith="books").exists()
    assert EventLog.objects.get(action="books.proved").details["payments"] == 0


def test_books_without_a_journal_prove_nothing(cast):
    prove_daily(at=NOW)

    assert not EventLog.objects.filter(action__startswith="books").exists()
