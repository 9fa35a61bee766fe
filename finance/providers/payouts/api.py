"""Payouts by a bridge to a bank or a payment service, spoken to over HTTPS (docs/payout-api.md).

Payme has no public API of payouts, so the protocol is our own. A card's number is in the body of
the request and nowhere else: what goes wrong is told without the request, what is kept of a call
has never had it, and an answer that repeats it is read without it.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from finance.cards import hide_cards
from finance.providers.payouts import Answer, CardOrder, State
from finance.providers.tls import tls

log = structlog.get_logger(__name__)

type Json = dict[str, Any]
# What was asked, without the card; what was answered, None for nothing; milliseconds.
type OnCall = Callable[[bytes, Json | None, int], None]

TIME_LIMITS = httpx.Timeout(connect=5, read=15, write=15, pool=5)
# An answer that dribbles has as long in all, seconds.
LONGEST_ANSWER = 20.0
LARGEST_ANSWER = 64_000
LONGEST_REFERENCE = 64
LONGEST_REASON = 300
OF_AN_ORDER = (State.ACCEPTED, State.PAID, State.FAILED)
# They speak of the caller, the address or the moment, never of the order.
NOT_THE_ORDERS_FAULT = frozenset({401, 403, 404, 408, 425, 429})


class NothingKnown(OSError):
    """No answer that can be relied on: the order may have arrived."""


@dataclass(slots=True)
class PayoutApi:
    """A ``PayoutProvider`` of card orders. Both calls raise NothingKnown."""

    url: str
    api_key: str = field(repr=False)
    on_call: OnCall = field(default=lambda _asked, _answer, _ms: None)
    time_limits: httpx.Timeout = field(default_factory=lambda: TIME_LIMITS)
    longest_answer: float = LONGEST_ANSWER

    def hand_over(self, register: str, orders: Sequence[CardOrder]) -> list[Answer]:
        """One call for each order; a repeat under the same key is the same order."""
        return [self._hand_over(order) for order in orders]

    def look_up(self, key: str) -> Answer | None:
        """What became of an order; UNKNOWN when it never arrived."""
        return self._ask("GET", key, {"method": "payouts.get", "params": {"id": key}})

    # Covers whatever is called from here, too.
    @sensitive_variables()
    def _hand_over(self, order: CardOrder) -> Answer:
        amount = f"{order.amount:.2f}"
        kept = {"id": order.key, "number": order.number, "amount": amount}
        body = {
            "key": order.key,
            "card": order.card.reveal(),
            "holder": order.holder,
            "amount": amount,
            "currency": "UZS",
            "purpose": order.purpose,
        }
        sent = json.dumps(body, ensure_ascii=False).encode()
        return self._ask("POST", order.key, {"method": "payouts.create", "params": kept}, sent)

    def _ask(self, method: str, key: str, kept: Json, body: bytes = b"") -> Answer:
        began, status, answer = time.monotonic(), 0, None
        try:
            status, content = self._exchange(method, key, body)
            answer = _read(method, status, content, key)
        finally:
            told = _told(status, answer) if status else None
            milliseconds = int((time.monotonic() - began) * 1000)
            self.on_call(json.dumps(kept).encode(), told, milliseconds)
        if answer is None:
            log.warning("the payout provider's answer is no answer", status=status, order=key)
            raise NothingKnown(f"HTTP {status}")
        return answer

    def _exchange(self, method: str, key: str, body: bytes) -> tuple[int, bytes]:
        fault = ""
        try:
            return self._send(method, key, body)
        except Exception as error:
            # Whatever it is: its traceback has frames that hold the request.
            fault = type(error).__name__
        log.warning("the payout provider did not answer", fault=fault, order=key)
        raise NothingKnown(fault)

    def _send(self, method: str, key: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.api_key}", "Accept": "application/json"}
        address = f"{self.url.rstrip('/')}/payouts"
        if method == "POST":
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        else:
            address += f"/{key}"
        # A redirect would carry the number and our key elsewhere, a proxy of the environment, too.
        with httpx.stream(
            method,
            address,
            content=body or None,
            headers=headers,
            timeout=self.time_limits,
            verify=tls(),
            follow_redirects=False,
            trust_env=False,
        ) as response:
            return response.status_code, self._content(response)

    def _content(self, response: httpx.Response) -> bytes:
        until, content = time.monotonic() + self.longest_answer, b""
        for part in response.iter_bytes():
            content += part
            if len(content) > LARGEST_ANSWER or time.monotonic() > until:
                raise NothingKnown("too long")
        return content


def client(on_call: OnCall) -> PayoutApi | None:
    """The provider of the settings; None where payouts go by the register's file alone."""
    if not settings.PAYOUT_API_URL:
        return None
    return PayoutApi(settings.PAYOUT_API_URL, settings.PAYOUT_API_KEY, on_call)


def _read(method: str, status: int, content: bytes, key: str) -> Answer | None:
    """The answer, None for one that is not of the protocol."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("key") != key:
        return None
    state = data.get("state")
    if method == "GET" and status == httpx.codes.NOT_FOUND:
        return Answer(key, State.UNKNOWN) if state == State.UNKNOWN else None
    refuses = method == "POST" and 400 <= status < 500 and status not in NOT_THE_ORDERS_FAULT
    if state not in ((State.FAILED,) if refuses else OF_AN_ORDER):
        return None
    return _answer(data, key) if refuses or 200 <= status < 300 else None


def _answer(data: Json, key: str) -> Answer | None:
    state = State(data["state"])
    reference = _words(data.get("reference"), LONGEST_REFERENCE)
    reason = _words(data.get("reason"), LONGEST_REASON)
    if state == State.PAID and not reference:
        # Nobody could find it in a bank's statement.
        return None
    if state == State.FAILED:
        reason = reason or _("The provider gave no reason.")
    return Answer(key, state, reference, reason)


def _words(value: Any, longest: int) -> str:
    """A line of the other side's, without control characters and without card numbers."""
    text = str(value) if isinstance(value, str | int) else ""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return hide_cards(" ".join(line.split()))[:longest]


def _told(status: int, answer: Answer | None) -> Json:
    """What is kept of an answer: its own words are not, unless they were understood."""
    if answer is None:
        return {"error": {"code": status, "message": f"HTTP {status}"}}
    return {"state": answer.state, "reference": answer.reference, "reason": answer.reason}
