"""Dunes under a low sun, felt yurts and a caravan on the crest."""

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import Color, mix
from backoffice.demo.pictures.curves import Point, bezier, down_to, spline, swell
from backoffice.demo.pictures.figures import paint_camel, scarlet
from backoffice.demo.pictures.skies import (
    paint_clouds,
    paint_milky_way,
    paint_moon,
    paint_sky,
    paint_sun,
)
from backoffice.demo.pictures.terrain import on_line, paint_range
from backoffice.demo.pictures.tiles import paint_diamonds


def draw_desert(canvas: Canvas, variant: str) -> None:
    """Variants: `yurts` (default), `caravan` or `night` (yurts by a fire)."""
    w, h = canvas.width, canvas.height
    paint_sky(canvas, h * 0.62)
    if variant == "night":
        paint_milky_way(canvas, h * 0.62)
        paint_moon(canvas, w * 0.16, h * 0.18, 34)
    else:
        paint_sun(canvas, w * 0.63, h * 0.44, 88, glow=0.9)
        paint_clouds(canvas, h * 0.06, h * 0.44, cover=0.36)
    far = canvas.distance(canvas.ridge, 0.45)
    paint_range(canvas, h * 0.58, relief=h * 0.1, color=far, veil=canvas.haze, peaks=7)
    crest = _paint_dunes(canvas)
    if variant == "caravan":
        _paint_caravan(canvas, crest)
    else:
        _paint_camp(canvas, fire=variant == "night")
    _paint_grass(canvas)


def _paint_dunes(canvas: Canvas) -> list[Point]:
    """Three rows of dunes; the middle crest is returned."""
    w, h, rng = canvas.width, canvas.height, canvas.rng
    crest: list[Point] = []
    for level, height, share in ((0.6, 30, 0.45), (0.68, 52, 0.2), (0.8, 40, 0.0)):
        line = swell(rng, w, h * level, height=height, waves=2)
        sand = canvas.distance(canvas.land, share)
        lit = mix(sand, canvas.light, 0.35)
        canvas.fill(down_to(line, h), lit, sand, mix(sand, canvas.shade, 0.3))
        _paint_slip_faces(canvas, line, sand)
        canvas.weather(down_to(line, h), cell=(210, 14), strength=0.15)
        crest = line if share == 0.2 else crest
    return crest


def _paint_slip_faces(canvas: Canvas, line: list[Point], sand: Color) -> None:
    """The lee side of each dune, cut off from the lit one by an S-shaped edge."""
    dark = mix(sand, canvas.shade, 0.42)
    for index in range(8, len(line) - 8):
        x, y = line[index]
        if y > min(py for _, py in line[index - 8 : index + 9]):
            continue
        reach = canvas.rng.uniform(230, 380)
        edge = bezier(
            [(x, y), (x - reach * 0.1, y + reach * 0.16), (x + reach * 0.5, y + reach * 0.22),
             (x + reach * 0.2, y + reach * 0.52)], steps=20)  # fmt: skip
        skyline = [point for point in line if x <= point[0] <= x + reach * 1.5]
        tail = bezier([skyline[-1], (x + reach * 1.0, y + reach * 0.3), edge[-1]], steps=14)
        body = [*skyline, *tail, *reversed(edge)]
        with canvas.clip(down_to(line, canvas.height)):
            canvas.fill(body, dark, mix(dark, sand, 0.75))


def _paint_camp(canvas: Canvas, *, fire: bool) -> None:
    w, h = canvas.width, canvas.height
    for x, foot, size in ((0.46, 0.765, 62), (0.16, 0.79, 84), (0.66, 0.82, 104), (0.3, 0.86, 138)):
        paint_yurt(canvas, w * x, h * foot, size, lamp=fire)
    if not fire:
        paint_camel(canvas, w * 0.8, h * 0.9, 1.3)
        paint_camel(canvas, w * 0.915, h * 0.84, 0.85)
        return
    x, y = w * 0.54, h * 0.9
    flame = mix(canvas.light, (255, 140, 40), 0.6)
    canvas.glow(x, y, 430, flame, strength=0.75)
    for half, height, color in (
        (26, 84, (226, 84, 30)),
        (17, 58, (255, 160, 50)),
        (9, 34, (255, 232, 160)),
    ):
        tongue = [(x - half, y), (x - half * 0.7, y - height * 0.45), (x - 2, y - height),
                  (x + half * 0.75, y - height * 0.4), (x + half, y)]  # fmt: skip
        canvas.fill(spline(tongue), color)
    for lean in (-1, 1):
        canvas.line([(x - 36 * lean, y + 6), (x + 30 * lean, y - 8)], canvas.shade, 8)


