"""Payme's Subscribe API and its cashier, played over HTTP for the demo and the tests.

A receipt is made, sent and paid here; paying and cancelling it call the Merchant API of the server
under rehearsal, as Payme would. Receipts live in memory. An id that was not made here is known
when the Merchant API knows it: then it was paid by another rehearsal.
"""

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from finance.providers.payme import protocol as p
from finance.providers.payme.sandbox import Answer, Cashbox, new_id, now_ms

Json = dict[str, Any]
HOST = "127.0.0.1"
NOT_FOUND, FORBIDDEN, WRONG_STATE = -31602, -32504, -31630
CREATED, PAID, CANCELLED = 0, 4, 50
REFUND = 5
LARGEST_BODY = 1_000_000
# How the Merchant API's states of a transaction read as states of a receipt.
STATES = {1: CREATED, 2: PAID, -1: CANCELLED, -2: CANCELLED}


class Refusal(Exception):
    """An error answer."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(slots=True)
class Receipt:
    id: str
    amount: int
    account: Json
    description: str = ""
    detail: Json = field(default_factory=dict)
    stage: int = CREATED
    sent_to: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        return {
            "_id": self.id,
            "state": self.stage,
            "amount": self.amount,
            "currency": 860,
            "description": self.description,
            "account": [{"name": name, "value": value} for name, value in self.account.items()],
        }


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next call of ``method``: ``slow`` (waits, then does it), ``drop``
    (does it and hangs up), ``lost`` (hangs up without doing it), ``error`` (HTTP 500, not done)."""

    method: str
    how: str
    seconds: float = 20


class FakePayme:
    """Payme's books and what it does with them. ``merchant`` is the server under rehearsal."""

    def __init__(self, merchant: Cashbox, merchant_id: str):
        self.merchant = merchant
        self.auth = f"{merchant_id}:{merchant.key}"
        self.receipts: dict[str, Receipt] = {}
        self.faults: deque[Fault] = deque()
        self.asked: list[str] = []
        self.methods = {
            "receipts.create": self.create,
            "receipts.send": self.send,
            "receipts.cancel": self.cancel,
            "receipts.get": self.get,
            "receipts.check": self.check,
        }

    # --- the Subscribe API

    def create(self, params: Json) -> Json:
        amount, account = params.get("amount"), params.get("account")
        if not isinstance(amount, int) or amount <= 0 or not isinstance(account, dict):
            raise Refusal(-32602, "amount or account is wrong")
        receipt = Receipt(
            id=new_id(),
            amount=amount,
            account=account,
            description=str(params.get("description", "")),
            detail=params.get("detail") or {},
        )
        self.receipts[receipt.id] = receipt
        return {"receipt": receipt.as_json()}

    def send(self, params: Json) -> Json:
        receipt = self._find(params)
        receipt.sent_to.append(str(params.get("phone", "")))
        return {"success": True}

    def cancel(self, params: Json) -> Json:
        receipt = self._find(params)
        if receipt.stage == PAID:
            self._check("CancelTransaction", {"id": receipt.id, "reason": REFUND})
        receipt.stage = CANCELLED
        return {"receipt": receipt.as_json()}

    def get(self, params: Json) -> Json:
        return {"receipt": self._find(params).as_json()}

    def check(self, params: Json) -> Json:
        return {"state": self._find(params).stage}

    # --- the cashier

    def pay(self, receipt_id: str) -> Json:
        """Somebody pays a receipt in Payme's application."""
        receipt = self._find({"id": receipt_id})
        if receipt.stage != CREATED:
            raise Refusal(WRONG_STATE, "the receipt is paid or cancelled")
        order = {"amount": receipt.amount, "account": receipt.account}
        self._check("CheckPerformTransaction", order)
        self._check("CreateTransaction", {"id": receipt.id, "time": now_ms(), **order})
        self._check("PerformTransaction", {"id": receipt.id})
        receipt.stage = PAID
        return receipt.as_json()

    # --- both

    def _find(self, params: Json) -> Receipt:
        receipt_id = str(params.get("id", ""))
        if receipt_id not in self.receipts:
            self._remember(receipt_id)
        return self.receipts[receipt_id]

    def _remember(self, receipt_id: str) -> None:
        """A transaction that another rehearsal has made in Payme's name."""
        rows = self._call("GetStatement", {"from": 0, "to": now_ms() + 1000})
        for row in rows.get("result", {}).get("transactions", ()):
            if row["id"] == receipt_id:
                receipt = Receipt(receipt_id, row["amount"], row["account"])
                receipt.stage = STATES[row["state"]]
                self.receipts[receipt_id] = receipt
                return
        raise Refusal(NOT_FOUND, "there is no such receipt")

    def _check(self, method: str, params: Json) -> None:
        error = self._call(method, params).get("error")
        if error:
            raise Refusal(error["code"], error["message"]["ru"])

    def _call(self, method: str, params: Json) -> Answer:
        try:
            return self.merchant.call(method, params)
        except httpx.HTTPError as error:
            raise Refusal(-31622, "the merchant does not answer") from error

    def fault_of(self, method: str) -> Fault | None:
        """The fault that waits for ``method``, taken off the list."""
        if self.faults and self.faults[0].method == method:
            return self.faults.popleft()
        return None


