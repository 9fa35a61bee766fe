"""A Timurid square: portals, ribbed domes and leaning minarets mirrored in wet stone."""

from PIL import ImageOps

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import darken, lighten, mix
from backoffice.demo.pictures.curves import down_to, ridge
from backoffice.demo.pictures.figures import paint_walker
from backoffice.demo.pictures.monuments import (
    brick,
    paint_arcade,
    paint_dome,
    paint_minaret,
    paint_portal,
)
from backoffice.demo.pictures.skies import (
    paint_birds,
    paint_clouds,
    paint_moon,
    paint_sky,
    paint_sun,
)
from backoffice.demo.pictures.terrain import paint_crown


def draw_madrasa(canvas: Canvas, variant: str) -> None:
    """Variants: `square` (default: one great portal) or `twin` (two domes beside it)."""
    w, h = canvas.width, canvas.height
    foot = h * 0.79
    dark = canvas.stars > 0
    paint_sky(canvas, foot)
    if dark:
        paint_moon(canvas, w * 0.8, h * 0.16, 36)
    else:
        paint_sun(canvas, w * canvas.rng.uniform(0.18, 0.26), h * 0.3, 46)
    paint_clouds(canvas, h * 0.05, h * 0.5, cover=0.4)
    paint_birds(canvas, w * 0.7, h * 0.2, count=7)
    _paint_far_town(canvas, foot)
    if variant == "twin":
        _paint_twin(canvas, foot, lamps=dark)
    else:
        _paint_square(canvas, foot, lamps=dark)
    _paint_trees(canvas, foot)
    _paint_mirror(canvas, foot)
    _paint_people(canvas, foot)


def _paint_far_town(canvas: Canvas, foot: float) -> None:
    w, h = canvas.width, canvas.height
    hills = ridge(canvas.rng, (-20, foot - h * 0.1), (w + 20, foot - h * 0.12), relief=60)
    canvas.fill(down_to(hills, foot), canvas.distance(canvas.ridge, 0.55), canvas.haze)
    for x, radius in ((0.04, 62), (0.965, 70)):
        color = canvas.distance(canvas.accent, 0.45)
        paint_dome(canvas, w * x, foot - h * 0.1, radius, color=color, ribs=11)
    canvas.rect(0, foot - h * 0.4, w, foot, canvas.haze, alpha=0, fade=0.6)


def _paint_square(canvas: Canvas, foot: float, *, lamps: bool) -> None:
    w, h, x = canvas.width, canvas.height, canvas.width / 2
    for side in (-1, 1):
        dome_x = x + side * w * 0.19
        paint_dome(canvas, dome_x, foot - h * 0.25, 88, color=canvas.accent, drum=0.9)
        edge = x + side * w * 0.365
        inner = x + side * w * 0.14
        frame = min(edge, inner), foot - h * 0.27, max(edge, inner), foot
        paint_arcade(canvas, frame, bays=5, lamps=lamps)
        paint_minaret(canvas, edge + side * 12, foot, 64, h * 0.55)
    canvas.rect(x - w * 0.18, foot - h * 0.5, x - w * 0.15, foot, canvas.shade, alpha=0, fade=0.35,
                across=True)  # fmt: skip
    paint_portal(canvas, (x - w * 0.155, foot - h * 0.55, x + w * 0.155, foot), lamp=lamps)
    shadow = mix(canvas.shade, canvas.land, 0.2)
    canvas.rect(x + w * 0.155, foot - h * 0.27, x + w * 0.2, foot, shadow, alpha=0.55, fade=0,
                across=True)  # fmt: skip


def _paint_twin(canvas: Canvas, foot: float, *, lamps: bool) -> None:
    w, h, x = canvas.width, canvas.height, canvas.width * 0.46
    paint_minaret(canvas, x - w * 0.33, foot, 78, h * 0.66)
    for at, radius in ((-0.2, 120), (0.26, 134)):
        paint_dome(canvas, x + at * w, foot - h * 0.24, radius, color=canvas.accent, drum=0.95)
    paint_arcade(canvas, (x - w * 0.3, foot - h * 0.26, x + w * 0.42, foot), bays=12, lamps=lamps)
    paint_portal(canvas, (x - w * 0.125, foot - h * 0.48, x + w * 0.125, foot), lamp=lamps)
    shadow = mix(canvas.shade, canvas.land, 0.2)
    canvas.rect(x + w * 0.125, foot - h * 0.26, x + w * 0.17, foot, shadow, alpha=0.55, fade=0,
                across=True)  # fmt: skip
    paint_minaret(canvas, x + w * 0.435, foot, 70, h * 0.58)


def _paint_trees(canvas: Canvas, foot: float) -> None:
    leaf = mix(canvas.shade, (40, 92, 62), 0.45)
    for x, height in ((0.0, 190), (0.055, 150), (0.09, 112), (0.915, 126), (0.95, 160), (1.0, 200)):
        paint_crown(canvas, canvas.width * x, foot, height, leaf)


def _paint_mirror(canvas: Canvas, foot: float) -> None:
    """Turn the picture over into the wet paving, tint it and rule the joints."""
    line = round(foot * canvas.scale)
    depth = canvas.image.height - line
    mirror = ImageOps.flip(canvas.image.crop((0, line - depth, canvas.image.width, line)))
    canvas.image.paste(mirror, (0, line))
    w, h = canvas.width, canvas.height
    paving = mix(brick(canvas), canvas.shade, 0.25)
    canvas.rect(0, foot, w, h, paving, mix(paving, canvas.shade, 0.55), alpha=0.5, fade=0.86)
    joint = mix(paving, canvas.shade, 0.6)
    for step in range(1, 9):
        y = foot + (h - foot) * (step / 9) ** 1.7
        canvas.line([(0, y), (w, y)], joint, 0.8 + step * 0.25, alpha=0.3)
    for column in range(-22, 23):
        path = [(w / 2 + column * 44, foot), (w / 2 + column * 150, h)]
        canvas.line(path, joint, 1.4, alpha=0.22)
    canvas.rect(0, foot - 3, w, foot + 6, darken(paving, 0.4), lighten(paving, 0.2), alpha=0.8)


def _paint_people(canvas: Canvas, foot: float) -> None:
    rng = canvas.rng
    for depth in sorted(rng.uniform(0.03, 0.5) for _ in range(13)):
        x = rng.uniform(0.08, 0.92) * canvas.width
        size = 28 + depth * 66
        tint = rng.choice((canvas.accent, canvas.light, canvas.sky[0], (150, 50, 50)))
        cloth = mix(tint, canvas.shade, 0.3)
        paint_walker(canvas, x, foot + (canvas.height - foot) * depth, size, cloth)
