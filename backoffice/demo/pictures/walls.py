"""Clay walls: the ramparts of Khiva at dusk, or a desert fortress in ruin."""

import math

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import Color, mix
from backoffice.demo.pictures.curves import Point, bezier, chain, dome, down_to, swell
from backoffice.demo.pictures.figures import paint_walker
from backoffice.demo.pictures.monuments import (
    brick,
    paint_dome,
    paint_minaret,
    paint_niche,
    turned,
)
from backoffice.demo.pictures.skies import (
    paint_birds,
    paint_clouds,
    paint_moon,
    paint_sky,
    paint_sun,
)
from backoffice.demo.pictures.terrain import on_line, paint_hill, paint_range, paint_rocks
from backoffice.demo.pictures.tiles import glaze, paint_turned_band


def draw_walls(canvas: Canvas, variant: str) -> None:
    """Variants: `khiva` (default) or `ruin`."""
    w, h = canvas.width, canvas.height
    paint_sky(canvas, h * 0.78)
    if canvas.stars > 100:
        paint_moon(canvas, w * 0.86, h * 0.15, 34)
        canvas.glow(w * 0.5, h * 0.78, w * 0.6, canvas.sun, strength=0.55)
    else:
        paint_sun(canvas, w * 0.22, h * 0.27, 48)
    paint_clouds(canvas, h * 0.1, h * 0.6, cover=0.4)
    paint_birds(canvas, w * 0.6, h * 0.17, count=6)
    if variant == "ruin":
        _paint_ruin(canvas)
    else:
        _paint_khiva(canvas)


def _paint_khiva(canvas: Canvas) -> None:
    w, h = canvas.width, canvas.height
    foot = h * 0.8
    _paint_skyline(canvas, foot)
    _paint_rampart(canvas, -40, w * 0.36, foot, h * 0.27)
    _paint_rampart(canvas, w * 0.62, w + 40, foot, h * 0.27)
    _paint_gate(canvas, w * 0.49, foot, w * 0.29)
    sand = mix(canvas.land, canvas.light, 0.12)
    canvas.rect(0, foot, w, h, mix(sand, canvas.shade, 0.2), mix(sand, canvas.shade, 0.82))
    canvas.weather([(0, foot), (w, foot), (w, h), (0, h)], cell=(220, 22), strength=0.2)
    _paint_road(canvas, foot)


def _paint_skyline(canvas: Canvas, foot: float) -> None:
    """The slender minaret, the unfinished blue one and a mausoleum's dome."""
    w, h = canvas.width, canvas.height
    clay = mix(brick(canvas), canvas.land, 0.3)
    paint_minaret(canvas, w * 0.76, foot - h * 0.1, 82, h * 0.64, color=clay)
    _paint_kalta_minor(canvas, w * 0.215, foot - h * 0.1)
    paint_dome(canvas, w * 0.635, foot - h * 0.22, 96, color=canvas.accent, drum=0.7)
    for x, radius in ((0.075, 66), (0.36, 58), (0.89, 72)):
        body = dome(w * x, foot - h * 0.22, radius, radius * 0.95)
        canvas.fill(body, *turned(canvas, mix(clay, canvas.shade, 0.15)), across=True)
    canvas.rect(0, foot - h * 0.42, w, foot - h * 0.1, canvas.haze, alpha=0, fade=0.75)


