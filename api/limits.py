"""Rate limits: a fixed window per caller, counted atomically in the cache."""

import time

from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

WINDOW_SECONDS = 60


class PerMinute(BaseThrottle):
    """At most ``limit`` requests a minute for each caller and ``scope``.

    A signed-in person is counted by id, anybody else by address. ``cache.incr`` is atomic on Redis
    and within a process, which ninja's own throttle is not.
    """

    def __init__(self, scope: str, limit: int):
        self.scope = scope
        self.limit = limit

    def allow_request(self, request: HttpRequest) -> bool:
        window = int(time.time()) // WINDOW_SECONDS
        key = f"limit:{self.scope}:{self._who(request)}:{window}"
        cache.add(key, 0, WINDOW_SECONDS * 2)
        try:
            return cache.incr(key) <= self.limit
        except ValueError:  # evicted between the two calls
            return True

    def wait(self) -> float:
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS

    def _who(self, request: HttpRequest) -> str:
        if request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"ip:{self.get_ident(request)}"


class ByMethod(BaseThrottle):
    """Reads and writes have bounds of their own."""

    def __init__(self, reads: PerMinute, writes: PerMinute):
        self.reads = reads
        self.writes = writes

    def allow_request(self, request: HttpRequest) -> bool:
        bound = self.reads if request.method in ("GET", "HEAD") else self.writes
        return bound.allow_request(request)

    def wait(self) -> float:
        return self.reads.wait()


SIGN_IN = PerMinute("sign-in", 300)
SIGNED_IN = ByMethod(PerMinute("reads", 1200), PerMinute("writes", 240))
# A picture costs a processor half a second.
UPLOADS = PerMinute("uploads", 30)
