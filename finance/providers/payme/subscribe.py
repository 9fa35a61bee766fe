"""Payme's Subscribe API: invoices and their cancellation, asked for over HTTP. Server side only:
no card ever comes here.

Of each call it is known whether it can have been done. What only reads is asked again; what does
something is asked once.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import Any

import httpx
from django.conf import settings

from finance.providers.payme import cashbox
from finance.providers.payme.protocol import from_tiyin, to_tiyin
from finance.providers.tls import tls

Json = dict[str, Any]
# Body asked, answer or None, milliseconds.
OnCall = Callable[[bytes, Json | None, int], None]

TIME_LIMITS = httpx.Timeout(connect=5, read=15, write=15, pool=5)
# Before each further try of what only reads, seconds.
PAUSES = (0.2, 0.6)
# Nothing has been sent when these come.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class SubscribeError(Exception):
    """Why there is no result."""


class Refused(SubscribeError):
    """Payme says no; nothing was done."""

    def __init__(self, code: int, message: str):
        super().__init__(f"{message} ({code})")
        self.code, self.message = code, message


class Down(SubscribeError):
    """Payme was not reached, or could not be read from; nothing was done."""


class Unknown(SubscribeError):
    """Payme was asked and gave no clear answer: it may have done it."""


class ReceiptState(IntEnum):
    """Payme's own numbers, those that matter here."""

    CREATED = 0
    PAID = 4
    CANCELLING = 21
    CANCELLED = 50


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt at Payme; ``amount`` in UZS."""

    id: str
    state: int
    amount: Decimal


@dataclass(slots=True)
class Subscribe:
    """The API of one cashbox. Raises Refused, Down, and for what does something Unknown."""

    url: str
    merchant_id: str
    key: str = field(repr=False)
    on_call: OnCall = field(default=lambda _asked, _answer, _ms: None)
    time_limits: httpx.Timeout = field(default_factory=lambda: TIME_LIMITS)
    pauses: tuple[float, ...] = PAUSES

    def create(
        self, *, amount: Decimal, account: Json, description: str, detail: Json | None
    ) -> Receipt:
        """A new receipt, not sent to anybody yet; ``amount`` in UZS."""
        params = {"amount": to_tiyin(amount), "account": account, "description": description}
        if detail:
            params["detail"] = detail
        return _receipt(self._ask("receipts.create", params))

    def send(self, receipt_id: str, *, phone: str) -> None:
        """An SMS with the link to the receipt."""
        result = self._ask("receipts.send", {"id": receipt_id, "phone": phone})
        if result.get("success") is not True:
            raise Unknown("no success")

    def cancel(self, receipt_id: str) -> Receipt:
        """Give the whole payment back; Payme then calls the Merchant API's CancelTransaction."""
        return _receipt(self._ask("receipts.cancel", {"id": receipt_id}))

    def get(self, receipt_id: str) -> Receipt:
        """The receipt as it stands."""
        return _receipt(self._read("receipts.get", {"id": receipt_id}), error=Down)

    def check(self, receipt_id: str) -> int:
        """The receipt's state alone."""
        state = self._read("receipts.check", {"id": receipt_id}).get("state")
        if not isinstance(state, int):
            raise Down("no state")
        return state

    def _read(self, method: str, params: Json) -> Json:
        for pause in self.pauses:
            try:
                return self._ask(method, params)
            except (Down, Unknown):
                time.sleep(pause)
        try:
            return self._ask(method, params)
        except Unknown as error:
            raise Down(str(error)) from error

    def _ask(self, method: str, params: Json) -> Json:
        body = json.dumps({"id": 1, "method": method, "params": params}, ensure_ascii=False)
        asked, began = body.encode(), time.monotonic()
        answer: Json | None = None
        try:
            answer = self._carry(asked)
            return _result(answer)
        finally:
            self.on_call(asked, answer, int((time.monotonic() - began) * 1000))

    def _carry(self, body: bytes) -> Json:
        headers = {"X-Auth": f"{self.merchant_id}:{self.key}", "Content-Type": "application/json"}
        try:
            response = httpx.post(
                self.url,
                content=body,
                headers=headers,
                timeout=self.time_limits,
                verify=tls(),
                # A redirect would carry the key elsewhere.
                follow_redirects=False,
                trust_env=False,
            )
        except NOT_SENT as error:
            raise Down(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise Unknown(type(error).__name__) from error
        if 300 <= response.status_code < 500:
            raise Refused(response.status_code, f"HTTP {response.status_code}")
        return _json(response)


def client(on_call: OnCall) -> Subscribe:
    """The API of the platform's own cashbox, in the mode of the settings."""
    return Subscribe(
        url=cashbox.subscribe_url(),
        merchant_id=settings.PAYME_MERCHANT_ID,
        key=cashbox.own_key(),
        on_call=on_call,
    )


def _json(response: httpx.Response) -> Json:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.status_code != httpx.codes.OK or not isinstance(answer, dict):
        raise Unknown(f"HTTP {response.status_code}")
    return answer


def _result(answer: Json) -> Json:
    error, result = answer.get("error"), answer.get("result")
    if isinstance(error, dict):
        raise Refused(_code(error), _words(error.get("message")))
    if not isinstance(result, dict):
        raise Unknown("neither result nor error")
    return result


def _code(error: Json) -> int:
    code = error.get("code")
    return code if isinstance(code, int) else 0


def _words(message: Any) -> str:
    if isinstance(message, dict):
        message = message.get("ru") or next(iter(message.values()), "")
    return str(message or "")[:200]


def _receipt(result: Json, *, error: type[SubscribeError] = Unknown) -> Receipt:
    receipt = result.get("receipt")
    if not isinstance(receipt, dict) or not isinstance(receipt.get("_id"), str):
        raise error("no receipt")
    state, amount = receipt.get("state"), receipt.get("amount")
    if not isinstance(state, int) or not isinstance(amount, int):
        raise error("no state or amount")
    return Receipt(receipt["_id"], state, from_tiyin(amount))
