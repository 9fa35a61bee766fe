"""A white fall between green cliffs."""

from collections.abc import Sequence

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import WHITE, Color, mix
from backoffice.demo.pictures.curves import Point, chain, spline
from backoffice.demo.pictures.figures import paint_walker, scarlet
from backoffice.demo.pictures.skies import paint_birds, paint_sky, paint_sun
from backoffice.demo.pictures.terrain import (
    on_line,
    paint_juniper,
    paint_range,
    paint_rocks,
    paint_tuft,
)


def draw_waterfall(canvas: Canvas, variant: str) -> None:
    """One view; the variant is unused."""
    w, h, rng = canvas.width, canvas.height, canvas.rng
    paint_sky(canvas, h * 0.6)
    paint_sun(canvas, w * 0.42, h * 0.12, 38, glow=0.7)
    far = canvas.distance(canvas.ridge, 0.5)
    paint_range(canvas, h * 0.34, relief=h * 0.2, color=far, veil=canvas.haze, peaks=5)
    back = [(-0.04, 0.17), (0.3, 0.25), (0.45, 0.3), (0.57, 0.3), (0.7, 0.22), (1.04, 0.15)]
    _paint_cliff(canvas, [(x * w, y * h) for x, y in back], 0.45)
    _paint_fall(canvas, w * 0.51, h * 0.3, h * 0.77)
    for reach, top, share in ((0.42, 0.14, 0.24), (0.27, -0.02, 0.04)):
        for side in (-1, 1):
            edge = [(-0.04, top), (reach * 0.5, top + 0.05), (reach * 0.72, top + 0.22),
                    (reach * 0.88, top + 0.4), (reach, 0.8)]  # fmt: skip
            knots = [(x * w, y * h) for x, y in edge]
            _paint_cliff(canvas, knots if side < 0 else [(w - x, y) for x, y in knots[::-1]], share)
    _paint_pool(canvas, h * 0.77)
    _paint_banks(canvas)
    paint_birds(canvas, w * 0.58, h * 0.14, count=4)
    for spot, size in ((0.215, 92), (0.243, 84)):
        cloth = scarlet(canvas) if size > 90 else mix((214, 150, 60), canvas.shade, 0.1)
        paint_walker(canvas, w * spot, h * 0.885 + rng.uniform(-2, 2), size, cloth)


def _paint_cliff(canvas: Canvas, knots: Sequence[Point], share: float) -> None:
    """A wall of rock pillars, lit on the left and mossy on every ledge."""
    rng, h = canvas.rng, canvas.height
    line = chain(rng, knots, relief=0.05)
    stone = canvas.distance(_stone(canvas), share)
    leaf = canvas.distance(mix(canvas.land, canvas.shade, 0.18), share)
    x = line[0][0]
    while x < line[-1][0]:
        width = rng.choice((rng.uniform(30, 60), rng.uniform(60, 150)))
        top = on_line(line, x) + rng.uniform(-26, 26)
        _paint_pillar(canvas, x, top, width, share)
        for _ in range(rng.randint(1, 3)):
            ledge = top + rng.uniform(0.12, 0.75) * (h * 0.8 - top)
            if ledge > top + 20:
                paint_tuft(
                    canvas, x + width * 0.4, ledge, min(26, width * 0.26), mix(leaf, stone, 0.25)
                )
        for at in (0.1, 0.5, 0.9):
            paint_tuft(
                canvas, x + width * at, top + 8, min(44, width * rng.uniform(0.34, 0.5)), leaf
            )
        if rng.random() < 0.3:
            tree = mix(leaf, canvas.shade, 0.4)
            paint_juniper(
                canvas, x + width / 2, top + 6, rng.uniform(60, 120) * (1.35 - share), tree
            )
        x += width * 0.92


def _stone(canvas: Canvas) -> Color:
    return mix(mix(canvas.ridge, (150, 128, 108), 0.62), canvas.shade, 0.3)


