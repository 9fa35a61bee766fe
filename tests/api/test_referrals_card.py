"""Withdrawals to cards over the API: what is answered, and that the number is nowhere."""

import hashlib
import json
import logging
import sys
from collections import Counter
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.views.debug import ExceptionReporter
from structlog.stdlib import ProcessorFormatter

from backoffice.logs import LOGGING
from core.models import IdempotencyKey
from finance.models import Account, AccountingTransaction, ReferralPayoutRequest
from finance.services import withdrawals
from sales.queries.audit import book_proofs
from tests import factories
from tests.api.phone import Phone, faulty_fields, problem
from tests.api.test_sign_in import init_data
from tests.api.together import together
from tests.factories import CARD, MILLION, NOW

PATH = "referrals/payout-requests/"
# Luhn holds; its middle is found nowhere by chance.
MARKED = "9860713572468013"
STALE = NOW - timedelta(minutes=6)


def vouched(person, at=NOW):
    """Telegram's init data of a person just now."""
    return init_data(user={"id": person.telegram_id, "first_name": "x"}, at=at)


@pytest.fixture
def wish(cast):
    """Madina has a million and wants 100,000 of it."""
    cast.give_bonus(cast.blogger, MILLION)
    return {"amount": "100000.00", "card_number": CARD, "init_data": vouched(cast.blogger)}


@pytest.fixture
def madina(cast) -> Phone:
    return Phone(cast.blogger)


def test_a_partner_asks_sees_four_digits_and_takes_it_back(cast, madina, wish):
    asked = madina.post(PATH, wish)

    withdrawal = ReferralPayoutRequest.objects.get()
    shown = {
        "id": withdrawal.pk,
        "amount": "100000.00",
        "currency": "UZS",
        "card_last4": "6478",
        "card_system": "uzcard",
        "status": "requested",
        "created_at": "2027-03-01T06:00:00Z",
        "held_until": None,
        "approved_at": None,
        "paid_at": None,
        "ended_at": None,
        "note": "",
    }
    assert (asked.status_code, asked.json()) == (201, shown)
    assert madina.get(PATH).json() == {"results": [shown], "next": None}
    assert madina.get("users/bonus/").json()["on_its_way"] == "100000.00"
    [moved, _gift] = madina.get("users/bonus/movements/").json()["results"]
    assert (moved["what"], moved["withdrawal"]) == ("withdrawn", withdrawal.pk)

    for other in (cast.traveller, cast.accountant, cast.admin):
        assert Phone(other).get(PATH).json()["results"] == []
        problem(Phone(other).post(f"{PATH}{withdrawal.pk}/cancel/"), 404, "not_found")
    for _tap in range(2):
        answer = madina.post(f"{PATH}{withdrawal.pk}/cancel/")
        assert answer.json() == shown | {"status": "cancelled", "ended_at": shown["created_at"]}
    assert cast.balance("bonus_available", cast.blogger) == MILLION


def test_why_not_is_said_with_a_code(cast, madina, wish):
    def ask(phone=madina, **changes):
        return phone.post(PATH, wish | changes)

    traveller = Phone(cast.traveller)
    problem(ask(traveller), 401, "invalid_init_data")
    problem(ask(traveller, init_data=vouched(cast.traveller)), 403, "forbidden")
    for forged in (vouched(cast.blogger, STALE), vouched(cast.blogger) + "0", "", "junk"):
        problem(ask(init_data=forged), 401, "invalid_init_data")
    for small in ("49999.99", "0.01"):
        assert problem(ask(amount=small), 409, "below_minimum")["errors"][0]["field"] == "amount"
    problem(ask(amount="1000000.01"), 409, "bonus_insufficient")
    for amount in ("0", "-1", "0.001", "NaN", "1e400", "all", None):
        assert faulty_fields(ask(amount=amount)) == ["amount"]
    for card in ("", "8600", CARD[:-1] + "0", "4242424242424242", int(CARD), CARD + "\x00"):
        assert faulty_fields(ask(card_number=card)) == ["card_number"]
    assert faulty_fields(ask(card="x")) == ["card"]
    assert not ReferralPayoutRequest.objects.exists()

    assert ask(amount=str(MILLION)).status_code == 201
    problem(ask(), 409, "payout_open")
    assert ReferralPayoutRequest.objects.count() == 1


def test_a_second_tap_gets_the_first_ones_answer_also_when_init_data_has_grown_old(
    cast, madina, wish, clock
):
    first = madina.post(PATH, wish, key="tap")
    clock.shift(timedelta(minutes=6))

    assert madina.post(PATH, wish, key="tap").content == first.content
    problem(madina.post(PATH, wish, key="another"), 401, "invalid_init_data")
    problem(madina.post(PATH, wish | {"amount": "2"}, key="tap"), 409, "idempotency_conflict")
    assert ReferralPayoutRequest.objects.count() == 1


def test_a_list_in_pages_costs_the_same(cast, madina, django_assert_num_queries):
    ended = {"status": "cancelled", "ended_at": NOW, "user": cast.blogger}
    for rows in (1, 3):
        while ReferralPayoutRequest.objects.count() < rows:
            factories.withdrawal(**ended)
        with django_assert_num_queries(2):
            assert len(madina.get(PATH).json()["results"]) == rows
    assert len(madina.walk(PATH, page_size=2)) == 3


# --- the number is nowhere


