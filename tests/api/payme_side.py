"""Payme's side of the Merchant API: its calls over a real socket, as its server makes them."""

import base64
import json
import secrets
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings

from finance.models import PaymentTransaction
from sales.models import Booking
from tests.api.server import NO_CERTIFICATES
from tests.factories import NOW

TWELVE_HOURS = 12 * 60 * 60 * 1000
PATH = "/api/payments/payme/"


def ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def basic(login: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{key}".encode()).decode()


def new_id() -> str:
    return secrets.token_hex(12)


def stored(payme_id: str) -> PaymentTransaction:
    return PaymentTransaction.objects.get(payme_invoice_id=payme_id)


class Payme:
    """Calls the endpoint of the server at ``url`` with the cashbox's key."""

    def __init__(self, url: str):
        self.http = httpx.Client(base_url=url, timeout=60, verify=NO_CERTIFICATES)

    def raw(
        self, body: bytes | str = b"", *, auth: str | None = "", method="POST", path=PATH, **headers
    ) -> httpx.Response:
        """One HTTP request as it is; the answer is HTTP 200 and JSON whatever happens."""
        sent = {"Content-Type": "text/json; charset=UTF-8"} | headers
        if auth is not None:
            sent["Authorization"] = auth or basic(settings.PAYME_LOGIN, settings.PAYME_KEY)
        response = self.http.request(method, path, content=body, headers=sent)
        assert response.status_code == 200, (response.status_code, response.text)
        assert response.headers["Content-Type"].startswith("application/json")
        return response

    def call(self, method: str, params: dict[str, Any], *, call_id: Any = 1) -> dict[str, Any]:
        """A whole call, without a ``jsonrpc`` member as Payme's documents show it."""
        body = json.dumps({"method": method, "params": params, "id": call_id})
        answer = self.raw(body).json()
        assert answer["id"] == call_id
        assert ("result" in answer) != ("error" in answer)
        return answer

    def ok(self, method: str, **params: Any) -> dict[str, Any]:
        answer = self.call(method, params)
        assert "result" in answer, answer
        return answer["result"]

    def no(self, method: str, **params: Any) -> int:
        """The code of a refusal; its message is there in three languages."""
        answer = self.call(method, params)
        assert "error" in answer, answer
        return check_error(answer["error"])

    # --- the methods, with what a test does not care about filled in

    def check_perform(self, booking: Booking, **changes: Any) -> dict[str, Any]:
        return self.call("CheckPerformTransaction", order(booking) | changes)

    def create(
        self, booking: Booking, payme_id: str = "", *, at: datetime = NOW, **changes: Any
    ) -> dict[str, Any]:
        params = {"id": payme_id or new_id(), "time": ms(at)} | order(booking)
        return self.call("CreateTransaction", params | changes)

    def opened(self, booking: Booking, *, at: datetime = NOW) -> str:
        """Payme's id of a transaction that was created."""
        payme_id = new_id()
        answer = self.create(booking, payme_id, at=at)
        assert "result" in answer, answer
        return payme_id

    def performed(self, booking: Booking, *, at: datetime = NOW) -> str:
        payme_id = self.opened(booking, at=at)
        self.ok("PerformTransaction", id=payme_id)
        return payme_id


def order(booking: Booking) -> dict[str, Any]:
    """What is paid: the amount in tiyin and the account the payer typed."""
    return {"amount": int(booking.final_price * 100), "account": {"order_id": booking.code}}


def code_of(answer: dict[str, Any]) -> int:
    assert "error" in answer, answer
    return check_error(answer["error"])


def check_error(error: dict[str, Any]) -> int:
    assert error.keys() <= {"code", "message", "data"}
    assert error["message"].keys() == {"ru", "uz", "en"}
    assert all(error["message"].values())
    if -31099 <= error["code"] <= -31050:
        assert error["data"] == "order_id"
    return error["code"]
