"""Red canyons in strata."""

from collections.abc import Sequence

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import WHITE, Color, mix
from backoffice.demo.pictures.curves import Point, bezier, chain, down_to
from backoffice.demo.pictures.figures import paint_walker, scarlet
from backoffice.demo.pictures.skies import paint_birds, paint_clouds, paint_sky, paint_sun
from backoffice.demo.pictures.terrain import on_line, paint_juniper, paint_range, paint_tuft


def draw_canyon(canvas: Canvas, variant: str) -> None:
    """Banded walls step down to a turquoise river; the variant is unused."""
    w, h = canvas.width, canvas.height
    paint_sky(canvas, h * 0.6)
    paint_sun(canvas, w * 0.5, h * 0.23, 46, glow=0.8)
    paint_clouds(canvas, h * 0.04, h * 0.32, cover=0.42)
    far = canvas.distance(canvas.ridge, 0.6)
    paint_range(canvas, h * 0.5, relief=h * 0.13, color=far, veil=canvas.haze, peaks=6)
    bed = mix(canvas.land, canvas.light, 0.3)
    ground = [(0, h * 0.5), (w, h * 0.5), (w, h), (0, h)]
    canvas.fill(ground, canvas.haze, canvas.distance(bed, 0.5), bed, mix(bed, canvas.shade, 0.4))
    canvas.weather(ground, cell=(160, 14), strength=0.16)
    for reach, top, share in (
        (0.48, 0.35, 0.62),
        (0.4, 0.27, 0.38),
        (0.32, 0.16, 0.16),
        (0.2, 0.02, 0.0),
    ):
        for side in (-1, 1):
            _paint_wall(canvas, side, reach, top, share, h * (0.96 - share * 0.56))
    _paint_river(canvas)
    paint_birds(canvas, w * 0.5, h * 0.34, count=5)
    _paint_foreground(canvas)


def _paint_wall(
    canvas: Canvas, side: int, reach: float, top: float, share: float, floor: float
) -> None:
    """One cliff from the sheet's edge: hard beds stand out, soft ones retreat, scree at the foot."""
    w, h, rng = canvas.width, canvas.height, canvas.rng
    y, height = h * top, floor - h * top
    line: list[Point] = [(-60, y + 14), (w * reach * 0.3, y + 5)]
    while y < floor - height * 0.2:
        depth = (y - h * top) / height
        x = w * reach * (0.55 + 0.24 * depth**1.5 + rng.uniform(-0.04, 0.04))
        thick = height * rng.uniform(0.03, 0.11)
        line += [(x, y), (x + rng.uniform(0, 12), y + thick)]
        y += thick
    line += [(w * reach * 0.84, floor - height * 0.1), (w * reach, floor)]
    rough = chain(rng, line, relief=0.07, levels=3)
    body = [*rough, (-60, floor)]
    if side > 0:
        body = [(w - px, py) for px, py in body]
    rock = canvas.distance(canvas.land, share)
    base = mix(rock, canvas.light, 0.2) if side > 0 else mix(rock, canvas.shade, 0.2)
    canvas.fill(body, base, mix(base, canvas.shade, 0.22))
    with canvas.clip(body):
        _paint_strata(canvas, base, h * top, floor)
        _paint_buttresses(canvas, body, base, (h * top, floor))
        scree = mix(base, canvas.haze, 0.12)
        canvas.rect(0, floor - height * 0.2, w, floor, scree, alpha=0, fade=0.7)
    canvas.weather(body, cell=(46, 30), strength=0.2)


def _paint_strata(canvas: Canvas, base: Color, top: float, floor: float) -> None:
    rng, y = canvas.rng, top
    while y < floor:
        thick = rng.uniform(7, 30)
        left = y + rng.uniform(-10, 10)
        wobble = chain(
            rng, [(-60, left), (canvas.width / 2, y), (canvas.width + 60, left)], relief=0.006
        )
        band = [*wobble, *((px, py + thick) for px, py in reversed(wobble))]
        tone = rng.choice((canvas.light, canvas.ridge, canvas.shade, canvas.shade, canvas.haze))
        canvas.fill(band, mix(base, tone, rng.uniform(0.1, 0.32)))
        y += thick * rng.uniform(0.9, 1.9)


