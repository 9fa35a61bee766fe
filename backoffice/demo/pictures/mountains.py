"""Mountains in layered air: spring poppies, juniper slopes, village poplars or snow."""

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import WHITE, Color, darken, lighten, mix
from backoffice.demo.pictures.curves import Point
from backoffice.demo.pictures.skies import paint_birds, paint_clouds, paint_sky, paint_sun
from backoffice.demo.pictures.terrain import (
    Rock,
    on_line,
    paint_hill,
    paint_juniper,
    paint_massif,
    paint_meadow,
    paint_poplar,
    paint_range,
    paint_spruce,
)


def draw_mountains(canvas: Canvas, variant: str) -> None:
    """Variants: `poppies` (default), `juniper`, `poplars`, `snow`."""
    w, h, rng = canvas.width, canvas.height, canvas.rng
    paint_sky(canvas, h * 0.66)
    paint_sun(canvas, w * rng.uniform(0.16, 0.3), h * rng.uniform(0.17, 0.26), 40)
    paint_clouds(canvas, h * 0.06, h * 0.42, cover=0.45)
    paint_backdrop(canvas, h * 0.66, snowy=variant != "poplars")
    paint_birds(canvas, w * 0.33, h * 0.13)
    if variant == "juniper":
        _paint_juniper_slopes(canvas)
    elif variant == "poplars":
        _paint_village(canvas)
    elif variant == "snow":
        _paint_winter_forest(canvas)
    else:
        _paint_spring_meadow(canvas)


def paint_backdrop(canvas: Canvas, foot: float, *, snowy: bool = True) -> None:
    """Two far ranges and a great massif, standing on `foot`."""
    h = canvas.height
    far = canvas.distance(canvas.ridge, 0.5)
    paint_range(canvas, foot - h * 0.16, relief=h * 0.17, color=far, veil=canvas.haze)
    near = canvas.distance(canvas.ridge, 0.28)
    paint_range(canvas, foot - h * 0.08, relief=h * 0.15, color=near, veil=canvas.haze, peaks=5)
    rock = _rock(canvas, foot - h * 0.25 if snowy else None)
    paint_massif(canvas, _skyline(canvas, foot), floor=foot + h * 0.08, rock=rock)
    canvas.rect(0, foot - h * 0.2, canvas.width, foot + h * 0.09, canvas.haze, alpha=0, fade=0.92)


def _rock(canvas: Canvas, snow_line: float | None) -> Rock:
    cold = mix(canvas.sky[0], canvas.ridge, 0.28)
    return Rock(
        lit=mix(canvas.ridge, canvas.light, 0.3),
        half=mix(canvas.ridge, canvas.shade, 0.1),
        dark=mix(canvas.ridge, canvas.shade, 0.42),
        snow=lighten(canvas.light, 0.6),
        snow_half=mix(cold, WHITE, 0.62),
        snow_dark=mix(cold, WHITE, 0.42),
        snow_line=snow_line,
    )


def _skyline(canvas: Canvas, foot: float) -> list[Point]:
    w, h, rng = canvas.width, canvas.height, canvas.rng
    main = w * rng.uniform(0.56, 0.66)
    shares = [
        (-0.05, 0.14),
        (main / w - 0.48, 0.27),
        (main / w - 0.36, 0.17),
        (main / w - 0.17, 0.40),
        (main / w - 0.10, 0.33),
        (main / w, 0.49),
        (main / w + 0.12, 0.26),
        (main / w + 0.2, 0.35),
        (main / w + 0.29, 0.2),
        (main / w + 0.36, 0.26),
        (1.12, 0.14),
    ]
    return [(x * w, foot - y * h * rng.uniform(0.94, 1.05)) for x, y in shares]


def _paint_spring_meadow(canvas: Canvas) -> None:
    h, green = canvas.height, canvas.land
    for level, share in ((0.66, 0.55), (0.73, 0.3)):
        color = canvas.distance(mix(green, canvas.ridge, 0.2), share)
        line = paint_hill(canvas, h * level, color, canvas.distance(color, 0.25), waves=3)
        _plant(canvas, line, "spruce", mix(color, canvas.shade, 0.45), size=(18, 34), count=46)
    line = paint_hill(canvas, h * 0.81, lighten(green, 0.12), green, darken(green, 0.18), height=26)
    _paint_tents(canvas, line)
    paint_hill(canvas, h * 0.9, green, mix(green, canvas.shade, 0.55), height=18)
    grass = mix(green, canvas.shade, 0.35)
    paint_meadow(canvas, h * 0.86, blossoms=canvas.accent, grass=grass, count=760)


