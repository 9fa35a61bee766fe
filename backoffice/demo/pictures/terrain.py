"""Mountains with lit and shaded faces, hills, trees and grass."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import Color, mix
from backoffice.demo.pictures.curves import Point, chain, down_to, spline, swell


@dataclass(frozen=True, slots=True)
class Rock:
    """The tones of a massif: lit, half and dark, for the stone and for the snow above its line."""

    lit: Color
    half: Color
    dark: Color
    snow: Color
    snow_half: Color
    snow_dark: Color
    snow_line: float | None = None


def paint_range(
    canvas: Canvas, level: float, *, relief: float, color: Color, veil: Color, peaks: int = 6
) -> None:
    """A far ridge in one tone that dissolves into the veil at its foot."""
    rng, step = canvas.rng, canvas.width / peaks
    knots: list[Point] = [(-40.0, level)]
    for index in range(peaks):
        x = step * (index + 0.5) + rng.uniform(-0.3, 0.3) * step
        knots.append((x - step * rng.uniform(0.25, 0.4), level + relief * rng.uniform(0, 0.3)))
        knots.append((x, level - relief * rng.uniform(0.35, 1)))
    knots.append((canvas.width + 40, level))
    line = chain(rng, sorted(knots), relief=0.13)
    canvas.fill(down_to(line, level + relief * 1.4), color, mix(color, veil, 0.55), veil)


def paint_massif(canvas: Canvas, knots: Sequence[Point], *, floor: float, rock: Rock) -> None:
    """Great mountains lit from the left. The knots are saddle, peak, saddle, ... saddle."""
    rng = canvas.rng
    line = chain(rng, knots, relief=0.09)
    spines = [_descent(canvas, peak, floor, lean=0.1) for peak in knots[1::2]]
    gullies = [_descent(canvas, saddle, floor, lean=-0.12) for saddle in knots[2::2]]
    faces = [
        [*_stretch(line, spine[0][0], gully[0][0]), *gully, *reversed(spine)]
        for spine, gully in zip(spines, gullies, strict=True)
    ]
    dark = [sliver for spine in spines for sliver in _slivers(canvas, spine, side=-1)]
    dark += [sliver for sliver in _skyline_slivers(canvas, line, floor)]
    pale = [sliver for spine in spines for sliver in _slivers(canvas, spine, side=1)]
    body = down_to(line, floor)
    with canvas.clip(body):
        _paint_faces(canvas, body, (faces, dark, pale), rock.lit, rock.half, rock.dark)
        if rock.snow_line is not None:
            with canvas.clip(_snow_cap(canvas, rock.snow_line)):
                colors = rock.snow, rock.snow_half, rock.snow_dark
                _paint_faces(canvas, body, (faces, dark, pale), *colors)
    canvas.weather(body, cell=(70, 40), strength=0.15)


def _paint_faces(
    canvas: Canvas,
    body: list[Point],
    shapes: tuple[list[list[Point]], list[list[Point]], list[list[Point]]],
    lit: Color,
    half: Color,
    dark: Color,
) -> None:
    faces, dark_slivers, pale_slivers = shapes
    canvas.fill(body, lit)
    for face in faces:
        canvas.fill(face, dark)
    for index, sliver in enumerate(dark_slivers):
        canvas.fill(sliver, dark if index % 3 == 0 else half)
    for sliver in pale_slivers:
        canvas.fill(sliver, mix(half, dark, 0.35))


def _descent(canvas: Canvas, start: Point, floor: float, *, lean: float) -> list[Point]:
    """A crooked way down from the skyline to the floor."""
    rng, drop = canvas.rng, floor - start[1]
    knots = [start]
    for step in range(1, 7):
        x = knots[-1][0] + drop / 6 * (lean + (0.5 if step % 2 else -0.38) * rng.uniform(0.5, 1.3))
        knots.append((x, start[1] + drop * step / 6))
    return chain(rng, knots, relief=0.12, levels=3)


def _stretch(line: Sequence[Point], left: float, right: float) -> list[Point]:
    return [point for point in line if left <= point[0] <= right]


def _slivers(canvas: Canvas, spine: Sequence[Point], *, side: int) -> list[list[Point]]:
    """Side ribs: tapered facets that leave a spine and run down one side of it."""
    rng, height = canvas.rng, spine[-1][1] - spine[0][1]
    slivers: list[list[Point]] = []
    for index in range(2, len(spine) - 6, 3):
        x, y = spine[index]
        grown = (y - spine[0][1]) / height
        length = height * rng.uniform(0.1, 0.3) * (0.35 + grown)
        outer = (x + side * length * rng.uniform(0.55, 0.95), y + length)
        inner = (x + side * length * rng.uniform(0.12, 0.3), y + length * rng.uniform(0.7, 0.95))
        slivers.append(chain(rng, [(x, y), outer, inner, (x, y)], relief=0.09, levels=3))
    return slivers


def _skyline_slivers(canvas: Canvas, line: Sequence[Point], floor: float) -> list[list[Point]]:
    """Gullies that begin on the lit skyline."""
    rng = canvas.rng
    slivers: list[list[Point]] = []
    for index in range(6, len(line) - 6, 9):
        x, y = line[index]
        if line[index + 5][1] > y:
            continue
        length = (floor - y) * rng.uniform(0.12, 0.4)
        left = (x - length * rng.uniform(0.2, 0.45), y + length)
        right = (x + length * rng.uniform(-0.02, 0.1), y + length * rng.uniform(0.6, 0.85))
        slivers.append(chain(rng, [(x, y), left, right, (x, y)], relief=0.1, levels=3))
    return slivers


def _snow_cap(canvas: Canvas, snow_line: float) -> list[Point]:
    rng = canvas.rng
    knots: list[Point] = [(-60, snow_line)]
    while knots[-1][0] < canvas.width + 60:
        x = knots[-1][0] + rng.uniform(14, 62)
        tongue = rng.uniform(30, 95) if len(knots) % 2 else rng.uniform(-60, 0)
        knots.append((x, snow_line + tongue))
    edge = chain(rng, knots, relief=0.12, levels=3)
    return [(-60, -60), *edge, (canvas.width + 200, -60)]


def paint_hill(
    canvas: Canvas, level: float, *colors: Color, height: float = 30, waves: int = 2
) -> list[Point]:
    """A rolling hill to the sheet's bottom; its skyline is returned to plant things on."""
    line = swell(canvas.rng, canvas.width, level, height=height, waves=waves)
    canvas.fill(down_to(line, canvas.height + 10), *colors)
    canvas.weather(down_to(line, canvas.height + 10), cell=(160, 22), strength=0.14)
    return line