def _paint_buttresses(
    canvas: Canvas, body: Sequence[Point], base: Color, span: tuple[float, float]
) -> None:
    """Upright ribs of the cliff, each with its shaded flank."""
    rng, (top, floor) = canvas.rng, span
    right = max(x for x, _ in body)
    x = min(x for x, _ in body)
    while x < right:
        width = rng.uniform(34, 96)
        start = top + rng.uniform(-0.1, 0.45) * (floor - top)
        end = start + (floor - start) * rng.uniform(0.6, 1.0)
        flank = chain(rng, [(x, start), (x + width * 0.5, start + width * 0.4), (x + width * 0.62, end),
                            (x - width * 0.12, end), (x, start)], relief=0.05, levels=4)  # fmt: skip
        canvas.fill(flank, mix(base, canvas.shade, 0.6), alpha=0.36, fade=0.06)
        x += width * rng.uniform(1.0, 1.9)


def _paint_river(canvas: Canvas) -> None:
    w, h = canvas.width, canvas.height
    left = bezier(
        [(w * 0.5, h * 0.66), (w * 0.36, h * 0.75), (w * 0.62, h * 0.84), (w * 0.28, h * 1.02)],
        steps=30,
    )
    right = bezier([(w * 0.515, h * 0.66), (w * 0.46, h * 0.75), (w * 0.78, h * 0.84), (w * 0.62, h * 1.02)], steps=30)  # fmt: skip
    bank = mix(canvas.land, canvas.light, 0.35)
    water = [*left, *reversed(right)]
    canvas.fill([(x - 8 + (y / h - 0.66) * -40, y) for x, y in left] + [(x + 8 + (y / h - 0.66) * 40, y) for x, y in reversed(right)],
                mix(bank, canvas.light, 0.5), alpha=0.6)  # fmt: skip
    canvas.fill(
        water,
        mix(canvas.accent, canvas.haze, 0.5),
        canvas.accent,
        mix(canvas.accent, canvas.shade, 0.35),
    )
    _paint_thickets(canvas, left, right)
    with canvas.clip(water):
        for _ in range(90):
            share = canvas.rng.random()
            y = h * (0.67 + 0.33 * share)
            x = canvas.rng.uniform(w * 0.3, w * 0.75)
            canvas.disc(x, y, 8 + 50 * share, WHITE, alpha=0.28, squash=0.05)


def _paint_thickets(canvas: Canvas, left: list[Point], right: list[Point]) -> None:
    """Tamarisk and willow along both banks."""
    rng, h = canvas.rng, canvas.height
    leaf = mix((70, 110, 62), canvas.shade, 0.25)
    for bank, out in ((left, -1), (right, 1)):
        for x, y in bank[1:-6]:
            near = (y / h - 0.64) * 2.6
            for _ in range(2):
                px = x + out * rng.uniform(14, 74) * near
                paint_tuft(canvas, px, y + rng.uniform(-4, 6), rng.uniform(14, 36) * near, leaf)


def _paint_foreground(canvas: Canvas) -> None:
    w, h, rng = canvas.width, canvas.height, canvas.rng
    for knots in ([(-30, h * 0.8), (w * 0.12, h * 0.86), (w * 0.26, h * 0.97), (w * 0.3, h * 1.05)],
                  [(w * 0.74, h * 1.05), (w * 0.82, h * 0.93), (w + 30, h * 0.84)]):  # fmt: skip
        line = chain(rng, knots, relief=0.09)
        dark = mix(canvas.land, canvas.shade, 0.72)
        canvas.fill(down_to(line, h + 20), mix(dark, canvas.land, 0.25), canvas.shade)
        for _ in range(5):
            x = rng.uniform(line[0][0], line[-1][0])
            tone = mix(canvas.shade, (48, 90, 60), 0.4)
            paint_juniper(canvas, x, on_line(line, x) + 12, rng.uniform(50, 120), tone)
    for x, size in ((0.145, 84), (0.172, 78)):
        cloth = scarlet(canvas) if size > 80 else mix(canvas.accent, canvas.shade, 0.2)
        paint_walker(canvas, w * x, h * 0.905, size, cloth)
