"""The ships of Muynak, aground where the Aral Sea was."""

import math
from collections.abc import Sequence

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import Color, mix
from backoffice.demo.pictures.curves import Point, chain, spline
from backoffice.demo.pictures.figures import paint_walker, scarlet
from backoffice.demo.pictures.skies import paint_birds, paint_clouds, paint_sky, paint_sun
from backoffice.demo.pictures.terrain import paint_hill, paint_range, paint_tuft

HULL: tuple[Point, ...] = (
    (-0.5, -0.17), (-0.3, -0.145), (0.1, -0.15), (0.34, -0.2), (0.56, -0.3), (0.47, -0.12),
    (0.4, 0.02), (-0.42, 0.02), (-0.47, -0.04),
)  # fmt: skip
CABIN: tuple[Point, ...] = ((-0.36, -0.14), (-0.35, -0.29), (-0.09, -0.29), (-0.08, -0.14))
BRIDGE: tuple[Point, ...] = ((-0.31, -0.28), (-0.3, -0.385), (-0.13, -0.385), (-0.115, -0.28))


class Ship:
    """A hull's own axes: lengths of the ship, heeled and perhaps facing left."""

    def __init__(self, x: float, foot: float, length: float, *, heel: float, facing: int) -> None:
        self.x, self.foot, self.length = x, foot, length
        self.heel, self.facing = heel, facing

    def at(self, x: float, y: float) -> Point:
        """Where a point of the ship is on the sheet."""
        turned_x = x * math.cos(self.heel) - y * math.sin(self.heel)
        turned_y = x * math.sin(self.heel) + y * math.cos(self.heel)
        return self.x + turned_x * self.length * self.facing, self.foot + turned_y * self.length

    def outline(self, points: Sequence[Point]) -> list[Point]:
        """A shape of the ship on the sheet."""
        return [self.at(x, y) for x, y in points]


def draw_ships(canvas: Canvas, variant: str) -> None:
    """One view; the variant is unused."""
    w, h, rng = canvas.width, canvas.height, canvas.rng
    paint_sky(canvas, h * 0.64)
    paint_sun(canvas, w * 0.2, h * 0.5, 66, glow=0.9)
    paint_clouds(canvas, h * 0.08, h * 0.5, cover=0.46)
    far = canvas.distance(canvas.ridge, 0.6)
    paint_range(canvas, h * 0.64, relief=h * 0.045, color=far, veil=canvas.haze, peaks=9)
    sand = canvas.land
    for level, share in ((0.63, 0.35), (0.7, 0.1)):
        ground = canvas.distance(sand, share)
        paint_hill(
            canvas,
            h * level,
            mix(ground, canvas.light, 0.25),
            mix(ground, canvas.shade, 0.3),
            height=12,
        )
    paint_ship(canvas, Ship(w * 0.17, h * 0.705, 300, heel=0.05, facing=-1), fade=0.42)
    paint_ship(canvas, Ship(w * 0.86, h * 0.7, 230, heel=-0.04, facing=1), fade=0.55)
    _paint_bed(canvas, h * 0.72)
    paint_ship(canvas, Ship(w * 0.6, h * 0.83, 860, heel=-0.045, facing=1), fade=0.0)
    _paint_saxaul(canvas)
    paint_birds(canvas, w * 0.42, h * 0.22, count=7)
    for spot, size in ((0.2, 92), (0.228, 84)):
        cloth = scarlet(canvas) if size > 90 else mix(canvas.sky[1], canvas.shade, 0.15)
        paint_walker(canvas, w * spot + rng.uniform(-3, 3), h * 0.9, size, cloth)