class Listener(logging.Handler):
    """Everything that is logged, as our console writes it, and Django's page of every fault: with
    DEBUG it shows the local variables of all frames, and hides none of them."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        form = LOGGING["formatters"]["line"]
        self.setFormatter(ProcessorFormatter(**{k: v for k, v in form.items() if k != "()"}))
        self.heard, self.pages = [], []

    def emit(self, record):
        self.heard.append(self.format(record))
        if record.levelno >= logging.ERROR and sys.exc_info()[0]:
            self.pages.append(ExceptionReporter(None, *sys.exc_info()).get_traceback_html())


@pytest.fixture
def listener(settings):
    settings.DEBUG = True
    heard = Listener()
    loggers = {name: logging.getLogger(name) for name in ("", "django.db.backends")}
    levels = {name: logger.level for name, logger in loggers.items()}
    loggers[""].addHandler(heard)
    for logger in loggers.values():
        logger.setLevel(logging.DEBUG)
    yield heard
    loggers[""].removeHandler(heard)
    for name, logger in loggers.items():
        logger.setLevel(levels[name])


@pytest.fixture
def broken_table(transactional_db):
    """PostgreSQL refuses the withdrawal's row, and repeats all of it in its message."""
    table = ReferralPayoutRequest._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'broken: %', NEW; END $$;"
            f" CREATE TRIGGER break_it AFTER INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION break_it()"
        )

    def mend():
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION IF EXISTS break_it CASCADE")

    yield mend
    mend()


def whole_database() -> str:
    """Every row of every table as text; bytes as hexadecimal."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f'SELECT t::text FROM "{name}" t' for name in tables))
        return "\n".join(row for (row,) in cursor.fetchall())


def traces_of(body: bytes) -> dict[str, str]:
    """What a number would be known by, and what could be searched for it."""
    spaced = " ".join(MARKED[start : start + 4] for start in range(0, 16, 4))
    request = b"\n".join([b"POST", f"/api/{PATH}".encode(), body])
    return {
        "its middle": MARKED[4:12],
        "spaced": spaced[5:14],
        "in bytes": MARKED[4:12].encode().hex(),
        "hashed": hashlib.sha256(MARKED.encode()).hexdigest(),
        "the request hashed": hashlib.sha256(request).hexdigest(),
        "the init data's signature": json.loads(body)["init_data"][-64:],
    }


def test_the_card_number_is_nowhere_but_sealed(cast, line, wish, broken_table, listener, queue):
    client = line(cast.blogger)
    body = json.dumps(wish | {"card_number": MARKED}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": "tap"}

    def send(content=body, **more):
        return client.post(f"/{PATH}", content=content, headers=headers | more)

    fault = send()
    broken_table()
    tap, again = send(), send()
    refused = [
        send(**{"Idempotency-Key": "open"}),
        send(body.replace(b'"100000.00"', b'"-1"')),
        send(body.replace(MARKED.encode(), f"{MARKED[:-1]}4".encode()), **{"Idempotency-Key": "2"}),
        send(body.replace(b'"amount"', b'"more"')),
        send(body.replace(f'"{MARKED}"'.encode(), MARKED.encode())),
        send(body[:-1]),
    ]

    problem(fault, 500, "internal_error")
    assert (tap.status_code, again.content) == (201, tap.content)
    assert [answer.status_code for answer in refused] == [409, 422, 422, 422, 422, 422]
    withdrawal = ReferralPayoutRequest.objects.get()
    assert withdrawal.open_card().reveal() == MARKED
    assert IdempotencyKey.objects.count() == 3

    [page] = listener.pages
    rows = whole_database()
    places = {
        "answers": "".join(answer.text for answer in (fault, tap, *refused)),
        "logs": "\n".join(listener.heard),
        "the debug page": page,
        "the database": rows,
    }
    # The places are the right ones: they know what may be known.
    assert "broken: (" in places["logs"]
    assert "ask_withdrawal" in page
    assert "Secret(•••)" in page
    assert withdrawal.card_number in rows
    assert rows.count("•••• 8013") >= 1
    assert "withdrawal.requested" in rows
    found = [
        (place, trace)
        for trace, text in traces_of(body).items()
        for place, said in places.items()
        if text in said
    ]
    assert not found


# --- twenty at once


def ask_together(clients, wish):
    whole = wish | {"amount": str(MILLION)}
    return together([lambda c=c: c.post(f"/{PATH}", json=whole) for c in clients])


def test_twenty_ask_for_the_whole_balance_and_one_gets_it(cast, live_server, crowd, wish):
    answers = ask_together(crowd(live_server.url, [cast.blogger] * 20), wish)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "payout_open")
    assert ReferralPayoutRequest.objects.get().amount == MILLION
    assert AccountingTransaction.objects.filter(withdrawal__isnull=False).count() == 1
    assert cast.balance("bonus_available", cast.blogger) == 0
    assert [proof for proof in book_proofs() if proof.faults] == []


@pytest.fixture
def unguarded(transactional_db, monkeypatch):
    """Four look at the balance before anybody takes of it, and no constraint catches them."""
    read_by_all = Barrier(4)

    def unlocked(ids):
        rows = {row.pk: row for row in Account.objects.filter(pk__in=ids)}
        read_by_all.wait(10)
        return rows

    monkeypatch.setattr(withdrawals, "lock_accounts", unlocked)
    index = "one_open_withdrawal_per_person"
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
        [definition] = cursor.fetchone()
        cursor.execute(f"DROP INDEX {index}")
    yield
    ReferralPayoutRequest.objects.update(status="cancelled", card_number="", ended_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(definition)


def test_with_the_lock_off_the_same_race_pays_four_times(cast, live_server, unguarded, crowd, wish):
    answers = ask_together(crowd(live_server.url, [cast.blogger] * 4), wish)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert cast.balance("bonus_available", cast.blogger) == -3 * MILLION
