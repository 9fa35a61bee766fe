"""A mountain lake: mirrored slopes, sails, paddle boards or reeds."""

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import darken, mix
from backoffice.demo.pictures.curves import bezier, chain, down_to
from backoffice.demo.pictures.figures import paint_paddler, paint_sail, scarlet
from backoffice.demo.pictures.mountains import paint_backdrop
from backoffice.demo.pictures.reflection import paint_sun_path, paint_water
from backoffice.demo.pictures.skies import paint_birds, paint_clouds, paint_sky, paint_sun
from backoffice.demo.pictures.terrain import on_line, paint_range, paint_rocks, paint_spruce


def draw_lake(canvas: Canvas, variant: str) -> None:
    """Variants: `reservoir` (default: sails below the peaks) or `reeds` (a steppe lake)."""
    w, h = canvas.width, canvas.height
    level = h * 0.58
    paint_sky(canvas, level)
    sun = w * (0.3 if variant == "reeds" else 0.2)
    paint_sun(canvas, sun, h * (0.4 if variant == "reeds" else 0.2), 44)
    paint_clouds(canvas, h * 0.05, h * 0.42, cover=0.5)
    if variant == "reeds":
        for share, height in ((0.6, 0.1), (0.35, 0.06)):
            far = canvas.distance(canvas.ridge, share)
            paint_range(canvas, level, relief=h * height, color=far, veil=canvas.haze, peaks=6)
    else:
        paint_backdrop(canvas, level)
        _paint_capes(canvas, level)
    paint_water(canvas, level, canvas.accent, clarity=0.5)
    paint_sun_path(canvas, sun, level)
    paint_birds(canvas, w * 0.52, h * 0.12, count=7)
    if variant == "reeds":
        _paint_reeds(canvas)
    else:
        _paint_bathers(canvas, level)


def _paint_capes(canvas: Canvas, level: float) -> None:
    """Red-brown spurs running into the water from both sides."""
    w, h, rng = canvas.width, canvas.height, canvas.rng
    for knots, share in (
        ([(w * 0.45, level + 4), (w * 0.62, level - h * 0.05), (w * 0.84, level - h * 0.15), (w + 40, level - h * 0.2)], 0.3),
        ([(-40, level - h * 0.16), (w * 0.1, level - h * 0.11), (w * 0.26, level - h * 0.04), (w * 0.4, level + 4)], 0.12),
    ):  # fmt: skip
        line = chain(rng, knots, relief=0.07)
        soil = canvas.distance(canvas.land, share)
        body = down_to(line, level + 6)
        canvas.fill(body, mix(soil, canvas.light, 0.2), soil, mix(soil, canvas.shade, 0.45))
        canvas.weather(body, cell=(60, 26), strength=0.3)
        for _ in range(34):
            x = rng.uniform(line[0][0], line[-1][0])
            foot = on_line(line, x) + rng.uniform(2, 26)
            if foot < level:
                paint_spruce(canvas, x, foot, rng.uniform(14, 32), mix(soil, canvas.shade, 0.6))


def _paint_bathers(canvas: Canvas, level: float) -> None:
    w, h, rng = canvas.width, canvas.height, canvas.rng
    for x, y, size in ((0.56, 0.03, 62), (0.63, 0.05, 84), (0.72, 0.025, 54)):
        paint_sail(canvas, w * x, level + h * y, size, mix(canvas.light, scarlet(canvas), 0.06))
    paint_paddler(canvas, w * 0.36, h * 0.79, 104)
    paint_paddler(canvas, w * 0.46, h * 0.71, 70)
    shore = chain(rng, [(w * 0.6, h * 1.03), (w * 0.76, h * 0.92), (w + 30, h * 0.84)], relief=0.05)
    sand = mix(canvas.land, canvas.light, 0.3)
    canvas.fill(down_to(shore, h + 20), sand, mix(sand, canvas.shade, 0.5))
    for x in (0.78, 0.86, 0.93):
        _paint_parasol(canvas, w * x, on_line(shore, w * x) + 34)
    for _ in range(9):
        x = rng.uniform(w * 0.68, w)
        stone = mix(canvas.land, canvas.shade, 0.45)
        paint_rocks(
            canvas,
            x,
            on_line(shore, x) + 12,
            rng.uniform(16, 50),
            mix(stone, canvas.light, 0.3),
            stone,
        )


def _paint_parasol(canvas: Canvas, x: float, foot: float) -> None:
    red, white = scarlet(canvas), mix(canvas.light, (255, 255, 255), 0.4)
    canvas.line([(x, foot), (x + 8, foot - 96)], darken(canvas.shade, 0.1), 4)
    apex = (x + 9, foot - 112)
    for gore in range(6):
        left, right = x - 62 + gore * 24, x - 62 + (gore + 1) * 24
        rim = bezier(
            [(left, foot - 66), ((left + right) / 2, foot - 72), (right, foot - 66)], steps=5
        )
        canvas.fill([*rim, apex], mix(red if gore % 2 else white, canvas.shade, gore * 0.05))


def _paint_reeds(canvas: Canvas) -> None:
    rng, w, h = canvas.rng, canvas.width, canvas.height
    for _ in range(280):
        side = rng.choice((-1, 1))
        x = w * (0.5 + side * (0.52 - abs(rng.gauss(0, 0.13))))
        foot = h + 10 - abs(x - w / 2) / w * rng.uniform(0, 90)
        height, lean = rng.uniform(90, 290) * (0.4 + abs(x / w - 0.5) * 1.5), rng.uniform(-30, 40)
        tone = mix(canvas.shade, canvas.land, rng.uniform(0, 0.55))
        path = bezier([(x, foot), (x, foot - height * 0.6), (x + lean, foot - height)], steps=8)
        canvas.line(path, tone, 2.6)
        if rng.random() < 0.3:
            canvas.line(
                [path[-1], (path[-2][0], path[-2][1] + 14)], mix(tone, canvas.light, 0.35), 8
            )
