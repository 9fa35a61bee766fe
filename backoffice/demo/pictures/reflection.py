"""Water: what stands above it, turned over, tinted and stirred."""

import math

from PIL import Image, ImageFilter, ImageOps

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import WHITE, Color, mix


def paint_water(canvas: Canvas, level: float, tint: Color, *, clarity: float = 0.45) -> None:
    """Fill everything below the level with a rippled reflection; clarity 1 is a mirror."""
    line = round(level * canvas.scale)
    width, depth = canvas.image.width, canvas.image.height - line
    source = canvas.image.crop((0, max(0, line - depth), width, line))
    mirror = ImageOps.flip(source).resize((width, depth))
    mirror = mirror.filter(ImageFilter.GaussianBlur(2 * canvas.scale))
    canvas.image.paste(_stirred(canvas, mirror), (0, line))
    deep = mix(tint, canvas.shade, 0.6)
    pale = mix(tint, canvas.haze, 0.35)
    canvas.rect(0, level, canvas.width, canvas.height, pale, tint, deep,
                alpha=1 - clarity - 0.2, fade=1 - clarity * 0.35)  # fmt: skip
    _paint_ripples(canvas, level, tint)


def _stirred(canvas: Canvas, mirror: Image.Image) -> Image.Image:
    """Shift strips sideways, more towards the viewer."""
    stirred = mirror.copy()
    phase = canvas.rng.uniform(0, math.tau)
    strip = max(2, round(2 * canvas.scale))
    for top in range(0, mirror.height, strip):
        depth = top / mirror.height
        sway = math.sin(top / (9 + 26 * depth) + phase) + 0.6 * math.sin(top / (4 + 11 * depth))
        shift = round(sway * (2 + 12 * depth) * canvas.scale / 2)
        stirred.paste(mirror.crop((0, top, mirror.width, top + strip)), (shift, top))
    return stirred


def _paint_ripples(canvas: Canvas, level: float, tint: Color) -> None:
    rng, depth = canvas.rng, canvas.height - level
    for _ in range(240):
        share = rng.random() ** 1.6
        x, y = rng.uniform(-60, canvas.width), level + 3 + share * depth
        length = (14 + 120 * share) * rng.uniform(0.4, 1.3)
        tone = (
            mix(canvas.light, WHITE, 0.3) if rng.random() < 0.55 else mix(tint, canvas.shade, 0.55)
        )
        canvas.disc(x, y, length / 2, tone, alpha=rng.uniform(0.12, 0.4), squash=0.035)


def paint_sun_path(canvas: Canvas, x: float, level: float) -> None:
    """Glitter under the sun."""
    rng, depth = canvas.rng, canvas.height - level
    for _ in range(170):
        share = rng.random() ** 1.2
        px = x + rng.gauss(0, 16 + 70 * share)
        length = (6 + 44 * share) * rng.uniform(0.4, 1.2)
        canvas.disc(px, level + 2 + share * depth, length / 2, mix(canvas.sun, WHITE, 0.4),
                    alpha=rng.uniform(0.3, 0.85) * (1 - share * 0.6), squash=0.06)  # fmt: skip
