"""Unfold's charts: their looks, in local figures, and the table behind them for who cannot see."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

# Readable on white and on black.
QUIET = "#8b949e"
MAIN = "var(--color-primary-600)"
PALE = "#9ca3af"
LINE = "#d97706"
# Numbers as Intl writes them: the browser's own language may be another.
LOCALES = {"ru": "ru-RU", "uz": "ru-RU", "en": "en-GB"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table behind a chart; ``url`` opens what it counts."""

    title: str
    url: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """``data`` and ``options`` are Chart.js's, as JSON; ``empty`` is said instead of a chart that
    has nothing to show."""

    title: str
    url: str
    data: str
    options: str
    heads: tuple[str, ...]
    rows: list[Row]
    empty: str = ""


def chart_data(labels: Sequence[str], *datasets: dict[str, Any]) -> str:
    return json.dumps({"labels": labels, "datasets": datasets})


def chart_options(*, is_stacked: bool = False, has_beside: bool = False) -> str:
    """One scale, or a second on the right for datasets of the axis ``y1``."""
    scales: dict[str, Any] = {
        "x": {
            "grid": {"display": False},
            "ticks": {"color": QUIET, "maxTicksLimit": 16},
            "stacked": is_stacked,
        },
        "y": _scale("left") | {"stacked": is_stacked},
    }
    if has_beside:
        scales["y1"] = _scale("right")
    return json.dumps(
        {
            "animation": False,
            "maintainAspectRatio": False,
            "locale": LOCALES.get((get_language() or "ru")[:2], "ru-RU"),
            "interaction": {"mode": "index", "intersect": False},
            "plugins": {"legend": {"labels": {"color": QUIET, "boxWidth": 12}}},
            "scales": scales,
        }
    )


def _scale(side: str) -> dict[str, Any]:
    return {
        "beginAtZero": True,
        "position": side,
        "grid": {"display": False},
        "ticks": {"color": QUIET, "maxTicksLimit": 6, "precision": 0},
    }
