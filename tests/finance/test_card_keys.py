"""Rotating the card keys: row by row, again after an interruption, until the old key may go."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from core.actor import job
from core.models import EventLog
from core.sealed import CannotOpen, key_in_use, key_of
from finance.models import ReferralPayoutRequest
from finance.services.card_keys import reseal_card, under_other_keys
from tests import factories
from tests.factories import CARD, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(settings):
    """Three open withdrawals and one that has ended, under the old of two keys."""
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.CARD_ENCRYPTION_KEYS = [old]
    rows = [factories.withdrawal(status="requested") for _ in range(3)]
    factories.withdrawal(status="rejected")
    settings.CARD_ENCRYPTION_KEYS = [new, old]
    return rows


def rotate(*arguments):
    told = StringIO()
    call_command("rotate_card_keys", *arguments, stdout=told)
    return told.getvalue()


def test_every_open_one_is_encrypted_anew_and_the_old_key_may_go(rows, settings):
    with pytest.raises(CommandError, match=r"than the first: 3\. Keep the old keys"):
        rotate("--check")
    assert under_other_keys().count() == 3, "only counted"

    assert "Encrypted anew: 3." in rotate()

    settings.CARD_ENCRYPTION_KEYS = settings.CARD_ENCRYPTION_KEYS[:1]
    for row in ReferralPayoutRequest.objects.exclude(card_number=""):
        assert key_of(row.card_number) == key_in_use()
        assert row.open_card().reveal() == CARD
        assert row.history.count() == 1
    assert "0. The old keys may be dropped." in rotate("--check")
    assert "Encrypted anew: 0." in rotate()
    events = EventLog.objects.filter(action="withdrawal.card_resealed")
    assert [event.details for event in events] == [{"key": key_in_use()}] * 3


def test_it_may_be_interrupted_and_run_again(rows):
    reseal_card(withdrawal_id=rows[1].pk, by=job(), at=NOW)
    again = ReferralPayoutRequest.objects.get(pk=rows[1].pk).card_number
    reseal_card(withdrawal_id=rows[1].pk, by=job(), at=NOW)

    assert "Encrypted anew: 2." in rotate()
    assert ReferralPayoutRequest.objects.get(pk=rows[1].pk).card_number == again


def test_what_needs_a_key_that_is_gone_is_named_and_holds_up_no_other(rows, settings):
    newest = Fernet.generate_key().decode()
    reseal_card(withdrawal_id=rows[0].pk, by=job(), at=NOW)
    settings.CARD_ENCRYPTION_KEYS = [newest, settings.CARD_ENCRYPTION_KEYS[0]]

    with pytest.raises(CommandError, match=f"W-{rows[1].pk}, W-{rows[2].pk}") as refused:
        rotate()

    assert f"W-{rows[0].pk}" not in str(refused.value)
    assert [row.pk for row in under_other_keys()] == [rows[1].pk, rows[2].pk]
    with pytest.raises(CannotOpen):
        reseal_card(withdrawal_id=rows[1].pk, by=job(), at=NOW)