def on_line(line: Sequence[Point], x: float) -> float:
    """The height of a skyline at `x`."""
    for (x0, y0), (x1, y1) in zip(line, line[1:], strict=False):
        if x0 <= x <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return line[-1][1]


def paint_spruce(canvas: Canvas, x: float, foot: float, height: float, color: Color) -> None:
    """A spruce of a few ragged tiers."""
    rng, half = canvas.rng, height * 0.2
    tiers = 6
    left: list[Point] = []
    right: list[Point] = []
    for tier in range(tiers):
        y = foot - height + height * 0.93 * (tier + 1) / tiers
        reach = half * (tier + 1) / tiers
        left += [(x - reach * rng.uniform(0.85, 1.15), y), (x - reach * 0.5, y - height * 0.025)]
        right += [(x + reach * rng.uniform(0.85, 1.15), y), (x + reach * 0.5, y - height * 0.025)]
    canvas.rect(x - height * 0.018, foot - height * 0.1, x + height * 0.018, foot, color)
    canvas.fill([(x, foot - height), *right, *reversed(left)], color)


def paint_juniper(canvas: Canvas, x: float, foot: float, height: float, color: Color) -> None:
    """An archa: a dense, tufted crown on a short crooked trunk."""
    rng = canvas.rng
    trunk = [(-0.035, 0.0), (-0.015, 0.35), (0.02, 0.35), (0.04, 0.0)]
    canvas.fill([(x + px * height, foot - py * height) for px, py in trunk], color)
    lit = mix(color, canvas.light, 0.16)
    tufts = 18 if height < 60 else 60 if height < 150 else 360
    fine = 1.0 if height < 150 else 0.48
    for tuft in range(tufts):
        share = tuft / tufts
        reach = height * 0.3 * (1 - share) ** 0.7 * rng.uniform(0.7, 1.0)
        px = rng.uniform(-1, 1)
        y = foot - height * (0.2 + 0.74 * share) + rng.uniform(-0.03, 0.03) * height
        size = height * (0.1 - 0.07 * share) * rng.uniform(0.8, 1.3) * fine
        tone = mix(color, lit, max(0.0, -px) * rng.uniform(0.2, 1.0))
        canvas.disc(x + px * reach, y, size, tone, squash=0.75)