def _paint_pillar(canvas: Canvas, x: float, top: float, width: float, share: float) -> None:
    rng, foot = canvas.rng, canvas.height * 0.84
    stone = canvas.distance(_stone(canvas), share)
    lit = mix(stone, canvas.light, rng.uniform(0.06, 0.26))
    face = chain(
        rng,
        [(x - 4, top), (x + width, top + 6), (x + width * 1.04, foot), (x - 6, foot)],
        relief=0.02,
    )
    canvas.fill(face, lit, mix(stone, canvas.shade, 0.5 - share * 0.6))
    crease = x + width * rng.uniform(0.5, 0.72)
    flank = chain(rng, [(crease, top), (x + width, top + 6), (x + width, foot), (crease + width * 0.12, foot),
                        (crease - width * 0.1, (top + foot) / 2), (crease, top)], relief=0.03, levels=4)  # fmt: skip
    dark = mix(stone, canvas.shade, 0.5)
    canvas.fill(flank, dark, mix(dark, canvas.shade, 0.5 - share * 0.6), alpha=0.9)
    for _ in range(3):
        y = rng.uniform(top + 20, foot - 60)
        block = [(x - 3, y), (x + width * rng.uniform(0.3, 0.5), y + rng.uniform(4, 18)),
                 (x + width * rng.uniform(0.2, 0.4), y + rng.uniform(60, 150)), (x - 3, y + rng.uniform(30, 110))]  # fmt: skip
        canvas.fill(block, mix(lit, canvas.light, 0.14), alpha=0.6)


def _paint_fall(canvas: Canvas, x: float, top: float, foot: float) -> None:
    rng, middle = canvas.rng, (top + foot) / 2
    left = spline([(x - 30, top), (x - 40, top + 30), (x - 52, middle), (x - 80, foot)])
    right = spline([(x + 84, foot), (x + 58, middle), (x + 44, top + 30), (x + 34, top)])
    body = [*left, *right]
    blue = mix(canvas.accent, WHITE, 0.5)
    canvas.fill([(px + 16, py) for px, py in body], canvas.shade, alpha=0.3, blur=6)
    canvas.fill(body, WHITE, mix(blue, WHITE, 0.55), WHITE)
    with canvas.clip(body):
        for _ in range(110):
            px, y = x + rng.gauss(0, 34), rng.uniform(top - 40, foot)
            drift = (px - x) * 0.22
            tone = rng.choice((blue, mix(blue, canvas.accent, 0.5), WHITE))
            path = [(px, y), (px + drift, y + rng.uniform(40, 170))]
            canvas.line(path, tone, rng.uniform(1.2, 5), alpha=0.5)
    _paint_spray(canvas, x, foot, count=26, spread=90)


def _paint_spray(canvas: Canvas, x: float, y: float, *, count: int, spread: float) -> None:
    rng = canvas.rng
    for _ in range(count):
        px, py = x + rng.gauss(0, spread), y - abs(rng.gauss(0, 26))
        canvas.disc(px, py, rng.uniform(26, 70), WHITE, alpha=0.2, blur=9, squash=0.6)


def _paint_pool(canvas: Canvas, level: float) -> None:
    w, h, rng = canvas.width, canvas.height, canvas.rng
    bank = mix(canvas.land, canvas.shade, 0.55)
    canvas.rect(0, level + 6, w, h, bank, canvas.shade)
    rim = [(0.5, -0.01), (0.68, 0.0), (0.79, 0.035), (0.8, 0.09), (0.9, 0.18), (0.88, 0.32),
           (0.1, 0.32), (0.12, 0.18), (0.22, 0.09), (0.22, 0.035), (0.33, 0.0)]  # fmt: skip
    shore = spline([(x * w, level + y * h) for x, y in rim], closed=True)
    deep = mix(canvas.accent, (0, 112, 116), 0.62)
    canvas.fill(shore, mix(canvas.accent, WHITE, 0.55), deep, mix(deep, canvas.shade, 0.7))
    with canvas.clip(shore):
        for ripple in range(1, 9):
            canvas.disc(w * 0.51, level, ripple * 84, WHITE, alpha=0.07, squash=0.22)
        for _ in range(110):
            y = level + (h - level) * rng.random()
            x, length = rng.gauss(w * 0.5, w * 0.2), rng.uniform(6, 40)
            canvas.disc(x, y, length, WHITE, alpha=0.24, squash=0.06)
    _paint_spray(canvas, w * 0.51, level + 14, count=18, spread=110)


def _paint_banks(canvas: Canvas) -> None:
    """Boulders and ferns, larger towards the viewer."""
    w, h, rng = canvas.width, canvas.height, canvas.rng
    stone = _stone(canvas)
    leaf = mix(canvas.land, canvas.shade, 0.3)
    for step in range(46):
        depth = step / 45
        side = rng.choice((-1, 1))
        x = w / 2 + side * w * (0.28 + depth * 0.14 + abs(rng.gauss(0, 0.06)))
        y, size = h * (0.79 + depth * 0.24), rng.uniform(26, 64) * (0.6 + depth * 1.7)
        if rng.random() < 0.55:
            paint_rocks(canvas, x, y, size * 1.4, mix(stone, canvas.light, 0.3), stone)
        else:
            paint_tuft(canvas, x, y, size * 0.5, leaf)
    paint_rocks(canvas, w * 0.23, h * 0.895, 190, mix(stone, canvas.light, 0.35), stone)
