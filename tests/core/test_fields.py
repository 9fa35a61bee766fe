"""Encrypted text: only ciphertext in the database, keys rotate, a bad token fails closed."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection

from finance.models import ReferralPayoutRequest
from tests import factories

pytestmark = pytest.mark.django_db

CARD = "8600123412341234"


def stored(row):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT card_number FROM finance_referralpayoutrequest WHERE id = %s", [row.pk]
        )
        return cursor.fetchone()[0]


def read(row):
    return ReferralPayoutRequest.objects.get(pk=row.pk).card_number


@pytest.fixture
def keys(settings):
    settings.CARD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return settings


def test_the_database_holds_ciphertext_and_python_the_number(keys):
    row = factories.withdrawal(card_number=CARD)

    assert CARD not in stored(row)
    assert read(row) == CARD


def test_the_same_number_is_another_ciphertext_each_time(keys):
    first, second = factories.withdrawal(), factories.withdrawal()

    assert stored(first) != stored(second)


def test_a_new_key_in_front_encrypts_and_the_old_one_still_reads(keys):
    old = factories.withdrawal(card_number=CARD)
    before = stored(old)
    keys.CARD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *keys.CARD_ENCRYPTION_KEYS]

    assert read(old) == CARD
    again = ReferralPayoutRequest.objects.get(pk=old.pk)
    again.save()
    keys.CARD_ENCRYPTION_KEYS = keys.CARD_ENCRYPTION_KEYS[:1]

    assert stored(old) != before
    assert read(old) == CARD, "rotated: the old key is no longer needed"


def test_without_the_key_nothing_is_read(keys):
    row = factories.withdrawal()
    keys.CARD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(InvalidToken):
        read(row)


def test_tampered_or_plain_text_fails_closed(keys):
    row = factories.withdrawal()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE finance_referralpayoutrequest SET card_number = %s WHERE id = %s",
            [CARD, row.pk],
        )

    with pytest.raises(InvalidToken):
        read(row)


def test_nothing_stays_nothing(keys):
    row = factories.withdrawal(card_number="")

    assert (stored(row), read(row)) == ("", "")


def test_the_history_does_not_keep_card_numbers(keys):
    row = factories.withdrawal(card_number=CARD)

    assert not hasattr(row.history.get(), "card_number")
