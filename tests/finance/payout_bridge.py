"""A bridge that speaks the payout API (docs/payout-api.md) on loopback, with faults on demand."""

import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "the-key-that-the-bridge-knows-us-by"


class Bridge:
    """``takes`` is the state of a new order; ``faults`` say how the next calls end:

    ``drop`` and ``slow`` do what they are asked and do not answer, or late; ``lost`` and ``error``
    do nothing; ``hold`` waits for ``released`` after it has taken the order; a pair is an answer.
    """

    def __init__(self, url=""):
        self.url = url
        self.takes = "paid"
        self.reason = ""
        self.orders = {}
        self.bodies = []
        self.asked = []
        self.payments = Counter()
        self.faults = []
        self.slow_for = 0.5
        self.stuck, self.released = threading.Event(), threading.Event()
        self.guard = threading.Lock()

    def take(self, order):
        """Every order that arrives is paid, also a repeat: the test counts them."""
        with self.guard:
            key = order["key"]
            self.bodies.append(order)
            self.payments[key] += 1
            self.orders[key] = self.takes
            return self.answer(key)

    def answer(self, key):
        state = self.orders.get(key)
        if state is None:
            return 404, {"key": key, "state": "unknown"}
        reference = "RRN 123456789012" if state == "paid" else ""
        code = 422 if state == "failed" else 200
        return code, {"key": key, "state": state, "reference": reference, "reason": self.reason}


class Door(BaseHTTPRequestHandler):
    bridge: Bridge

    def do_GET(self):
        def look():
            code, answer = self.bridge.answer(self.path.removeprefix("/v1/payouts/"))
            return (200 if code == 422 else code), answer

        self._serve(look)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/payouts"
        assert self.headers["Idempotency-Key"] == body["key"]
        self._serve(lambda: self.bridge.take(body))

    def _serve(self, work):
        bridge = self.bridge
        with bridge.guard:
            bridge.asked.append(self.command)
            fault = bridge.faults.pop(0) if bridge.faults else ""
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return self._answer(401, b"{}")
        if isinstance(fault, tuple):
            return self._answer(*fault)
        if fault == "error":
            return self._answer(500, b"<html>")
        code, answer = work() if fault != "lost" else (0, None)
        if fault == "slow":
            time.sleep(bridge.slow_for)
        if fault == "hold":
            bridge.stuck.set()
            bridge.released.wait(20)
        if fault in ("drop", "lost"):
            self.close_connection = True
            return None
        return self._answer(code, json.dumps(answer).encode())

    def _answer(self, code, body, **headers):
        try:
            self.send_response(code)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *args):
        """Quiet."""


@contextmanager
def serving():
    """A bridge that listens while the block runs."""
    bridge = Bridge()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundDoor", (Door,), {"bridge": bridge}))
    server.daemon_threads = True
    bridge.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield bridge
    finally:
        bridge.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