def paint_ship(canvas: Canvas, ship: Ship, *, fade: float) -> None:
    """A rusted trawler; `fade` is how much air lies before it."""
    rust = canvas.distance(canvas.accent, fade)
    dark = canvas.distance(mix(canvas.accent, canvas.shade, 0.68), fade)
    paint = canvas.distance(mix(mix(canvas.sky[1], canvas.light, 0.3), canvas.accent, 0.25), fade)
    shadow = ship.outline(
        [
            (-0.46, 0.0),
            (0.42, 0.0),
            (0.42 + 0.5 * ship.facing, 0.1),
            (-0.3 + 0.5 * ship.facing, 0.12),
        ]
    )
    canvas.fill(shadow, canvas.shade, alpha=0.4 * (1 - fade), blur=4)
    _paint_rigging(canvas, ship, dark)
    for part in (BRIDGE, CABIN):
        body = ship.outline(part)
        canvas.fill(body, mix(paint, canvas.light, 0.25), paint, mix(paint, dark, 0.7), across=True)
        canvas.weather(body, cell=(30, 50), strength=0.3)
    _paint_windows(canvas, ship, dark)
    hull = ship.outline(HULL)
    canvas.fill(hull, mix(paint, rust, 0.3), rust, mix(rust, dark, 0.75))
    with canvas.clip(hull):
        _paint_plates(canvas, ship, rust, dark, paint)
    canvas.weather(hull, cell=(40, 60), strength=0.35)
    _paint_drift(canvas, ship, fade)
    rail = [(-0.5, -0.17), (-0.3, -0.145), (0.1, -0.15), (0.34, -0.2), (0.56, -0.3)]
    canvas.line(ship.outline(rail), mix(paint, canvas.light, 0.3), ship.length * 0.008)


def _paint_drift(canvas: Canvas, ship: Ship, fade: float) -> None:
    """Sand blown up against the keel."""
    sand = canvas.distance(mix(canvas.land, canvas.shade, 0.08), fade)
    knots: list[Point] = [(-0.56, 0.035), (-0.44, 0.005), (-0.2, -0.012), (0.02, 0.008), (0.2, -0.01),
                          (0.38, 0.004), (0.5, 0.04), (0.2, 0.055), (-0.3, 0.06)]  # fmt: skip
    drift = spline(ship.outline(knots), closed=True)
    canvas.fill(drift, mix(sand, canvas.light, 0.3), sand, fade=0.15)


def _paint_plates(canvas: Canvas, ship: Ship, rust: Color, dark: Color, paint: Color) -> None:
    rng, length = canvas.rng, ship.length
    upper = [(-0.6, -0.4), (0.7, -0.4), (0.7, -0.19), (0.34, -0.11), (-0.1, -0.085), (-0.6, -0.1)]
    canvas.fill(ship.outline(upper), mix(paint, canvas.light, 0.1), mix(paint, rust, 0.35))
    for seam in (-0.1, -0.055, -0.01):
        path = ship.outline([(-0.6, seam), (0.2, seam - 0.006), (0.6, seam - 0.07)])
        canvas.line(path, dark, length * 0.003, alpha=0.6)
    for step in range(14):
        x = -0.48 + step * 0.075
        canvas.line(ship.outline([(x, -0.3), (x + 0.01, 0.05)]), dark, length * 0.0025, alpha=0.45)
    for _ in range(46):
        x, y = rng.uniform(-0.5, 0.55), rng.uniform(-0.22, -0.04)
        run, wide = rng.uniform(0.03, 0.13), rng.uniform(0.003, 0.012)
        stain = ship.outline(
            [(x, y), (x + wide, y), (x + wide * 0.6, y + run), (x + wide * 0.3, y + run)]
        )
        canvas.fill(stain, mix(rust, dark, rng.uniform(0, 0.6)), alpha=0.7, fade=0.1)
    for x, y, size in ((-0.24, -0.02, 0.05), (0.14, -0.045, 0.036), (0.3, -0.01, 0.028)):
        ragged = [(x + size * math.cos(turn / 9 * math.tau) * rng.uniform(0.6, 1.1),
                   y + size * 0.6 * math.sin(turn / 9 * math.tau) * rng.uniform(0.6, 1.1)) for turn in range(9)]  # fmt: skip
        canvas.fill(ship.outline(ragged), mix(dark, canvas.shade, 0.6))
    for step in range(5):
        canvas.disc(*ship.at(-0.02 + step * 0.07, -0.115 - step * 0.006), length * 0.009, dark)


