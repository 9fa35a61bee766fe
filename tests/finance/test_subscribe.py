"""The Subscribe API's client against a Payme that refuses, dawdles, hangs up or is down."""

import json
from decimal import Decimal

import httpx
import pytest

from finance.providers.payme.fake import FakePayme, Fault, serving
from finance.providers.payme.sandbox import Cashbox
from finance.providers.payme.subscribe import Down, Receipt, Refused, Subscribe, Unknown

BOX, KEY = "5e730e8e0b852a417aa49ceb", "a-key-of-this-test"
QUICK = httpx.Timeout(0.3)
ORDER = {"amount": Decimal("1000.50"), "account": {"order_id": "ABC"}, "description": "A tour"}


@pytest.fixture
def fake():
    nowhere = Cashbox("http://127.0.0.1:9/", "Paycom", KEY, "order_id", "", 0)
    return FakePayme(nowhere, BOX)


@pytest.fixture
def calls():
    return []


@pytest.fixture
def api(fake, calls):
    with serving(fake) as url:
        yield Subscribe(f"{url}/api", BOX, KEY, lambda *call: calls.append(call), QUICK, (0, 0))


def test_an_invoice_is_made_sent_looked_at_and_cancelled(api, fake, calls):
    receipt = api.create(**ORDER, detail={"items": []})
    api.send(receipt.id, phone="998901234567")

    assert receipt == Receipt(receipt.id, 0, Decimal("1000.50"))
    assert fake.receipts[receipt.id].sent_to == ["998901234567"]
    assert api.get(receipt.id) == receipt
    assert api.check(receipt.id) == 0
    assert api.cancel(receipt.id).state == 50
    asked, answer, _ms = calls[0]
    assert json.loads(asked)["params"]["amount"] == 100050
    assert answer["result"]["receipt"]["_id"] == receipt.id
    assert KEY not in repr(calls) + repr(api)


def test_what_payme_refuses_says_why(api):
    wrong = Subscribe(api.url, BOX, "another key", time_limits=QUICK)
    for call in (lambda: wrong.create(**ORDER, detail=None), lambda: wrong.get("x")):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == -32504
    with pytest.raises(Refused, match="the merchant does not answer"):
        api.cancel("f" * 24)


@pytest.mark.parametrize("how", ["slow", "drop", "lost", "error"])
def test_what_does_something_is_asked_once_and_not_known_after_no_answer(api, fake, how):
    receipt = api.create(**ORDER, detail=None)
    for method, call in {
        "receipts.create": lambda: api.create(**ORDER, detail=None),
        "receipts.send": lambda: api.send(receipt.id, phone="998901234567"),
        "receipts.cancel": lambda: api.cancel(receipt.id),
    }.items():
        fake.asked.clear()
        fake.faults.append(Fault(method, how, seconds=0.5))

        with pytest.raises(Unknown):
            call()

        assert fake.asked == [method]
    was_done = fake.receipts[receipt.id].stage == 50
    assert was_done == (how == "drop") or how == "slow"


@pytest.mark.parametrize("how", ["drop", "error"])
def test_what_only_reads_is_asked_again_three_times_at_most(api, fake, how):
    receipt = api.create(**ORDER, detail=None)
    fake.asked.clear()
    fake.faults.extend([Fault("receipts.get", how)] * 2)
    assert api.get(receipt.id).id == receipt.id
    assert fake.asked == ["receipts.get"] * 3

    fake.asked.clear()
    fake.faults.extend([Fault("receipts.get", how)] * 3)
    with pytest.raises(Down):
        api.get(receipt.id)
    assert fake.asked == ["receipts.get"] * 3


def test_nothing_was_sent_when_nobody_listens(api, calls):
    nobody = Subscribe("http://127.0.0.1:9/api", BOX, KEY, api.on_call, QUICK, (0, 0))
    for call in (lambda: nobody.create(**ORDER, detail=None), lambda: nobody.check("x")):
        with pytest.raises(Down):
            call()
    assert [answer for _asked, answer, _ms in calls] == [None] * 4


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (302, b"", Refused),
        (404, b"{}", Refused),
        (502, b"<html>", Unknown),
        (200, b"<html>", Unknown),
        (200, b"[]", Unknown),
        (200, b"{}", Unknown),
        (200, b'{"result": {}}', Unknown),
        (200, b'{"result": {"receipt": {"_id": "x", "state": "0", "amount": 1}}}', Unknown),
        (200, b'{"error": {"code": -31630, "message": {"ru": "no"}}}', Refused),
        (200, b'{"error": {}}', Refused),
    ],
)
def test_an_odd_answer_is_no_success(status, body, error, monkeypatch):
    response = httpx.Response(status, content=body)
    monkeypatch.setattr("finance.providers.payme.subscribe.httpx.post", lambda *_, **__: response)

    with pytest.raises(error):
        Subscribe("http://127.0.0.1/", BOX, KEY).create(**ORDER, detail=None)