def _paint_juniper_slopes(canvas: Canvas) -> None:
    h = canvas.height
    for level, share, size in (
        (0.66, 0.55, (16, 30)),
        (0.74, 0.28, (30, 56)),
        (0.83, 0.06, (56, 104)),
    ):
        ground = canvas.distance(canvas.land, share)
        line = paint_hill(canvas, h * level, ground, mix(ground, canvas.shade, 0.3), height=44)
        tree = mix(ground, canvas.shade, 0.55)
        _plant(canvas, line, "juniper", tree, size=size, count=round(2100 / size[1]))
    line = paint_hill(
        canvas, h * 0.95, mix(canvas.land, canvas.shade, 0.6), canvas.shade, height=24
    )
    for x, size in ((0.08, 430), (0.19, 300), (0.9, 380), (0.985, 270)):
        px = canvas.width * x
        paint_juniper(canvas, px, on_line(line, px) + 20, size, canvas.shade)


def _paint_village(canvas: Canvas) -> None:
    h, w, rng = canvas.height, canvas.width, canvas.rng
    for level, share in ((0.67, 0.5), (0.75, 0.22)):
        ground = canvas.distance(canvas.land, share)
        line = paint_hill(canvas, h * level, ground, mix(ground, canvas.shade, 0.25), height=40)
        _plant(canvas, line, "poplar", mix(ground, canvas.shade, 0.4), size=(40, 78), count=26)
    line = paint_hill(
        canvas, h * 0.84, mix(canvas.land, canvas.light, 0.15), canvas.land, height=22
    )
    for index in range(9):
        x = w * (0.1 + 0.1 * index) + rng.uniform(-26, 26)
        _paint_house(canvas, x, on_line(line, x) + rng.uniform(8, 46), rng.uniform(70, 112))
    line = paint_hill(
        canvas, h * 0.93, mix(canvas.land, canvas.shade, 0.5), canvas.shade, height=20
    )
    for x in (0.03, 0.075, 0.12, 0.82, 0.87, 0.915, 0.965):
        height = rng.uniform(290, 460)
        lit = mix(canvas.land, canvas.shade, 0.35)
        px = w * x
        paint_poplar(canvas, px, on_line(line, px) + 12, height, lit, canvas.shade)


def _paint_house(canvas: Canvas, x: float, foot: float, width: float) -> None:
    height = width * 0.46
    clay = mix(canvas.light, canvas.land, 0.35)
    canvas.rect(x, foot - height, x + width * 0.62, foot, clay, darken(clay, 0.12))
    shaded = mix(clay, canvas.shade, 0.42)
    canvas.rect(x + width * 0.62, foot - height, x + width, foot, shaded)
    roof = mix(clay, canvas.shade, 0.6)
    canvas.rect(x - 5, foot - height - 8, x + width + 5, foot - height + 2, roof)
    for share in (0.14, 0.4):
        left = x + width * share
        canvas.rect(left, foot - height * 0.66, left + width * 0.1, foot - height * 0.36, roof)


def _paint_winter_forest(canvas: Canvas) -> None:
    h = canvas.height
    for level, share, size in ((0.66, 0.5, (20, 40)), (0.76, 0.22, (40, 84))):
        snow = mix(canvas.land, canvas.ridge, share * 0.45)
        line = paint_hill(canvas, h * level, snow, mix(snow, canvas.ridge, 0.35), height=42)
        tree = mix(canvas.ridge, canvas.shade, 0.75 - share)
        _plant(canvas, line, "spruce", tree, size=size, count=60)
    line = paint_hill(
        canvas, h * 0.89, canvas.land, mix(canvas.land, canvas.ridge, 0.45), height=26
    )
    for x, size in ((0.05, 430), (0.14, 300), (0.24, 190), (0.78, 210), (0.88, 340), (0.97, 450)):
        px = canvas.width * x
        paint_spruce(canvas, px, on_line(line, px) + 26, size, canvas.shade)


def _plant(
    canvas: Canvas,
    line: list[Point],
    kind: str,
    color: Color,
    *,
    size: tuple[float, float],
    count: int,
) -> None:
    rng = canvas.rng
    groves = [rng.uniform(0, canvas.width) for _ in range(5)]
    for _ in range(count):
        x = rng.gauss(rng.choice(groves), canvas.width * 0.08)
        foot, height = on_line(line, x) + rng.uniform(0, size[1] * 0.7), rng.uniform(*size)
        if kind == "juniper":
            paint_juniper(canvas, x, foot, height, color)
        elif kind == "poplar":
            paint_poplar(canvas, x, foot, height, mix(color, canvas.light, 0.2), color)
        else:
            paint_spruce(canvas, x, foot, height, color)


def _paint_tents(canvas: Canvas, line: list[Point]) -> None:
    for share, size in ((0.7, 62), (0.765, 48), (0.65, 40)):
        x = canvas.width * share
        foot = on_line(line, x) + size * 0.4
        cloth = canvas.accent if size > 45 else mix(canvas.accent, canvas.light, 0.5)
        top = (x, foot - size * 0.8)
        canvas.fill([(x - size * 0.7, foot), top, (x + size * 0.16, foot)], lighten(cloth, 0.25))
        canvas.fill([(x + size * 0.16, foot), top, (x + size * 0.75, foot)], darken(cloth, 0.25))
        canvas.fill([(x - size * 0.36, foot), top, (x - size * 0.1, foot)], canvas.shade, alpha=0.8)