def paint_yurt(canvas: Canvas, x: float, foot: float, size: float, *, lamp: bool = False) -> None:
    """A felt tent: lattice wall, ornamented belt, roof poles and a painted door."""
    felt = mix(canvas.light, canvas.land, 0.18)
    tones = (mix(felt, canvas.light, 0.6), felt, mix(felt, canvas.shade, 0.5))
    wall = foot - size * 0.72
    shadow = [
        (x - size, foot),
        (x + size, foot),
        (x + size * 2.7, foot + size * 0.34),
        (x, foot + size * 0.3),
    ]
    canvas.fill(shadow, canvas.shade, alpha=0.34, blur=2)
    canvas.rect(x - size, wall, x + size, foot, *tones, across=True)
    roof = spline([(x - size * 1.06, wall), (x - size * 0.78, wall - size * 0.34), (x - size * 0.2, wall - size * 0.62),
                   (x + size * 0.2, wall - size * 0.62), (x + size * 0.78, wall - size * 0.34), (x + size * 1.06, wall)])  # fmt: skip
    canvas.fill(roof, *tones, across=True)
    with canvas.clip(roof):
        for pole in range(-6, 7):
            start, end = (
                (x + pole * size * 0.034, wall - size * 0.62),
                (x + pole * size * 0.18, wall),
            )
            canvas.line([start, end], mix(felt, canvas.shade, 0.5), size * 0.014, alpha=0.5)
    red = scarlet(canvas)
    belt = x - size * 1.03, wall - size * 0.02, x + size * 1.03, wall + size * 0.15
    canvas.rect(*belt, red, mix(red, canvas.shade, 0.5), across=True)
    paint_diamonds(canvas, belt, size * 0.15, felt, mix(red, canvas.shade, 0.4))
    canvas.rect(
        x - size, foot - size * 0.1, x + size, foot, red, mix(red, canvas.shade, 0.6), across=True
    )
    canvas.disc(x, wall - size * 0.62, size * 0.21, mix(canvas.shade, red, 0.3), squash=0.3)
    door = x - size * 0.2, foot - size * 0.56, x + size * 0.2, foot
    canvas.rect(*door, mix(red, canvas.shade, 0.3))
    inner = x - size * 0.15, foot - size * 0.52, x + size * 0.15, foot
    if lamp:
        warm = mix(canvas.light, (255, 160, 70), 0.5)
        canvas.rect(*inner, warm, mix(warm, red, 0.3))
        canvas.glow(x, foot - size * 0.2, size * 1.5, warm, strength=0.55)
    else:
        canvas.rect(*inner, mix(canvas.accent, canvas.shade, 0.35), canvas.shade)


def _paint_caravan(canvas: Canvas, crest: list[Point]) -> None:
    w = canvas.width
    for index in range(6):
        x = w * (0.16 + 0.085 * index)
        paint_camel(canvas, x, on_line(crest, x) + 6, 0.62)
        if index < 5:
            rope = [(x + 66, on_line(crest, x) - 72), (x + 92, on_line(crest, x) - 46)]
            canvas.line(rope, canvas.shade, 1.4)


def _paint_grass(canvas: Canvas) -> None:
    rng, w, h = canvas.rng, canvas.width, canvas.height
    for _ in range(30):
        x, y = rng.uniform(0, w), h * rng.uniform(0.87, 1.02)
        size = 10 + (y - h * 0.85) * 0.26
        for _blade in range(9):
            lean = rng.uniform(-0.8, 0.8) * size
            path = bezier([(x, y), (x + lean * 0.3, y - size), (x + lean, y - size * 1.2)], steps=6)
            canvas.line(path, mix(canvas.shade, canvas.land, rng.uniform(0, 0.5)), 2)
