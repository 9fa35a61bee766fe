"""Card numbers at rest: ciphertext bound to its row, and a secret that shows itself to nobody."""

import copy
import json
import logging
import pickle
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
import structlog
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.template import engines
from django.views.debug import ExceptionReporter

from core.sealed import CannotOpen, Secret, key_in_use, key_of, seal, unseal
from finance.models import ReferralPayoutRequest
from tests import factories

CARD = factories.CARD


def new_key():
    return Fernet.generate_key().decode()


@pytest.fixture
def keys(settings):
    settings.CARD_ENCRYPTION_KEYS = [new_key()]
    return settings


@pytest.fixture
def row(keys, db):
    return factories.withdrawal(status="requested")


def read_back(row):
    return ReferralPayoutRequest.objects.get(pk=row.pk)


# --- what lies in the database


def test_the_database_holds_ciphertext_and_the_row_opens_it(row):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(w)::text FROM finance_referralpayoutrequest w")
        [(everything,)] = cursor.fetchall()

    assert CARD not in everything
    assert CARD[-4:] in everything
    assert read_back(row).open_card().reveal() == CARD


def test_the_history_has_no_number_not_even_sealed(row):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(h)::text FROM finance_historicalreferralpayoutrequest h")
        [(everything,)] = cursor.fetchall()

    assert CARD not in everything
    assert row.card_number not in everything
    assert row.card_mark not in everything


def test_another_row_another_persons_row_and_a_new_key_of_the_row_do_not_open_it(row):
    stranger = factories.user()
    other = factories.withdrawal(user=stranger, status="requested")
    ReferralPayoutRequest.objects.filter(pk=other.pk).update(card_number=row.card_number)
    with pytest.raises(CannotOpen):
        read_back(other).open_card()

    other.delete()
    ReferralPayoutRequest.objects.filter(pk=row.pk).update(user=stranger)
    with pytest.raises(CannotOpen):
        read_back(row).open_card()

    rekeyed = ReferralPayoutRequest(user_id=row.user_id, card_number=row.card_number)
    with pytest.raises(CannotOpen):
        rekeyed.open_card()


# --- sealing


def test_the_same_number_is_another_ciphertext_each_time(keys):
    sealed = {seal(Secret(CARD), bound_to="row:1") for _ in range(3)}

    assert len(sealed) == 3
    assert {unseal(text, bound_to="row:1").reveal() for text in sealed} == {CARD}


def test_every_changed_byte_is_noticed(keys):
    version, key_id, body = seal(Secret(CARD), bound_to="row:1").split(".")
    raw = urlsafe_b64decode(body)
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        text = f"{version}.{key_id}.{urlsafe_b64encode(bytes(changed)).decode()}"
        with pytest.raises(CannotOpen):
            unseal(text, bound_to="row:1")


@pytest.mark.parametrize("text", ["", CARD, "a.b", "a.b.c.d", "v1.00000000.AAAA", "v1..", "п.п.п"])
def test_what_was_never_sealed_is_not_opened(keys, text):
    with pytest.raises(CannotOpen):
        unseal(text, bound_to="row:1")


@pytest.mark.parametrize("body", ["", "AAAA", "пп", "A"])
def test_a_cut_body_is_not_opened(keys, body):
    with pytest.raises(CannotOpen):
        unseal(f"v1.{key_in_use()}.{body}", bound_to="row:1")


def test_the_first_key_seals_and_every_key_opens_in_any_order(keys):
    old, new = keys.CARD_ENCRYPTION_KEYS[0], new_key()
    before = seal(Secret(CARD), bound_to="row:1")
    keys.CARD_ENCRYPTION_KEYS = [new, old]
    after = seal(Secret(CARD), bound_to="row:1")

    assert key_of(after) == key_in_use() != key_of(before)
    for order in ([new, old], [old, new]):
        keys.CARD_ENCRYPTION_KEYS = order
        assert unseal(before, bound_to="row:1").reveal() == CARD
        assert unseal(after, bound_to="row:1").reveal() == CARD


def test_without_its_key_nothing_is_opened_and_nothing_said(keys):
    sealed = seal(Secret(CARD), bound_to="row:1")
    keys.CARD_ENCRYPTION_KEYS = [new_key()]

    with pytest.raises(CannotOpen) as refused:
        unseal(sealed, bound_to="row:1")
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("keys_", [[], [urlsafe_b64encode(b"16 bytes long ..").decode()]])
def test_a_key_of_another_length_is_a_fault_of_the_settings(keys, keys_):
    keys.CARD_ENCRYPTION_KEYS = keys_

    with pytest.raises(ImproperlyConfigured):
        seal(Secret(CARD), bound_to="row:1")


# --- a secret shows itself to nobody


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        lambda secret: f"{secret} {secret!r} {secret!s} {[secret]}",
        lambda secret: "%s %r" % (secret, {"card": secret}),  # noqa: UP031
        lambda secret: json.dumps({"card": secret}, default=str),
        lambda secret: structlog.processors.JSONRenderer()(None, "info", {"card": secret}),
        lambda secret: structlog.dev.ConsoleRenderer()(None, "info", {"event": "", "card": secret}),
        lambda secret: engines["django"].from_string("{{ s }}{{ s.reveal }}").render({"s": secret}),
    ],
)
def test_a_secret_does_not_show_itself(show):
    assert CARD not in show(Secret(CARD))


def test_a_secret_does_not_show_itself_in_a_log_record(caplog):
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("circle").info("card %s %r", Secret(CARD), [Secret(CARD)])

    assert "Secret(•••)" in caplog.text
    assert CARD not in caplog.text


@pytest.mark.parametrize(
    "carry", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, "{:>20}".format]
)
def test_a_secret_is_not_carried_away(carry):
    with pytest.raises(TypeError) as refused:
        carry(Secret(CARD))
    assert CARD not in str(refused.value)


def test_a_traceback_with_variables_does_not_show_it(keys):
    number = Secret(CARD)
    try:
        seal(number, bound_to=None)  # type: ignore[arg-type]
    except AttributeError as error:
        report = ExceptionReporter(None, type(error), error, error.__traceback__)
        pages = report.get_traceback_html() + report.get_traceback_text()

    assert "bound_to" in pages
    assert CARD not in pages
