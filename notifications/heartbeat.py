"""Whether a worker is alive: it says so in the queue's own store, every minute."""

from datetime import datetime

from huey.contrib.djhuey import HUEY

SEEN = "circle.worker.seen"


def beat(at: datetime) -> None:
    HUEY.put(SEEN, at.isoformat())


def last_beat() -> datetime | None:
    """None when no worker has ever been seen."""
    seen = HUEY.get(SEEN, peek=True)
    return datetime.fromisoformat(seen) if seen else None