def paint_poplar(canvas: Canvas, x: float, foot: float, height: float, *colors: Color) -> None:
    """A Lombardy poplar, the tree of every Uzbek village."""
    half = height * canvas.rng.uniform(0.07, 0.1)
    crown = spline(
        [
            (x, foot - height),
            (x + half * 0.8, foot - height * 0.66),
            (x + half, foot - height * 0.34),
            (x + half * 0.35, foot - height * 0.1),
            (x - half * 0.35, foot - height * 0.1),
            (x - half, foot - height * 0.34),
            (x - half * 0.8, foot - height * 0.66),
        ],
        closed=True,
    )
    canvas.rect(x - height * 0.012, foot - height * 0.14, x + height * 0.012, foot, canvas.shade)
    canvas.fill(crown, *colors, across=True)


def paint_crown(canvas: Canvas, x: float, foot: float, height: float, color: Color) -> None:
    """A leafy tree: a plane, an apricot or a mulberry."""
    rng = canvas.rng
    trunk = [(-0.05, 0.0), (-0.025, 0.4), (0.025, 0.4), (0.05, 0.0)]
    canvas.fill([(x + px * height, foot - py * height) for px, py in trunk], canvas.shade)
    lit = mix(color, canvas.light, 0.3)
    leaves = 22 if height < 70 else 110
    for leaf in range(leaves):
        turn, reach = rng.uniform(0, math.tau), rng.random() ** 0.5
        px, py = math.cos(turn) * reach, math.sin(turn) * reach
        share = leaf / leaves
        light = max(0.0, -0.55 * px - 0.8 * py) * share
        size = height * rng.uniform(0.055, 0.1) * (1.5 - share * 0.9)
        y = foot - height * (0.66 - 0.27 * py)
        canvas.disc(x + px * height * 0.33, y, size, mix(color, lit, light))


def paint_meadow(
    canvas: Canvas, top: float, *, blossoms: Color | None, grass: Color, count: int = 420
) -> None:
    """Blades of grass and flowers, larger towards the viewer."""
    rng = canvas.rng
    spots = sorted(rng.uniform(0, 1) for _ in range(count))
    for depth in spots:
        x, y = rng.uniform(0, canvas.width), top + depth * (canvas.height - top)
        size = 3 + depth * 15
        tip = (x + rng.uniform(-0.5, 0.5) * size, y - size)
        canvas.line([(x, y), tip], mix(grass, canvas.light, rng.uniform(0, 0.25)), 0.8 + depth)
        if blossoms and rng.random() < 0.5:
            canvas.disc(*tip, size * 0.24, mix(blossoms, canvas.light, rng.uniform(0, 0.3)))


def paint_rocks(canvas: Canvas, x: float, foot: float, width: float, *colors: Color) -> None:
    """A boulder: a lit crown, a dark flank and a rounded foot."""
    rng, half = canvas.rng, width / 2
    corners = [(-1.0, -0.12), (-0.82, 0.3), (-0.3, 0.62), (0.25, 0.66), (0.75, 0.36), (1.0, -0.06)]
    crown = [
        (x + px * half * rng.uniform(0.9, 1.08), foot - py * half * rng.uniform(0.8, 1.15))
        for px, py in corners
    ]
    sole = [(x + half * 0.6, foot + half * 0.24), (x - half * 0.55, foot + half * 0.26)]
    canvas.disc(
        x + half * 0.3, foot + half * 0.2, half * 1.25, canvas.shade, alpha=0.25, squash=0.2
    )
    canvas.fill([*crown, *sole], *colors)
    ledge = (x + half * rng.uniform(-0.05, 0.2), foot - half * 0.12)
    flank = [crown[3], crown[4], crown[5], sole[0], (x + half * 0.1, foot + half * 0.25), ledge]
    canvas.fill(flank, mix(colors[-1], canvas.shade, 0.4), mix(colors[-1], canvas.shade, 0.7))


def paint_tuft(canvas: Canvas, x: float, y: float, size: float, color: Color) -> None:
    """A low bush or a cushion of moss, lit from above."""
    rng = canvas.rng
    for leaf in range(7):
        share = leaf / 6
        px = x + rng.uniform(-1, 1) * size * (1 - share * 0.4)
        py = y - rng.uniform(0, 0.5) * size * (0.4 + share)
        tone = mix(color, canvas.light, share * rng.uniform(0.05, 0.3))
        canvas.disc(px, py, size * rng.uniform(0.32, 0.5), tone, squash=0.72)
