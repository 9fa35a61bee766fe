"""Changes of the platform's settings, in the log of actions. A building block."""

from datetime import datetime
from typing import Any

from constance import config
from constance.models import Constance

from core.actor import Actor
from core.services.events import record


def record_setting(name: str, *, before: Any, by: Actor, at: datetime) -> None:
    """Write that the setting ``name``, which was ``before``, has the value that it has now."""
    row = Constance.objects.get(key=name)
    record("setting.changed", row, by=by, at=at, before=before, after=getattr(config, name))
