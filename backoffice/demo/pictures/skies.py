"""Sky, sun, stars, clouds and what flies."""

import math

from PIL import Image, ImageChops

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import WHITE, Color, mix
from backoffice.demo.pictures.curves import bezier


def paint_sky(canvas: Canvas, horizon: float) -> None:
    """Fill the sheet down to the horizon, with stars where the hour has them."""
    canvas.rect(0, 0, canvas.width, horizon, *canvas.sky)
    canvas.rect(0, horizon, canvas.width, canvas.height, canvas.sky[-1])
    for _ in range(canvas.stars):
        _star(canvas, horizon * 0.85)


def _star(canvas: Canvas, floor: float) -> None:
    rng = canvas.rng
    x, height = rng.uniform(0, canvas.width), rng.random() ** 1.4
    radius = rng.choice((0.7, 0.7, 0.9, 1.1, 1.7))
    brightness = rng.uniform(0.35, 0.95) * (1 - height * 0.8)
    canvas.disc(x, height * floor, radius, mix(WHITE, canvas.light, 0.3), alpha=brightness)


def paint_sun(canvas: Canvas, x: float, y: float, radius: float, *, glow: float = 0.75) -> None:
    """The disc and the light around it."""
    canvas.glow(x, y, radius * 11, canvas.haze, strength=glow * 0.8)
    canvas.glow(x, y, radius * 4.5, canvas.sun, strength=glow)
    canvas.disc(x, y, radius, mix(canvas.sun, WHITE, 0.35), canvas.sun)


def paint_moon(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """A young crescent."""
    canvas.glow(x, y, radius * 9, canvas.haze, strength=0.45)
    outer = [(x + radius * math.sin(turn), y - radius * math.cos(turn)) for turn in _half_turn()]
    inner = [
        (x + radius * 0.55 * math.sin(turn), y - radius * math.cos(turn))
        for turn in reversed(_half_turn())
    ]
    tilt = -0.4
    crescent = [
        (
            x + (px - x) * math.cos(tilt) - (py - y) * math.sin(tilt),
            y + (px - x) * math.sin(tilt) + (py - y) * math.cos(tilt),
        )
        for px, py in [*outer, *inner]
    ]
    canvas.fill(crescent, canvas.sun)


def _half_turn() -> list[float]:
    return [math.pi * step / 24 for step in range(25)]


def paint_clouds(
    canvas: Canvas,
    top: float,
    bottom: float,
    *,
    cover: float = 0.4,
    color: Color | None = None,
    cell: tuple[float, float] = (620, 62),
) -> None:
    """Streaks of cloud in a band of the sky; `cover` from 0 (clear) to 1."""
    scale = canvas.scale
    box = 0, round(top * scale), canvas.image.width, round(bottom * scale)
    size = box[2], box[3] - box[1]
    noise = canvas.noise(size, cell, octaves=4)
    edge = 178 - cover * 80
    mask = noise.point([round(max(0.0, min(1.0, (v - edge) / 60)) * 190) for v in range(256)])
    rise = Image.linear_gradient("L").resize(size)
    belly = rise.point([round(255 * min(1.0, v / 80, (255 - v) / 80)) for v in range(256)])
    canvas.image.paste(
        color or mix(canvas.light, WHITE, 0.25), box, ImageChops.multiply(mask, belly)
    )


def paint_milky_way(canvas: Canvas, horizon: float, *, strength: float = 0.7) -> None:
    """A leaning band of star dust."""
    size = canvas.image.width, round(horizon * canvas.scale)
    noise = canvas.noise(size, (240, 120), octaves=4)
    band = Image.linear_gradient("L").point(
        [round(255 * max(0.0, 1 - abs(v - 128) / 46) ** 1.5) for v in range(256)]
    )
    wide = band.resize((round(size[0] * 1.5), round(size[0] * 0.85))).rotate(
        -52, resample=Image.Resampling.BICUBIC, expand=True
    )
    left, top = (wide.width - size[0]) // 2 - size[0] // 7, (wide.height - size[1]) // 2
    mask = ImageChops.multiply(noise, wide.crop((left, top, left + size[0], top + size[1])))
    mask = mask.point([round(min(255.0, v * strength)) for v in range(256)])
    canvas.image.paste(mix(canvas.haze, canvas.light, 0.35), (0, 0), mask)


def paint_birds(canvas: Canvas, x: float, y: float, *, count: int = 5, span: float = 16) -> None:
    """A loose flock."""
    rng = canvas.rng
    for _ in range(count):
        px, py = x + rng.uniform(-90, 90), y + rng.uniform(-36, 36)
        wing, tilt = span * rng.uniform(0.6, 1.15), rng.uniform(-4, 4)
        for side in (-1, 1):
            tip = (px + side * wing, py - wing * 0.32 + side * tilt)
            path = bezier([(px, py), (px + side * wing * 0.45, py - wing * 0.75), tip], steps=8)
            canvas.line(path, canvas.shade, 2.0, alpha=0.75)
