"""Mixing colours."""

from collections.abc import Sequence
from itertools import pairwise

type Color = tuple[int, int, int]

WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)


def rgb(code: str) -> Color:
    """Read `#rrggbb`."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(one: Color, other: Color, share: float) -> Color:
    """`share` of `other` in `one`: 0 is `one`, 1 is `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def lighten(color: Color, share: float) -> Color:
    """Towards white."""
    return mix(color, WHITE, share)


def darken(color: Color, share: float) -> Color:
    """Towards black."""
    return mix(color, BLACK, share)


def ramp(stops: Sequence[Color], length: int) -> list[Color]:
    """`length` colours running evenly through the stops."""
    if len(stops) == 1 or length == 1:
        return [stops[0]] * length
    spans = list(pairwise(stops))
    colors: list[Color] = []
    for step in range(length):
        place = step / (length - 1) * len(spans)
        span = min(int(place), len(spans) - 1)
        colors.append(mix(*spans[span], place - span))
    return colors
