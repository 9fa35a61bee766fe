"""Bukhara's roofs: clay cupolas of the trading domes, a great minaret and turquoise domes."""

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import Color, mix
from backoffice.demo.pictures.curves import bezier, dome
from backoffice.demo.pictures.figures import paint_stork
from backoffice.demo.pictures.monuments import (
    brick,
    paint_arcade,
    paint_dome,
    paint_minaret,
    paint_niche,
    paint_portal,
    turned,
)
from backoffice.demo.pictures.skies import paint_birds, paint_clouds, paint_sky, paint_sun
from backoffice.demo.pictures.terrain import paint_crown


def draw_old_town(canvas: Canvas, variant: str) -> None:
    """One view; the variant is unused."""
    w, h = canvas.width, canvas.height
    paint_sky(canvas, h * 0.8)
    paint_sun(canvas, w * 0.3, h * 0.42, 78, glow=0.85)
    paint_clouds(canvas, h * 0.04, h * 0.5, cover=0.42)
    _paint_far_roofs(canvas, h * 0.7)
    _paint_monuments(canvas, h * 0.77)
    for level, size, share in ((0.84, 96, 0.3), (0.96, 140, 0.0)):
        _paint_cupolas(canvas, h * level, size, share)
    paint_stork(canvas, w * 0.075, h * 0.86 - 118)
    paint_birds(canvas, w * 0.46, h * 0.2, count=9)


def _paint_far_roofs(canvas: Canvas, foot: float) -> None:
    rng, x = canvas.rng, -30.0
    tone = canvas.distance(mix(canvas.ridge, canvas.land, 0.3), 0.45)
    while x < canvas.width:
        width, height = rng.uniform(40, 120), rng.uniform(24, 92)
        canvas.rect(x, foot - height, x + width, foot + 80, tone, canvas.distance(tone, 0.4))
        if rng.random() < 0.4:
            middle = x + width / 2
            canvas.fill(dome(middle, foot - height, width * 0.36, width * 0.42), tone)
        x += width * rng.uniform(0.7, 1.0)
    canvas.rect(0, foot - 130, canvas.width, foot + 90, canvas.haze, alpha=0, fade=0.8)


def _paint_monuments(canvas: Canvas, foot: float) -> None:
    w, h = canvas.width, canvas.height
    wall = foot - h * 0.17
    paint_dome(canvas, w * 0.775, wall, 104, color=canvas.accent, drum=0.9)
    paint_dome(canvas, w * 0.955, wall, 92, color=canvas.accent, drum=0.9)
    paint_arcade(canvas, (w * 0.69, wall, w * 1.08, foot + 60), bays=12)
    paint_portal(canvas, (w * 0.8, foot - h * 0.34, w * 0.93, foot + 60))
    paint_dome(canvas, w * 0.12, wall, 118, color=canvas.accent, drum=0.8)
    paint_arcade(canvas, (-40, wall, w * 0.23, foot + 60), bays=9, tiers=1)
    clay = mix(brick(canvas), canvas.land, 0.35)
    paint_minaret(canvas, w * 0.6, foot + 60, 128, h * 0.74, color=clay)
    canvas.rect(0, foot - h * 0.2, w, foot + 60, canvas.haze, alpha=0, fade=0.6)


def _paint_cupolas(canvas: Canvas, foot: float, size: float, share: float) -> None:
    """A street of trading domes: drums with arches under plain brick cupolas."""
    rng, x = canvas.rng, canvas.rng.uniform(-0.5, 0.1) * size
    clay = mix(canvas.land, canvas.shade, 0.12 - share * 0.2 if share else 0.3)
    clay = canvas.distance(clay, share)
    canvas.rect(
        0, foot - size * 0.2, canvas.width, canvas.height, clay, mix(clay, canvas.shade, 0.75)
    )
    while x < canvas.width + size:
        radius = size * rng.uniform(0.62, 1.0)
        if rng.random() < 0.2:
            leaf = canvas.distance(mix(canvas.shade, (46, 96, 60), 0.4), share)
            paint_crown(canvas, x, foot - size * 0.05, size * 1.3, leaf)
        else:
            _paint_cupola(canvas, x, foot, radius, clay)
        x += radius * rng.uniform(1.75, 2.5)


def _paint_cupola(canvas: Canvas, x: float, foot: float, radius: float, clay: Color) -> None:
    lift = radius * canvas.rng.uniform(0.35, 0.75)
    tones = turned(canvas, clay)
    canvas.rect(x - radius, foot - lift, x + radius, foot + radius, *tones, across=True)
    canvas.rect(x - radius * 1.05, foot - lift, x + radius * 1.05, foot - lift + radius * 0.1,
                *turned(canvas, mix(clay, canvas.light, 0.2)), across=True)  # fmt: skip
    for at in (-0.55, 0.0, 0.55):
        paint_niche(
            canvas, x + at * radius, foot + radius * 0.5, radius * 0.17, lift + radius * 0.3
        )
    profile = dome(x, foot - lift, radius * 0.92, radius * 0.9)
    canvas.fill(profile, *tones, across=True)
    with canvas.clip(profile):
        for course in range(1, 7):
            y = foot - lift - radius * 0.9 * course / 7
            sag = radius * 0.12
            curve = bezier([(x - radius, y), (x, y + sag), (x + radius, y)], steps=12)
            canvas.line(curve, canvas.shade, 1.6, alpha=0.16)
    lantern = foot - lift - radius * 0.86
    canvas.rect(
        x - radius * 0.16, lantern - radius * 0.2, x + radius * 0.16, lantern, *tones, across=True
    )
    canvas.fill(dome(x, lantern - radius * 0.2, radius * 0.17, radius * 0.16), *tones, across=True)
