"""Payme's side of the Merchant API, for rehearsals: what the provider's own sandbox does, in order.

Talks HTTP to a running server and compares each answer with what the protocol wants; each of
Create, Perform and Cancel is sent twice and must be answered the same.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from finance.providers.payme import protocol as p

TIMEOUT_SECONDS = 15
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One call with its verdict; ``problem`` is empty when the answer is right."""

    title: str
    method: str
    params: dict[str, Any]
    answer: Answer
    problem: str = ""


@dataclass(slots=True)
class Cashbox:
    """Where the server is and what opens it; ``amount`` in tiyin."""

    url: str
    login: str
    key: str
    account_field: str
    reference: str
    amount: int
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT_SECONDS))

    @property
    def account(self) -> dict[str, str]:
        return {self.account_field: self.reference}

    def call(self, method: str, params: dict[str, Any], authorization: str | None = None) -> Answer:
        """One JSON-RPC call as Payme makes it: no ``jsonrpc`` member, ``text/json``."""
        given = p.basic_auth(self.login, self.key) if authorization is None else authorization
        call_id = secrets.randbelow(10**9)
        response = self.client.post(
            self.url,
            json={"method": method, "params": params, "id": call_id},
            headers={"Authorization": given, "Content-Type": "text/json; charset=UTF-8"},
        )
        if response.status_code != 200:
            return {"http": response.status_code}
        answer: Answer = response.json()
        return answer if answer.get("id") == call_id else {"id not echoed": answer}


class Rehearsal:
    """The two scenarios of the sandbox on one approved booking."""

    def __init__(self, cashbox: Cashbox):
        self.cashbox = cashbox

    def create_and_cancel(self) -> Iterator[Step]:
        """Scenario 1: bad calls, then create and cancel an unconfirmed transaction."""
        yield from self._wrong_authorisation()
        yield from self._wrong_amount()
        yield from self._no_such_account()
        yield from self._unknown_transaction()
        payme_id = new_id()
        yield from self._create(payme_id)
        yield from self._cancel(payme_id, state=p.STATE_CANCELLED, reason=3)
        yield self._refused(
            "Perform after the cancellation",
            "PerformTransaction",
            {"id": payme_id},
            p.CANNOT_CONTINUE,
        )

    def create_perform_and_cancel(self) -> Iterator[Step]:
        """Scenario 2: create, perform, take back."""
        payme_id = new_id()
        yield from self.pay(payme_id)
        yield from self._cancel(payme_id, state=p.STATE_REFUNDED, reason=5)

    def pay(self, payme_id: str) -> Iterator[Step]:
        """Create and perform, each twice, and look at it."""
        began = now_ms()
        yield from self._create(payme_id)
        perform = {"id": payme_id}
        first = self._answered(
            "Perform", "PerformTransaction", perform, lambda r: r["state"] == p.STATE_PERFORMED
        )
        yield first
        yield self._same("Perform again", "PerformTransaction", perform, first)
        yield self._answered(
            "Check a performed transaction",
            "CheckTransaction",
            perform,
            lambda r: r["state"] == 2 and r["perform_time"] > 0 and r["cancel_time"] == 0,
        )
        yield self._answered(
            "Statement has it",
            "GetStatement",
            {"from": began - 1000, "to": now_ms() + 1000},
            lambda r: payme_id in [row["id"] for row in r["transactions"]],
        )
        yield self._refused(
            "Check a paid order", "CheckPerformTransaction", self._order(), *ACCOUNT_RANGE
        )
        yield from self._fiscalise(payme_id)

    # --- the sandbox's blocks

    def _wrong_authorisation(self) -> Iterator[Step]:
        wrong = {
            "no authorisation": "",
            "a wrong key": p.basic_auth(self.cashbox.login, "wrong"),
            "a malformed header": "Basic !!!",
        }
        for method in METHODS:
            for name, header in wrong.items():
                answer = self.cashbox.call(method, {}, header)
                yield _judge(f"{method} with {name}", method, {}, answer, (p.NOT_AUTHORISED,))

    def _wrong_amount(self) -> Iterator[Step]:
        order = self._order(amount=self.cashbox.amount + 1)
        yield self._refused("Wrong amount", "CheckPerformTransaction", order, p.WRONG_AMOUNT)
        create = {"id": new_id(), "time": now_ms(), **order}
        yield self._refused("Wrong amount", "CreateTransaction", create, p.WRONG_AMOUNT)

    def _no_such_account(self) -> Iterator[Step]:
        order = self._order(reference="NO-SUCH-BOOKING")
        yield self._refused("No such account", "CheckPerformTransaction", order, *ACCOUNT_RANGE)
        create = {"id": new_id(), "time": now_ms(), **order}
        yield self._refused("No such account", "CreateTransaction", create, *ACCOUNT_RANGE)

    def _unknown_transaction(self) -> Iterator[Step]:
        unknown = {"id": new_id()}
        for method in ("PerformTransaction", "CheckTransaction"):
            yield self._refused("Unknown id", method, unknown, p.NO_SUCH_TRANSACTION)
        cancel = {**unknown, "reason": 1}
        yield self._refused("Unknown id", "CancelTransaction", cancel, p.NO_SUCH_TRANSACTION)
        yield self._refused("Unknown method", "ChangePassword", {}, p.NO_SUCH_METHOD)

    def _create(self, payme_id: str) -> Iterator[Step]:
        yield self._answered(
            "The order can be paid",
            "CheckPerformTransaction",
            self._order(),
            lambda r: r["allow"] is True and _adds_up(r.get("detail"), self.cashbox.amount),
        )
        create = {"id": payme_id, "time": now_ms(), **self._order()}
        first = self._answered(
            "Create", "CreateTransaction", create, lambda r: r["state"] == p.STATE_CREATED
        )
        yield first
        yield self._same("Create again", "CreateTransaction", create, first)
        yield self._answered(
            "Check a created transaction",
            "CheckTransaction",
            {"id": payme_id},
            lambda r: (
                (r["state"], r["perform_time"], r["cancel_time"], r["reason"]) == (1, 0, 0, None)
            ),
        )
        second = {**create, "id": new_id()}
        yield self._refused(
            "A second transaction meanwhile", "CreateTransaction", second, *ACCOUNT_RANGE
        )

    def _fiscalise(self, payme_id: str) -> Iterator[Step]:
        receipt = {"id": payme_id, "type": "PERFORM", "fiscal_data": FISCAL_DATA}
        for title in ("Fiscal receipt", "Fiscal receipt again"):
            yield self._answered(title, "SetFiscalData", receipt, lambda r: r["success"] is True)
        for title, change, code in (
            ("Fiscal receipt of a refund that was not", {"type": "CANCEL"}, p.NO_FISCAL_RECEIPT),
            ("Fiscal receipt of an unknown id", {"id": new_id()}, p.NO_FISCAL_RECEIPT),
            ("Fiscal receipt without data", {"fiscal_data": None}, p.BAD_PARAMS),
        ):
            yield self._refused(title, "SetFiscalData", receipt | change, code)

    def _cancel(self, payme_id: str, *, state: int, reason: int) -> Iterator[Step]:
        cancel = {"id": payme_id, "reason": reason}
        first = self._answered("Cancel", "CancelTransaction", cancel, lambda r: r["state"] == state)
        yield first
        yield self._same("Cancel again", "CancelTransaction", cancel, first)
        yield self._answered(
            "Check a cancelled transaction",
            "CheckTransaction",
            {"id": payme_id},
            lambda r: (r["state"], r["reason"]) == (state, reason) and r["cancel_time"] > 0,
        )

    # --- one call, one verdict

    def _order(self, *, amount: int | None = None, reference: str | None = None) -> dict[str, Any]:
        box = self.cashbox
        return {
            "amount": amount if amount is not None else box.amount,
            "account": {box.account_field: reference or box.reference},
        }

    def _answered(
        self, title: str, method: str, params: dict[str, Any], right: Callable[[Answer], bool]
    ) -> Step:
        answer = self.cashbox.call(method, params)
        result = answer.get("result")
        try:
            fine = isinstance(result, dict) and right(result)
        except (KeyError, TypeError):
            fine = False
        return Step(title, method, params, answer, "" if fine else "not the result expected")

    def _refused(self, title: str, method: str, params: dict[str, Any], *codes: int) -> Step:
        return _judge(title, method, params, self.cashbox.call(method, params), codes)

    def _same(self, title: str, method: str, params: dict[str, Any], first: Step) -> Step:
        answer = self.cashbox.call(method, params)
        same = answer.get("result") is not None and answer["result"] == first.answer.get("result")
        return Step(title, method, params, answer, "" if same else "differs from the first answer")


