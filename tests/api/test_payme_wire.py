"""Payme's endpoint as a wire: always HTTP 200, who may call, what is no call, what is kept.

In each test one booking and many requests: the database is cleaned after every test of a real
server, and a hundred clean-ups would take longer than the calls.
"""

import json

import pytest
from django.conf import settings
from django.test import override_settings

from finance.models import PaymentTransaction, ProviderCall
from tests.api.payme_side import basic, check_error, code_of, ms, new_id, order
from tests.factories import NOW

METHODS = [
    "CheckPerformTransaction",
    "CreateTransaction",
    "PerformTransaction",
    "CancelTransaction",
    "CheckTransaction",
    "GetStatement",
]


def answer_to(payme, body, **how):
    """(id, code) of the refusal of a raw body."""
    answer = payme.raw(body, **how).json()
    return answer["id"], code_of(answer)


# --- transport


def test_any_other_verb_is_answered_200_and_minus_32300(payme):
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"):
        response = payme.raw(b'{"id": 1}', method=method)
        if method == "HEAD":
            assert response.content == b""
        else:
            assert code_of(response.json()) == -32300, method
            assert response.json()["id"] is None


def test_a_missing_slash_is_no_redirect(payme):
    body = json.dumps({"method": "CheckTransaction", "params": {"id": new_id()}, "id": 4})

    assert answer_to(payme, body, path="/api/payments/payme") == (4, -31003)


def test_the_content_type_does_not_matter(payme):
    body = json.dumps({"method": "CheckTransaction", "params": {"id": new_id()}, "id": 4})

    for kind in (
        "text/json; charset=UTF-8",
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ):
        assert answer_to(payme, body, **{"Content-Type": kind}) == (4, -31003), kind


NOT_JSON = [
    b"",
    b"{",
    b"method=CheckTransaction",
    b"\xff\xfe\x00",
    b"\x00",
    b"[" * 100_000,
    b'{"id": 1} {"id": 2}',
    b"{'id': 1}",
    b'{"id": ' + b"9" * 5000 + b"}",
    b'{"id": 1, "params": {"amount": NaN}}',
    b'{"id": Infinity}',
]


def test_what_is_not_json_is_minus_32700(payme):
    for body in NOT_JSON:
        assert answer_to(payme, body) == (None, -32700), body[:40]


def test_a_body_too_big_to_read_is_still_http_200(payme):
    _id, code = answer_to(payme, b'{"id": 7, "x": "' + b"x" * 3_000_000 + b'"}')

    assert code in (-32700, -32600, -32400)


NO_CALL = [
    ("[]", None),
    ('[{"method": "CheckTransaction", "params": {}, "id": 1}]', None),
    ('"CheckTransaction"', None),
    ("null", None),
    ("17", None),
    ("{}", None),
    ('{"id": 1}', 1),
    ('{"id": 2, "params": {}}', 2),
    ('{"id": 3, "method": 5, "params": {}}', 3),
    ('{"id": 4, "method": null, "params": {}}', 4),
    ('{"id": 5, "method": "CheckTransaction", "params": []}', 5),
    ('{"id": 6, "method": "CheckTransaction", "params": "x"}', 6),
    ('{"id": 7, "method": "CheckTransaction", "params": null}', 7),
    ('{"id": 8, "method": "CheckTransaction"}', 8),
    ('{"id": 9, "method": "GetStatement", "params": {}}', 9),
]


def test_what_is_no_call_is_minus_32600_with_its_id(payme):
    for body, call_id in NO_CALL:
        assert answer_to(payme, body) == (call_id, -32600), body


def test_an_unknown_method_is_minus_32601_and_named(payme):
    for method in ("Nothing", "", "checktransaction", "__init__", "ChangePassword", "я\n"):
        answer = payme.call(method, {"password": "x"})
        assert code_of(answer) == -32601, method
        assert answer["error"]["data"] == method


def test_the_id_is_echoed_whatever_it_is(payme):
    for call_id in (0, 1, -5, 2**53, 10**30, "abc", "", "я", None):
        assert payme.call("CheckTransaction", {"id": new_id()}, call_id=call_id)["id"] == call_id
    odd = ("[1]", '{"a": 1}', "true", '"\\ud800"', '"\\u0000"', "[" * 500 + "]" * 500, "1.5")
    for call_id in odd:
        body = f'{{"method": "CheckTransaction", "params": {{"id": "x"}}, "id": {call_id}}}'
        assert code_of(payme.raw(body).json()) in (-31003, -32600, -32700), call_id
    assert code_of(payme.raw(b'{"method": "a\\u0000", "params": {}}').json()) == -32600
    body = json.dumps({"method": "CheckTransaction", "params": {"id": "x"}})
    assert answer_to(payme, body) == (None, -31003)


def test_a_jsonrpc_member_is_neither_needed_nor_minded(payme, cast):
    booking = cast.approved()

    for version in ("2.0", "1.0", 2, None):
        body = {"jsonrpc": version, "method": "CheckPerformTransaction", "id": 3}
        answer = payme.raw(json.dumps(body | {"params": order(booking)})).json()
        assert answer == {"jsonrpc": "2.0", "id": 3, "result": {"allow": True}}
    assert payme.check_perform(booking)["result"] == {"allow": True}


# --- who may call

