"""What is found."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Hit:
    """``is_it`` when it is just what was asked for: its code or its Payme id."""

    title: str
    url: str
    text: str = ""
    badge: Any = ""
    is_it: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Hits of one kind; ``more_url`` is the list with the rest of them, when there is a rest."""

    title: Any
    icon: str
    hits: list[Hit] = field(default_factory=list)
    more_url: str = ""
