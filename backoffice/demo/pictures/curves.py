"""Outlines: ridges, smooth curves, the arch and dome of Timurid builders."""

import math
from collections.abc import Sequence
from random import Random

type Point = tuple[float, float]


def ridge(rng: Random, start: Point, end: Point, *, relief: float, levels: int = 7) -> list[Point]:
    """A broken line between two points, by midpoint displacement; `relief` is its first jump."""
    line = [start, end]
    for level in range(levels):
        reach = relief * 0.5**level
        finer: list[Point] = [line[0]]
        for (x0, y0), (x1, y1) in zip(line, line[1:], strict=False):
            finer.append(((x0 + x1) / 2, (y0 + y1) / 2 + rng.uniform(-reach, reach)))
            finer.append((x1, y1))
        line = finer
    return line


def chain(
    rng: Random, knots: Sequence[Point], *, relief: float = 0.16, levels: int = 5
) -> list[Point]:
    """A ridge through given peaks and saddles; `relief` is a share of each leg's length."""
    line: list[Point] = [knots[0]]
    for start, end in zip(knots, knots[1:], strict=False):
        leg = math.dist(start, end)
        line += ridge(rng, start, end, relief=leg * relief, levels=levels)[1:]
    return line


def bezier(knots: Sequence[Point], *, steps: int = 24) -> list[Point]:
    """The curve of any degree which the knots pull."""
    curve: list[Point] = []
    for step in range(steps + 1):
        share = step / steps
        row = list(knots)
        while len(row) > 1:
            row = [
                (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
                for (x0, y0), (x1, y1) in zip(row, row[1:], strict=False)
            ]
        curve.append(row[0])
    return curve


def spline(knots: Sequence[Point], *, closed: bool = False, steps: int = 8) -> list[Point]:
    """A smooth line through every knot (Catmull-Rom)."""
    row = [knots[-1], *knots, *knots[:2]] if closed else [knots[0], *knots, knots[-1]]
    curve: list[Point] = []
    for a, b, c, d in zip(row, row[1:], row[2:], row[3:], strict=False):
        curve += [_between(a, b, c, d, step / steps) for step in range(steps)]
    return curve if closed else [*curve, knots[-1]]


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    def axis(p0: float, p1: float, p2: float, p3: float) -> float:
        return 0.5 * (
            2 * p1
            + (p2 - p0) * t
            + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
            + (3 * p1 - p0 - 3 * p2 + p3) * t**3
        )

    return axis(a[0], b[0], c[0], d[0]), axis(a[1], b[1], c[1], d[1])


def swell(rng: Random, width: float, level: float, *, height: float, waves: int) -> list[Point]:
    """A rolling horizon: a few sines of random phase around `level`."""
    parts = [(rng.uniform(0.6, 1.4) * wave, rng.uniform(0, math.tau)) for wave in (1, 2.3, 4.1)]
    line: list[Point] = []
    for step in range(161):
        share = step / 160
        lift = sum(
            math.sin(share * math.tau * waves * rate / 2 + phase) / (1 + index * 1.7)
            for index, (rate, phase) in enumerate(parts)
        )
        line.append((-20 + share * (width + 40), level - lift * height / 1.6))
    return line


def down_to(line: Sequence[Point], floor: float) -> list[Point]:
    """Close a ridge into a body standing on `floor`."""
    return [*line, (line[-1][0], floor), (line[0][0], floor)]


def arch(x: float, foot: float, half: float, height: float) -> list[Point]:
    """A pointed four-centred arch: the opening as a closed outline, standing on `foot`."""
    spring = foot - height * 0.52
    apex = (x, foot - height)
    left = bezier([(x - half, spring), (x - half, foot - height * 0.84), apex], steps=14)
    right = bezier([apex, (x + half, foot - height * 0.84), (x + half, spring)], steps=14)
    return [(x - half, foot), *left, *right, (x + half, foot)]


def dome(x: float, foot: float, radius: float, height: float) -> list[Point]:
    """The profile of a melon dome: it swells a little, then closes in a point."""
    left = bezier(
        [
            (x - radius, foot),
            (x - radius * 1.2, foot - height * 0.46),
            (x - radius * 0.78, foot - height * 0.84),
            (x, foot - height),
        ],
        steps=20,
    )
    return [*left, *((2 * x - px, py) for px, py in reversed(left[:-1]))]


def ring(x: float, y: float, radius: float, *, squash: float = 1.0, steps: int = 0) -> list[Point]:
    """An ellipse as a polygon, finer when it is larger."""
    steps = steps or max(12, min(72, round(radius * 1.2)))
    return [
        (x + radius * math.cos(turn), y + radius * squash * math.sin(turn))
        for turn in (math.tau * step / steps for step in range(steps))
    ]


def star(x: float, y: float, radius: float, *, points: int = 8, inner: float = 0.6) -> list[Point]:
    """A star, first ray up."""
    corners: list[Point] = []
    for step in range(points * 2):
        reach = radius if step % 2 == 0 else radius * inner
        turn = math.pi * step / points - math.pi / 2
        corners.append((x + reach * math.cos(turn), y + reach * math.sin(turn)))
    return corners