WRONG = {
    "nothing": None,
    "another scheme": "Bearer abc",
    "only the scheme": "Basic",
    "no base64": "Basic ***",
    "base64 without padding": "Basic UGF5Y29tOg",
    "not ASCII": "Basic ключ".encode(),
    "base64 of bytes": "Basic //79/A==",
    "no colon": "Basic UGF5Y29t",
    "a wrong key": basic("Paycom", "wrong"),
    "an empty key": basic("Paycom", ""),
    "a wrong login": basic("paycom", "the-tests-own-key"),
    "a login in Cyrillic": basic("Рaycom", "the-tests-own-key"),
    "a key in Cyrillic": basic("Paycom", "ключ"),
    "a key and more": basic("Paycom", "the-tests-own-key "),
    "the key in clear": "Basic Paycom:the-tests-own-key",
    "a megabyte": "Basic " + "A" * 30_000,
}


def test_without_the_key_every_method_is_minus_32504_and_nothing_happens(payme, cast):
    booking = cast.approved()
    params = {"id": new_id(), "time": ms(NOW), "reason": 1, "from": 0, "to": ms(NOW)}

    for why, auth in WRONG.items():
        for method in METHODS if why == "a wrong key" else METHODS[1:2]:
            body = {"method": method, "params": params | order(booking), "id": 17}
            assert answer_to(payme, json.dumps(body), auth=auth) == (17, -32504), why
    assert not PaymentTransaction.objects.exists()


def test_authorisation_comes_before_anything_else_of_a_call(payme):
    for body in ("{", "[]", "{}", '{"id": 1, "method": "Nothing"}'):
        call_id = json.loads(body).get("id") if body.startswith('{"') else None
        assert answer_to(payme, body, auth=None) == (call_id, -32504), body


def test_the_scheme_is_read_in_any_case_and_a_key_may_have_any_sign(payme):
    body = json.dumps({"method": "CheckTransaction", "params": {"id": "x"}, "id": 1})
    key = basic(settings.PAYME_LOGIN, settings.PAYME_KEY)

    assert answer_to(payme, body, auth=key.replace("Basic", "basic")) == (1, -31003)
    for odd in ("a:b", ":", "#?&@%", "ключ", "a b"):
        with override_settings(PAYME_KEY=odd):
            assert answer_to(payme, body, auth=basic("Paycom", odd)) == (1, -31003), odd
            assert answer_to(payme, body, auth=basic("Paycom", odd[:-1])) == (1, -32504), odd


def test_without_a_key_of_ours_nobody_is_let_in(payme):
    with override_settings(PAYME_KEY=""):
        body = '{"method": "CheckTransaction", "params": {"id": "x"}, "id": 1}'
        assert answer_to(payme, body, auth=basic("Paycom", "")) == (1, -32504)


def test_payme_is_never_told_to_wait(payme, monkeypatch):
    from api.limits import SIGN_IN, SIGNED_IN

    for bound in (SIGN_IN, SIGNED_IN.reads, SIGNED_IN.writes):
        monkeypatch.setattr(bound, "limit", 1)

    for _ in range(10):
        assert payme.no("CheckTransaction", id=new_id()) == -31003


# --- what is kept


def test_every_call_is_kept_without_credentials(payme, cast):
    booking = cast.approved()
    payme.check_perform(booking)
    payme.no("CheckTransaction", id="x")
    payme.raw(b"{")
    payme.raw(b'{"method": "CheckTransaction", "id": "\\u0000", "params": {"id": "x"}}')
    payme.raw(b'{"method": "GetStatement", "id": 9}', auth=basic("Paycom", "guess"))
    payme.raw(b"", method="GET")

    kept = list(ProviderCall.objects.order_by("pk").values_list("method", "code"))
    assert kept == [
        ("CheckPerformTransaction", None),
        ("CheckTransaction", -31003),
        ("", -32700),
        ("", -31003),
        ("", -32504),
        ("", -32300),
    ]
    whole = json.dumps(list(ProviderCall.objects.values("request", "answer", "method")))
    for secret in (settings.PAYME_KEY, basic("Paycom", settings.PAYME_KEY), "guess", "Basic"):
        assert secret not in whole
    first = ProviderCall.objects.order_by("pk").first()
    assert first.request["params"] == order(booking)
    assert first.answer["result"] == {"allow": True}
    assert (first.remote_ip, first.called_at) == ("127.0.0.1", NOW)
    denied = ProviderCall.objects.get(code=-32504)
    assert denied.request is None


# --- words


@pytest.mark.parametrize("language", ["ru", "uz", "en", ""])
def test_the_three_messages_do_not_depend_on_the_callers_language(payme, cast, language):
    body = json.dumps({"method": "CheckPerformTransaction", "id": 1, "params": {"amount": 1}})
    error = payme.raw(body, **{"Accept-Language": language}).json()["error"]

    assert check_error(error) == -31050
    assert error["message"]["en"] == "There is no booking with this number."


def test_what_a_payer_reads_is_in_his_language(payme, cast):
    booking = cast.paid()
    answers = [
        payme.check_perform(booking),
        payme.check_perform(booking, account={"order_id": "NOBODY"}),
        payme.check_perform(cast.request()),
        payme.check_perform(cast.approved(), amount=1),
    ]

    for answer in answers:
        message = answer["error"]["message"]
        assert len(set(message.values())) == 3, message
        assert any("а" <= letter <= "я" for letter in message["ru"]), message