def _paint_kalta_minor(canvas: Canvas, x: float, foot: float) -> None:
    cobalt, turquoise, white = glaze(canvas)
    half, height = 100.0, canvas.height * 0.47
    body = [
        (x - half, foot),
        (x - half * 0.78, foot - height),
        (x + half * 0.78, foot - height),
        (x + half, foot),
    ]
    canvas.fill(body, *turned(canvas, turquoise), across=True)
    pairs = ((white, cobalt), (cobalt, turquoise), (mix(turquoise, white, 0.6), cobalt))
    with canvas.clip(body):
        for band in range(11):
            y = foot - height * (band + 0.5) / 11
            radius = half * (1 - 0.22 * (band + 0.5) / 11)
            rise = height / 11
            if band % 2:
                paint_turned_band(canvas, x, y, radius, rise * 0.86, *pairs[band % 3])
            else:
                tone = (cobalt, mix(turquoise, white, 0.25))[band % 4 // 2]
                tones = turned(canvas, tone)
                canvas.rect(x - half, y - rise * 0.3, x + half, y + rise * 0.3, *tones, across=True)
        canvas.rect(x, foot - height, x + half, foot, canvas.shade, alpha=0, fade=0.65, across=True)
    lip = mix(canvas.land, canvas.shade, 0.3)
    canvas.disc(x, foot - height, half * 0.78, lip, squash=0.06)


def _paint_rampart(canvas: Canvas, left: float, right: float, foot: float, height: float) -> None:
    """A battered wall with round buttresses and merlons."""
    clay = mix(canvas.land, canvas.light, 0.18)
    top = foot - height * 0.78
    canvas.rect(left, top, right, foot, clay, mix(clay, canvas.shade, 0.35))
    canvas.weather([(left, top), (right, top), (right, foot), (left, foot)],
                   cell=(80, 20), strength=0.2)  # fmt: skip
    _paint_merlons(canvas, left, right, top, clay)
    count = max(2, round((right - left) / 190))
    for index in range(count):
        x = left + (index + 0.5) * (right - left) / count
        _paint_buttress(canvas, x, foot, 66, height, clay, wall_top=top)


def _paint_merlons(canvas: Canvas, left: float, right: float, top: float, clay: Color) -> None:
    x = left
    while x < right - 10:
        shape = [(x, top + 1), (x, top - 13), (x + 5, top - 21), (x + 14, top - 21),
                 (x + 19, top - 13), (x + 19, top + 1)]  # fmt: skip
        canvas.fill(shape, mix(clay, canvas.light, 0.2), clay)
        x += 27


def _paint_buttress(
    canvas: Canvas,
    x: float,
    foot: float,
    half: float,
    height: float,
    clay: Color,
    *,
    wall_top: float,
) -> None:
    body: list[Point] = []
    for step in range(13):
        share = step / 12
        body.append((x - half * (1.28 - 0.5 * math.sqrt(share)), foot - height * share))
    body += [(2 * x - px, py) for px, py in reversed(body)]
    deep = mix(canvas.shade, canvas.land, 0.1)
    shadow = [(px + half * 0.5, max(py, wall_top)) for px, py in body]
    canvas.fill(shadow, deep, alpha=0.35)
    canvas.fill(body, *turned(canvas, clay), across=True)
    with canvas.clip(body):
        canvas.weather(body, cell=(80, 20), strength=0.24)
        canvas.rect(x - half * 2, foot - height, x + half * 2, foot, deep, alpha=0, fade=0.5)
    _paint_merlons(canvas, x - half * 0.8, x + half * 0.8, foot - height, clay)


def _paint_gate(canvas: Canvas, x: float, foot: float, width: float) -> None:
    h = canvas.height
    clay = mix(canvas.land, canvas.light, 0.3)
    half, height = width / 2, h * 0.34
    canvas.rect(x - half, foot - height, x + half, foot, clay, mix(clay, canvas.shade, 0.25))
    body = [
        (x - half, foot - height),
        (x + half, foot - height),
        (x + half, foot),
        (x - half, foot),
    ]
    canvas.weather(body, cell=(70, 20), strength=0.16)
    lamp = canvas.stars > 0
    for at in (-0.3, -0.1, 0.1, 0.3):
        px = x + at * width
        paint_niche(canvas, px, foot - height * 0.72, width * 0.06, height * 0.18, lamp=lamp)
    paint_niche(canvas, x, foot, width * 0.19, height * 0.66, lamp=lamp)
    for side in (-1, 1):
        at = x + side * half
        _paint_buttress(canvas, at, foot, 58, height * 1.16, clay, wall_top=foot - height)
        for band, tone in ((1.0, canvas.accent), (0.9, glaze(canvas)[0])):
            y = foot - height * band
            paint_turned_band(canvas, at, y, 44, height * 0.07, tone, mix(tone, canvas.light, 0.5))
        cupola = dome(at, foot - height * 1.2, 40, 44)
        canvas.fill(cupola, *turned(canvas, canvas.accent), across=True)


def _paint_road(canvas: Canvas, foot: float) -> None:
    w, h = canvas.width, canvas.height
    x = w * 0.49
    road = [(x - 84, foot), (x + 84, foot), (x + 520, h), (x - 560, h)]
    pale = mix(canvas.land, canvas.light, 0.45)
    canvas.fill(road, mix(pale, canvas.shade, 0.15), mix(pale, canvas.shade, 0.62))
    canvas.weather(road, cell=(200, 18), strength=0.16)
    if canvas.stars:
        glow = mix(canvas.light, (255, 150, 60), 0.4)
        canvas.fill([(x - 62, foot), (x + 62, foot), (x + 300, h * 0.97), (x - 300, h * 0.97)],
                    glow, alpha=0.6, fade=0, blur=8)  # fmt: skip
    for at, size in ((-0.03, 60), (0.012, 54), (0.13, 78), (-0.16, 84)):
        cloth = mix(canvas.shade, canvas.accent if size > 58 else canvas.land, 0.42)
        paint_walker(canvas, x + at * w, foot + size * 1.1, size, cloth)


def _paint_ruin(canvas: Canvas) -> None:
    w, h, rng = canvas.width, canvas.height, canvas.rng
    far = canvas.distance(canvas.ridge, 0.5)
    paint_range(canvas, h * 0.66, relief=h * 0.12, color=far, veil=canvas.haze, peaks=7)
    canvas.rect(0, h * 0.56, w, h * 0.72, canvas.haze, alpha=0, fade=0.8)
    hill = chain(rng, [(-40, h * 0.72), (w * 0.2, h * 0.68), (w * 0.36, h * 0.54),
                       (w * 0.8, h * 0.52), (w * 0.95, h * 0.66), (w + 40, h * 0.7)], relief=0.03)  # fmt: skip
    clay = mix(canvas.land, canvas.light, 0.12)
    canvas.fill(down_to(hill, h), clay, mix(clay, canvas.shade, 0.5))
    canvas.weather(down_to(hill, h), cell=(260, 16), strength=0.2)
    _paint_broken_walls(canvas, h * 0.56, clay)
    for level, share in ((0.78, 0.12), (0.9, 0.5)):
        sand = mix(mix(canvas.land, canvas.light, 0.25), canvas.shade, share)
        paint_hill(canvas, h * level, sand, mix(sand, canvas.shade, 0.45), height=26)
    for _ in range(26):
        x, y = rng.uniform(0, w), h * rng.uniform(0.82, 0.99)
        stone = mix(canvas.land, canvas.shade, 0.4)
        paint_rocks(canvas, x, y, rng.uniform(14, 60), mix(stone, canvas.light, 0.3), stone)


def _paint_broken_walls(canvas: Canvas, foot: float, clay: Color) -> None:
    """Corrugated walls of a clay stronghold, melted by fourteen centuries of rain."""
    rng, w = canvas.rng, canvas.width
    far, near = swell(rng, w, 200, height=26, waves=4), swell(rng, w, 132, height=36, waves=6)
    _paint_corrugation(canvas, (w * 0.42, w * 0.74), foot - 26, far, mix(clay, canvas.shade, 0.22))
    for x, width, height in ((0.355, 96, 214), (0.56, 150, 246), (0.765, 104, 222)):
        tower = chain(
            rng,
            [(w * x, foot - height * 0.9), (w * x + width * 0.3, foot - height),
             (w * x + width * 0.75, foot - height * 0.97), (w * x + width, foot - height * 0.82)],
            relief=0.12)  # fmt: skip
        body = [(w * x - 10, foot + 20), *tower, (w * x + width + 10, foot + 20)]
        canvas.fill(
            body, mix(clay, canvas.light, 0.3), clay, mix(clay, canvas.shade, 0.6), across=True
        )
        canvas.weather(body, cell=(50, 18), strength=0.25)
    _paint_corrugation(canvas, (w * 0.345, w * 0.85), foot + 20, near, clay)


def _paint_corrugation(
    canvas: Canvas, span: tuple[float, float], foot: float, heights: list[Point], clay: Color
) -> None:
    rng, (x, end) = canvas.rng, span
    lit, dark = mix(clay, canvas.light, 0.32), mix(clay, canvas.shade, 0.5)
    while x < end:
        width = rng.uniform(26, 30)
        height = on_line(heights, x) + rng.uniform(-7, 7)
        crown = bezier([(x, foot - height + 16), (x + 3, foot - height - 8),
                        (x + width - 3, foot - height - 8), (x + width, foot - height + 18)], steps=10)  # fmt: skip
        body = [(x - 2, foot), *crown, (x + width + 2, foot)]
        canvas.fill(body, lit, clay, dark, across=True)
        canvas.weather(body, cell=(40, 14), strength=0.2)
        canvas.rect(x + width * 0.44, foot - height * 0.72, x + width * 0.6, foot - height * 0.5,
                    mix(canvas.shade, clay, 0.2))  # fmt: skip
        x += width
