"""Domes, minarets, portals and arcades. Light falls from the left."""

import math

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import WHITE, Color, darken, lighten, mix
from backoffice.demo.pictures.curves import arch, dome
from backoffice.demo.pictures.tiles import (
    Frame,
    glaze,
    paint_border,
    paint_diamonds,
    paint_girih,
    paint_inscription,
    paint_turned_band,
)


def brick(canvas: Canvas) -> Color:
    """Sun-lit baked brick of this hour."""
    return mix(canvas.land, canvas.light, 0.45)


def turned(canvas: Canvas, color: Color) -> tuple[Color, Color, Color, Color]:
    """The tones of a round body, from its lit edge to its dark one."""
    return (
        mix(color, canvas.light, 0.2),
        mix(color, canvas.light, 0.35),
        color,
        mix(color, canvas.shade, 0.55),
    )


def paint_dome(
    canvas: Canvas,
    x: float,
    foot: float,
    radius: float,
    *,
    color: Color,
    drum: float = 0.75,
    rise: float = 1.55,
    ribs: int = 15,
) -> None:
    """A ribbed dome on an inscribed drum; `drum` and `rise` are in radii."""
    top = foot - radius * drum
    if drum:
        _paint_drum(canvas, x, foot, radius * 0.9, radius * drum)
    profile = dome(x, top, radius, radius * rise)
    canvas.fill(profile, *turned(canvas, color), across=True)
    with canvas.clip(profile):
        right = profile[len(profile) // 2 :]
        for rib in range(ribs):
            lean = math.sin(math.pi * ((rib + 0.5) / ribs - 0.5))
            groove = [(x + (px - x) * lean, py) for px, py in right]
            canvas.line(groove, mix(color, canvas.shade, 0.6), radius * 0.035, alpha=0.5)
            shine = [(px - radius * 0.05, py) for px, py in groove]
            canvas.line(shine, WHITE, radius * 0.022, alpha=0.3 if lean < 0.3 else 0.08)
    canvas.line([(x, top - radius * rise * 1.2), (x, top - radius * rise)], canvas.shade, 3)
    for share, size in ((1.02, 0.05), (1.09, 0.036), (1.15, 0.026)):
        canvas.disc(x, top - radius * rise * share, radius * size, mix(canvas.light, color, 0.3))


def _paint_drum(canvas: Canvas, x: float, foot: float, radius: float, height: float) -> None:
    cobalt, turquoise, white = glaze(canvas)
    top = foot - height
    clay = brick(canvas)
    canvas.rect(x - radius, top, x + radius, foot, *turned(canvas, clay), across=True)
    band = (x - radius, top + height * 0.2, x + radius, top + height * 0.56)
    paint_inscription(canvas, band, ground=cobalt, ink=white)
    paint_turned_band(canvas, x, top + height * 0.78, radius, height * 0.3, turquoise, cobalt)
    shadow = mix(canvas.shade, cobalt, 0.3)
    canvas.rect(x, top, x + radius, foot, shadow, alpha=0.0, fade=0.6, across=True)
    canvas.rect(x - radius * 1.07, top - height * 0.05, x + radius * 1.07, top + height * 0.1,
                *turned(canvas, mix(clay, turquoise, 0.5)), across=True)  # fmt: skip


def paint_minaret(
    canvas: Canvas,
    x: float,
    foot: float,
    width: float,
    height: float,
    *,
    color: Color | None = None,
) -> None:
    """A tapering tower in tiled bands, with a gallery on its head."""
    cobalt, turquoise, white = glaze(canvas)
    clay = color or brick(canvas)
    neck = foot - height * 0.88
    body = [
        (x - width / 2, foot),
        (x - width * 0.36, neck),
        (x + width * 0.36, neck),
        (x + width / 2, foot),
    ]
    canvas.fill(body, *turned(canvas, clay), across=True)
    bands = max(5, round(height / width * 1.2))
    with canvas.clip(body):
        for band in range(bands):
            share = (band + 0.5) / bands
            radius = width * (0.5 - 0.14 * share)
            y, rise = foot - height * 0.88 * share, height * 0.88 / bands
            inks = (cobalt, turquoise) if band % 3 else (white, cobalt)
            if band % 2 == 0:
                paint_turned_band(canvas, x, y, radius, rise * 0.8, *inks)
            else:
                canvas.rect(x - radius, y - rise * 0.12, x + radius, y + rise * 0.12, turquoise)
        shade = mix(canvas.shade, clay, 0.2)
        canvas.rect(
            x - width * 0.1, neck, x + width / 2, foot, shade, alpha=0, fade=0.7, across=True
        )
    _paint_gallery(canvas, x, neck, width, height * 0.12, clay)


def _paint_gallery(
    canvas: Canvas, x: float, neck: float, width: float, height: float, clay: Color
) -> None:
    tones = turned(canvas, clay)
    flare = [
        (x - width * 0.36, neck),
        (x - width * 0.56, neck - height * 0.5),
        (x + width * 0.56, neck - height * 0.5),
        (x + width * 0.36, neck),
    ]
    canvas.fill(flare, *tones, across=True)
    paint_turned_band(
        canvas, x, neck - height * 0.34, width * 0.5, height * 0.3, canvas.accent, canvas.shade
    )
    lip = neck - height * 0.5
    canvas.rect(x - width * 0.6, lip - height * 0.14, x + width * 0.6, lip, *tones, across=True)
    cap = dome(x, lip - height * 0.14, width * 0.42, height * 0.5)
    canvas.fill(cap, *turned(canvas, mix(clay, canvas.accent, 0.6)), across=True)


def paint_niche(
    canvas: Canvas, x: float, foot: float, half: float, height: float, *, lamp: bool = False
) -> None:
    """A recess under a pointed arch, dark inside; a lamp glows in it at night."""
    opening = arch(x, foot, half, height)
    deep = mix(canvas.shade, canvas.land, 0.18)
    canvas.fill(opening, darken(deep, 0.2), mix(deep, canvas.land, 0.3))
    lit = mix(canvas.light, canvas.land, 0.3)
    if lamp:
        warm = mix(lit, (255, 150, 60), 0.35)
        canvas.fill(arch(x, foot, half * 0.82, height * 0.88), darken(warm, 0.45), warm)
        canvas.glow(x, foot - height * 0.35, height * 0.9, warm, strength=0.5)
    else:
        edge = [(px + half * 0.36, py) for px, py in opening]
        with canvas.clip(opening):
            canvas.fill(edge, mix(deep, canvas.land, 0.5), mix(deep, canvas.land, 0.62))


def paint_portal(canvas: Canvas, frame: Frame, *, lamp: bool = False) -> None:
    """A pishtaq: the great arch in its tiled frame."""
    left, top, right, foot = frame
    cobalt, turquoise, white = glaze(canvas)
    width, height, x = right - left, foot - top, (left + right) / 2
    clay = brick(canvas)
    canvas.rect(*frame, lighten(clay, 0.08), mix(clay, canvas.land, 0.4))
    rim = width * 0.055
    paint_border(canvas, frame, rim, ground=cobalt, ink=turquoise)
    inner = left + rim * 1.25, top + rim * 1.25, right - rim * 1.25, foot
    canvas.rect(*inner, mix(clay, canvas.light, 0.15), clay)
    band = inner[0], inner[1], inner[2], inner[1] + height * 0.085
    paint_inscription(canvas, band, ground=cobalt, ink=white)
    field = inner[0], band[3] + rim * 0.2, inner[2], foot
    half = (field[2] - field[0]) * 0.39
    rise = (foot - field[1]) * 0.93
    spandrel = field[0], field[1], field[2], foot - rise * 0.5
    paint_girih(canvas, spandrel, width * 0.075, ground=mix(turquoise, cobalt, 0.35), ink=white)
    canvas.fill(arch(x, foot, half * 1.1, rise * 1.045), mix(clay, canvas.light, 0.3), clay)
    paint_niche(canvas, x, foot, half, rise)
    _paint_vault(canvas, x, foot, half, rise, lamp=lamp)


def _paint_vault(
    canvas: Canvas, x: float, foot: float, half: float, height: float, *, lamp: bool
) -> None:
    """The back wall of the great arch: a netted half-dome, small windows and a door."""
    cobalt, turquoise, white = glaze(canvas)
    back = mix(brick(canvas), canvas.shade, 0.34)
    hollow = arch(x, foot, half * 0.84, height * 0.9)
    canvas.fill(hollow, mix(back, canvas.shade, 0.4), back)
    with canvas.clip(hollow):
        for ray in range(9):
            lean = (ray - 4) / 4
            start, end = (x, foot - height * 0.92), (x + lean * half * 1.2, foot - height * 0.48)
            canvas.line([start, end], mix(back, canvas.light, 0.3), 3, alpha=0.7)
        belt = x - half, foot - height * 0.5, x + half, foot - height * 0.42
        paint_inscription(canvas, belt, ground=mix(cobalt, back, 0.2), ink=white)
        panel = x - half, foot - height * 0.4, x + half, foot - height * 0.06
        paint_diamonds(
            canvas, panel, half * 0.16, mix(turquoise, back, 0.5), mix(cobalt, back, 0.5)
        )
    paint_niche(canvas, x, foot, half * 0.34, height * 0.36, lamp=lamp)


def paint_arcade(
    canvas: Canvas, frame: Frame, *, bays: int, tiers: int = 2, lamps: bool = False
) -> None:
    """A wing of cells: arches in rows, each in a tiled frame."""
    left, top, right, foot = frame
    cobalt, turquoise, white = glaze(canvas)
    clay = brick(canvas)
    canvas.rect(*frame, clay, mix(clay, canvas.land, 0.45))
    cornice = (foot - top) * 0.07
    paint_inscription(canvas, (left, top, right, top + cornice), ground=cobalt, ink=white)
    wide, high = (right - left) / bays, (foot - top - cornice) / tiers
    for tier in range(tiers):
        for bay in range(bays):
            x, y = left + (bay + 0.5) * wide, top + cornice + (tier + 1) * high
            panel = x - wide * 0.4, y - high * 0.93, x + wide * 0.4, y
            canvas.rect(*panel, mix(turquoise, clay, 0.25), mix(cobalt, clay, 0.3))
            canvas.fill(arch(x, y, wide * 0.34, high * 0.84), mix(clay, canvas.light, 0.3))
            glows = lamps and canvas.rng.random() < 0.5
            paint_niche(canvas, x, y, wide * 0.3, high * 0.78, lamp=glows)