@contextmanager
def serving(fake: FakePayme, port: int = 0) -> Iterator[str]:
    """The fake's address while the block runs; port 0 takes a free one."""
    server = server_of(fake, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def server_of(fake: FakePayme, port: int) -> ThreadingHTTPServer:
    handler = type("BoundDoor", (Door,), {"fake": fake})
    server = ThreadingHTTPServer((HOST, port), handler)
    server.daemon_threads = True
    return server


class Door(BaseHTTPRequestHandler):
    """``POST /api``, ``POST /pay/<receipt>``, ``POST /faults``, and a page to press buttons on."""

    fake: FakePayme
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        rows = "".join(_row(receipt) for receipt in reversed(self.fake.receipts.values()))
        self._send(200, PAGE.format(rows=rows or NOTHING).encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 <= size <= LARGEST_BODY:
            return self._json(413, {})
        body = self.rfile.read(size)
        if self.path.startswith("/pay/"):
            return self._pay(self.path.removeprefix("/pay/"))
        if self.path == "/faults":
            self.fake.faults.append(Fault(**json.loads(body)))
            return self._json(200, {})
        return self._rpc(body)

    def _pay(self, receipt_id: str) -> None:
        try:
            answer = {"receipt": self.fake.pay(receipt_id)}
        except Refusal as refusal:
            answer = {"error": {"code": refusal.code, "message": refusal.message}}
        if "text/html" in self.headers.get("Accept", ""):
            told = escape(json.dumps(answer, ensure_ascii=False, indent=2))
            page = f'<meta charset="utf-8"><pre>{told}</pre><p><a href="/">Back</a>'
            return self._send(200, page.encode(), "text/html; charset=utf-8")
        return self._json(200, answer)

    def _rpc(self, body: bytes) -> None:
        call = json.loads(body)
        method = call.get("method", "")
        self.fake.asked.append(method)
        fault = self.fake.fault_of(method)
        how = fault.how if fault else ""
        if fault and how == "slow":
            time.sleep(fault.seconds)
        if how == "error":
            return self._json(500, {})
        answer = self._answer(call) if how != "lost" else {}
        if how in ("drop", "lost"):
            self.close_connection = True
            return None
        return self._json(200, {"jsonrpc": "2.0", "id": call.get("id"), **answer})

    def _answer(self, call: Json) -> Json:
        try:
            if not secrets.compare_digest(self.headers.get("X-Auth", ""), self.fake.auth):
                raise Refusal(FORBIDDEN, "access denied")
            method = self.fake.methods.get(call.get("method", ""))
            if method is None:
                raise Refusal(p.NO_SUCH_METHOD, "there is no such method")
            return {"result": method(call.get("params") or {})}
        except Refusal as refusal:
            return {"error": {"code": refusal.code, "message": refusal.message}}

    def _json(self, status: int, answer: Json) -> None:
        self._send(status, json.dumps(answer, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the demo's terminal is not its log."""


def _row(receipt: Receipt) -> str:
    button = f'<form method="post" action="/pay/{escape(receipt.id)}"><button>Pay</button></form>'
    cells = (
        receipt.id,
        str(p.from_tiyin(receipt.amount)),
        ", ".join(map(str, receipt.account.values())),
        ", ".join(receipt.sent_to),
        {CREATED: "", PAID: "paid", CANCELLED: "cancelled"}[receipt.stage],
    )
    told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f"<tr>{told}<td>{button if receipt.stage == CREATED else ''}</td></tr>"


NOTHING = "<tr><td>No invoices yet: send one from a booking's page.</td></tr>"
PAGE = """<!doctype html><meta charset="utf-8"><title>Payme's stand-in</title>
<style>body{{font:15px system-ui;margin:2rem}} td{{padding:.4rem .8rem}}</style>
<h1>Payme's stand-in</h1><p>Invoices that Circle has made. Pay one as its receiver would.</p>
<table>{rows}</table>"""
