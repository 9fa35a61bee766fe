"""Logos and avatars: letters on a calm ground."""

import math
from random import Random

from PIL import Image, ImageDraw, ImageFont

from backoffice.demo.pictures.colors import WHITE, Color, darken, lighten, mix, ramp, rgb

OVERSAMPLING = 3

GLAZES = (
    "#1f7f92", "#2f5d9e", "#7a4b86", "#b5523b", "#c47a2c", "#4f7d55", "#94405a", "#3d6f7d",
    "#8a6a3f", "#5a5f9c", "#2e8b7a", "#a4563f",
)  # fmt: skip

# Pillow's own font has no Cyrillic, and a system font would make the pictures differ by machine.
LATIN = dict(
    zip("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЭЮЯҚҒҲЎ", "ABVGDEEJZIYKLMNOPRSTUFXCCSSYEYYQGHO", strict=True)
)


def draw_logo(name: str, color: str, size: int = 512) -> Image.Image:
    """A round badge: the name's initials inside an eight-pointed star of `color` (`#rrggbb`)."""
    base = rgb(color)
    side = size * OVERSAMPLING
    badge = _slope(side, lighten(base, 0.12), darken(base, 0.3))
    pen = ImageDraw.Draw(badge)
    middle, gold = side / 2, mix(lighten(base, 0.75), (255, 226, 160), 0.5)
    for reach, ink in ((0.47, lighten(base, 0.16)), (0.4, darken(base, 0.22))):
        for turn in (0.0, math.pi / 4):
            pen.polygon(_square(middle, side * reach, turn), fill=ink)
    for turn in (0.0, math.pi / 4):
        corners = _square(middle, side * 0.355, turn)
        pen.line([*corners, corners[0]], fill=gold, width=round(side * 0.008), joint="curve")
    pen.ellipse(_circle(middle, middle, side * 0.25), fill=darken(base, 0.22))
    _write(badge, initials_of(name), side * 0.25, gold)
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse(_circle(middle, middle, middle - 1), fill=255)
    sheet = Image.new("RGB", (side, side), WHITE)
    sheet.paste(badge, (0, 0), mask)
    return sheet.resize((size, size), Image.Resampling.LANCZOS)


def draw_avatar(initials: str, seed: int, size: int = 512) -> Image.Image:
    """Initials over two soft discs; the seed chooses the colours."""
    rng = Random(seed)
    base = rgb(rng.choice(GLAZES))
    side = size * OVERSAMPLING
    avatar = _slope(side, lighten(base, 0.18), darken(base, 0.18))
    for _ in range(2):
        disc = Image.new("L", (side, side))
        x, y = rng.uniform(0, side), rng.uniform(side * 0.5, side)
        ImageDraw.Draw(disc).ellipse(_circle(x, y, side * rng.uniform(0.3, 0.55)), fill=46)
        avatar.paste(lighten(rgb(rng.choice(GLAZES)), 0.3), (0, 0), disc)
    _write(avatar, "".join(_latin(letter) for letter in initials[:2]), side * 0.4, WHITE)
    return avatar.resize((size, size), Image.Resampling.LANCZOS)


def initials_of(name: str) -> str:
    """The first letters of the first two words, in Latin capitals."""
    return "".join(_latin(word[0]) for word in name.split()[:2])


def _latin(letter: str) -> str:
    return LATIN.get(letter.upper(), letter.upper())


def _slope(side: int, top: Color, bottom: Color) -> Image.Image:
    strip = Image.new("RGB", (1, side))
    strip.putdata(ramp((top, bottom), side))
    return strip.resize((side, side))


def _square(middle: float, reach: float, turn: float) -> list[tuple[float, float]]:
    corners = (math.pi / 4 + math.pi / 2 * corner + turn for corner in range(4))
    return [(middle + reach * math.cos(at), middle + reach * math.sin(at)) for at in corners]


def _circle(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return x - radius, y - radius, x + radius, y + radius


def _write(image: Image.Image, text: str, height: float, ink: Color) -> None:
    font = ImageFont.load_default(height)
    stroke = round(height * 0.028)
    at = image.width / 2, image.height / 2
    left, top, right, bottom = ImageDraw.Draw(image).textbbox(
        at, text, font=font, stroke_width=stroke
    )
    corner = 2 * at[0] - (left + right) / 2, 2 * at[1] - (top + bottom) / 2
    ImageDraw.Draw(image).text(
        corner, text, fill=ink, font=font, stroke_width=stroke, stroke_fill=ink
    )