def _paint_windows(canvas: Canvas, ship: Ship, dark: Color) -> None:
    for x in (-0.325, -0.265, -0.205, -0.145):
        pane = [(x, -0.255), (x + 0.034, -0.255), (x + 0.034, -0.21), (x, -0.21)]
        canvas.fill(ship.outline(pane), dark)
    for x in (-0.285, -0.235, -0.185):
        pane = [(x, -0.365), (x + 0.035, -0.365), (x + 0.035, -0.32), (x, -0.32)]
        canvas.fill(ship.outline(pane), dark)
    for part in (CABIN, BRIDGE):
        left, right = part[1][0] - 0.015, part[2][0] + 0.015
        eave = [
            (left, part[1][1] - 0.012),
            (right, part[1][1] - 0.012),
            (right, part[1][1]),
            (left, part[1][1]),
        ]
        canvas.fill(ship.outline(eave), dark)


def _paint_rigging(canvas: Canvas, ship: Ship, dark: Color) -> None:
    length = ship.length
    for x, foot, top in ((-0.22, -0.38, -0.56), (0.2, -0.15, -0.5)):
        canvas.line(ship.outline([(x, foot), (x + 0.01, top)]), dark, length * 0.011)
    canvas.line(ship.outline([(0.205, -0.24), (0.4, -0.44)]), dark, length * 0.007)
    stays = ([(0.21, -0.5), (0.55, -0.3)], [(0.21, -0.5), (-0.21, -0.55)], [(-0.21, -0.55), (-0.49, -0.17)],
             [(0.4, -0.44), (0.21, -0.5)])  # fmt: skip
    for stay in stays:
        canvas.line(ship.outline(stay), dark, length * 0.0028, alpha=0.8)
    funnel = [(-0.1, -0.28), (-0.095, -0.36), (-0.04, -0.36), (-0.03, -0.28)]
    canvas.fill(ship.outline(funnel), mix(dark, canvas.accent, 0.4), dark, across=True)


def _paint_bed(canvas: Canvas, level: float) -> None:
    """The sea floor: sand with a net of cracks, wider near the viewer."""
    w, h, rng = canvas.width, canvas.height, canvas.rng
    line = [(x, level + 8 * math.sin(x / 260)) for x in range(-20, int(w) + 40, 40)]
    ground = [*line, (w + 20, h + 10), (-20, h + 10)]
    canvas.fill(
        ground,
        mix(canvas.land, canvas.light, 0.35),
        canvas.land,
        mix(canvas.land, canvas.shade, 0.5),
    )
    canvas.weather(ground, cell=(180, 20), strength=0.18)
    for row in range(11):
        depth = (row / 10) ** 1.5
        y, high = level + 22 + depth * (h - level), 12 + 44 * depth
        x = -rng.uniform(0, 90)
        while x < w:
            wide = high * rng.uniform(2.2, 4.6)
            plate = chain(rng, [(x, y), (x + wide * 0.4, y - high * 0.45), (x + wide, y - high * 0.1),
                                (x + wide * 0.8, y + high * 0.45)], relief=0.08, levels=3)  # fmt: skip
            canvas.line(plate, mix(canvas.land, canvas.shade, 0.55), 0.8 + 2 * depth, alpha=0.5)
            x += wide * 0.96


def _paint_saxaul(canvas: Canvas) -> None:
    rng, w, h = canvas.rng, canvas.width, canvas.height
    for _ in range(22):
        x, depth = rng.uniform(0, w), rng.random()
        y, size = h * (0.76 + 0.25 * depth), 14 + 34 * depth
        if w * 0.3 < x < w * 0.92 and depth < 0.45:
            continue
        for _twig in range(7):
            lean = rng.uniform(-1, 1) * size
            twig = spline(
                [
                    (x, y),
                    (x + lean * 0.4, y - size * 0.5),
                    (x + lean, y - size * rng.uniform(0.7, 1.3)),
                ]
            )
            canvas.line(twig, mix(canvas.shade, canvas.land, 0.25), 1.6 + depth * 1.6)
        paint_tuft(canvas, x, y - size * 0.75, size * 0.7, mix((104, 116, 84), canvas.shade, 0.35))
