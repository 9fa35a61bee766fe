"""The payout API's adapter: what it says, what it believes, and that no card number leaves it."""

import json
import logging
from decimal import Decimal
from types import SimpleNamespace

import httpx
import pytest
from django.views.debug import ExceptionReporter

from core.sealed import Secret
from finance.providers.payouts import Answer, CardOrder, PayoutProvider, State
from finance.providers.payouts.api import NothingKnown, PayoutApi
from tests.factories import CARD
from tests.finance.payout_bridge import KEY, serving

ID = "0b0c5a52-27a4-4f43-9a5d-8a8f3ad04a27"
QUICK = httpx.Timeout(0.3)
ORDER = SimpleNamespace(
    number="W-7",
    key=ID,
    holder="Madina Karimova",
    card=Secret(CARD),
    system="uzcard",
    amount=Decimal("100000.5"),
    purpose="Бонус, вывод № W-7",
)


@pytest.fixture(scope="module")
def listening():
    with serving() as bridge:
        yield bridge


@pytest.fixture
def bridge(listening):
    url = listening.url
    listening.__init__(url)
    return listening


@pytest.fixture
def calls():
    return []


@pytest.fixture
def api(bridge, calls):
    return PayoutApi(bridge.url, KEY, lambda *call: calls.append(call), QUICK, 0.6)


def hand_over(api):
    provider: PayoutProvider[CardOrder] = api
    return provider.hand_over("", [ORDER])


def test_an_order_is_handed_over_and_looked_up(api, bridge, calls):
    bridge.takes = "accepted"

    assert api.look_up(ID) == Answer(ID, State.UNKNOWN)
    assert hand_over(api) == [Answer(ID, State.ACCEPTED)]
    bridge.orders[ID] = "paid"
    assert api.look_up(ID) == Answer(ID, State.PAID, reference="RRN 123456789012")

    assert bridge.bodies == [
        {
            "key": ID,
            "card": CARD,
            "holder": "Madina Karimova",
            "amount": "100000.50",
            "currency": "UZS",
            "purpose": "Бонус, вывод № W-7",
        }
    ]
    asked = [json.loads(body)["params"]["id"] for body, *_ in calls]
    assert asked == [ID] * 3
    assert [answer.get("state") for _, answer, _ in calls] == ["unknown", "accepted", "paid"]
    assert CARD not in repr(calls)
    assert KEY not in repr(calls) + repr(api)


def test_what_is_refused_for_the_orders_own_fault_has_failed_and_repeats_no_number(api, bridge):
    bridge.takes, bridge.reason = "failed", "Card 8600 4954 7331 6478\x00 is\nclosed"

    assert hand_over(api) == [Answer(ID, State.FAILED, reason="Card •••• 6478 is closed")]
    bridge.reason = ""
    assert api.look_up(ID) == Answer(ID, State.FAILED, reason="The provider gave no reason.")


PAID = {"key": ID, "state": "paid", "reference": "1"}
NO_ANSWERS = {
    "another order's": (200, PAID | {"key": "x"}),
    "paid without a reference": (200, PAID | {"reference": ""}),
    "paid, the reference no text": (200, PAID | {"reference": [1]}),
    "a state nobody knows": (200, PAID | {"state": "done"}),
    "no state": (200, {"key": ID}),
    "a state that is no text": (200, PAID | {"state": {}}),
    "never arrived, but not 404": (200, PAID | {"state": "unknown"}),
    "a list": (200, [PAID]),
    "paid with an error's code": (500, PAID),
    "failed with an error's code": (502, PAID | {"state": "failed"}),
    "paid with a refusal's code": (422, PAID),
    "no rights": (401, PAID | {"state": "failed"}),
    "forbidden": (403, PAID | {"state": "failed"}),
    "too many": (429, PAID | {"state": "failed"}),
    "elsewhere": (302, PAID),
    "a web server's own 404": (404, {}),
}


@pytest.mark.parametrize("which", NO_ANSWERS)
def test_an_odd_answer_says_nothing(api, bridge, calls, which):
    code, answer = NO_ANSWERS[which]
    body = json.dumps(answer).encode()
    for call in (lambda: hand_over(api), lambda: api.look_up(ID)):
        bridge.faults.append((code, body))
        with pytest.raises(OSError, match=f"HTTP {code}"):
            call()
    assert [told["error"]["code"] for _, told, _ in calls] == [code] * 2


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"NaN", b"[" * 60_000, b" " * 70_000])
def test_what_is_no_json_or_too_long_says_nothing(api, bridge, body):
    bridge.faults.append((200, body))

    with pytest.raises(NothingKnown):
        hand_over(api)


@pytest.mark.parametrize("fault", ["drop", "lost", "error", "slow"])
def test_after_no_answer_nothing_is_known(api, bridge, fault, calls):
    bridge.faults.append(fault)

    with pytest.raises(NothingKnown):
        hand_over(api)

    assert bridge.asked == ["POST"], "asked once: whether it arrived is found out, not tried"
    arrived = fault in ("drop", "slow")
    assert api.look_up(ID).state == (State.PAID if arrived else State.UNKNOWN)


def test_nobody_listens():
    api = PayoutApi("http://127.0.0.1:9", KEY, time_limits=QUICK)

    with pytest.raises(NothingKnown, match="ConnectError"):
        hand_over(api)


def test_no_log_and_no_traceback_shows_the_card_or_the_key(api, bridge, caplog):
    """The libraries' own, at their most talkative, and a page with every frame's variables."""
    pages = []
    with caplog.at_level(logging.DEBUG):
        hand_over(api)
        for fault in ("drop", (401, b"{}")):
            bridge.faults.append(fault)
            with pytest.raises(NothingKnown) as caught:
                hand_over(api)
            assert (caught.value.__cause__, caught.value.__context__) == (None, None)
            report = ExceptionReporter(None, caught.type, caught.value, caught.tb)
            frames = report.get_traceback_frames()
            pages.append("".join(str(value) for frame in frames for _, value in frame["vars"]))

    assert "httpcore" in {record.name.split(".")[0] for record in caplog.records}
    assert "*****" in pages[0]
    for shown in (caplog.text, *pages):
        assert CARD not in shown
        assert KEY not in shown