FISCAL_DATA = {
    "receipt_id": 121,
    "status_code": 0,
    "message": "accepted",
    "terminal_id": "EP000000000025",
    "fiscal_sign": "800031554082",
    "qr_code_url": "https://ofd.soliq.uz/check?t=EP000000000025&r=121&c=20270301110500",
    "date": "20270301110500",
}
ACCOUNT_RANGE = tuple(range(-31099, -31049))
METHODS = (
    "CheckPerformTransaction",
    "CreateTransaction",
    "PerformTransaction",
    "CancelTransaction",
    "CheckTransaction",
)


def _adds_up(detail: dict[str, Any] | None, amount: int) -> bool:
    """A receipt's items are worth what is paid; there may be none."""
    if detail is None:
        return True
    nets = (i["price"] * i["count"] - i.get("discount", 0) for i in detail["items"])
    return sum(nets) == amount


def _judge(
    title: str, method: str, params: dict[str, Any], answer: Answer, codes: tuple[int, ...]
) -> Step:
    error = answer.get("error") or {}
    code = error.get("code")
    if code not in codes:
        wanted = codes[0] if len(codes) == 1 else "-31050 to -31099"
        return Step(title, method, params, answer, f"wanted {wanted}")
    if code in ACCOUNT_RANGE:
        if set(error.get("message") or {}) != set(p.LANGUAGES):
            return Step(title, method, params, answer, "the message is not in three languages")
        if not error.get("data"):
            return Step(title, method, params, answer, "data does not name the account's field")
    return Step(title, method, params, answer)


def new_id() -> str:
    """An id as Payme makes them: 24 hexadecimal digits."""
    return secrets.token_hex(12)


def now_ms() -> int:
    return int(time.time() * 1000)
