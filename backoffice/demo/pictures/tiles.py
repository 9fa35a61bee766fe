"""Glazed ornament: girih stars, diamonds, inscription bands and borders."""

import math

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import Color, darken, lighten, mix
from backoffice.demo.pictures.curves import Point, star

type Frame = tuple[float, float, float, float]


def glaze(canvas: Canvas) -> tuple[Color, Color, Color]:
    """The tiler's three colours: cobalt, turquoise and a warm white."""
    cobalt = mix(darken(canvas.accent, 0.45), (18, 40, 120), 0.55)
    return cobalt, canvas.accent, mix(canvas.light, (255, 255, 255), 0.35)


def paint_girih(canvas: Canvas, frame: Frame, cell: float, *, ground: Color, ink: Color) -> None:
    """Eight-pointed stars and the crosses between them."""
    left, top, right, bottom = frame
    canvas.rect(left, top, right, bottom, ground)
    columns, rows = max(1, round((right - left) / cell)), max(1, round((bottom - top) / cell))
    step_x, step_y = (right - left) / columns, (bottom - top) / rows
    pale = mix(ink, ground, 0.35)
    for row in range(rows):
        for column in range(columns):
            x, y = left + (column + 0.5) * step_x, top + (row + 0.5) * step_y
            canvas.fill(star(x, y, min(step_x, step_y) * 0.46, inner=0.74), ink)
            canvas.fill(star(x, y, min(step_x, step_y) * 0.24, inner=0.62), ground)
            if column < columns - 1 and row < rows - 1:
                knot = star(x + step_x / 2, y + step_y / 2, cell * 0.2, points=4, inner=0.5)
                canvas.fill(knot, pale)


def paint_diamonds(canvas: Canvas, frame: Frame, cell: float, *colors: Color) -> None:
    """A net of diamonds, colours alternating by row."""
    left, top, right, bottom = frame
    rows = max(1, round((bottom - top) / cell))
    columns = max(1, round((right - left) / cell))
    high, wide = (bottom - top) / rows, (right - left) / columns
    for row in range(rows):
        for column in range(columns):
            x, y = left + (column + 0.5) * wide, top + (row + 0.5) * high
            color = colors[(row + column) % len(colors)]
            canvas.fill(_diamond(x, y, wide * 0.46, high * 0.46), color)


def _diamond(x: float, y: float, half: float, rise: float) -> list[Point]:
    return [(x, y - rise), (x + half, y), (x, y + rise), (x - half, y)]


def paint_inscription(canvas: Canvas, frame: Frame, *, ground: Color, ink: Color) -> None:
    """A band of tall letters, as kufic verses are seen from across the square."""
    left, top, right, bottom = frame
    canvas.rect(left, top, right, bottom, ground)
    rng, height = canvas.rng, bottom - top
    line = bottom - height * 0.26
    canvas.line([(left + 3, line), (right - 3, line)], ink, height * 0.07)
    x = left + height * 0.3
    while x < right - height * 0.3:
        tall = height * rng.choice((0.3, 0.5, 0.5, 0.62))
        canvas.line([(x, line), (x, line - tall)], ink, height * 0.07)
        if rng.random() < 0.35:
            canvas.disc(x + height * 0.14, line - height * 0.1, height * 0.11, ink)
        x += height * rng.uniform(0.16, 0.34)
    for y in (top + height * 0.07, bottom - height * 0.07):
        canvas.line([(left, y), (right, y)], lighten(ground, 0.35), height * 0.04)


def paint_turned_band(
    canvas: Canvas, x: float, y: float, radius: float, height: float, *colors: Color
) -> None:
    """A row of diamonds round a tower, narrowing towards its edges."""
    count = 12
    for step in range(count):
        middle = math.pi * ((step + 0.5) / count - 0.5)
        half = math.pi / count / 2 * math.cos(middle) * radius * 0.92
        px = x + radius * math.sin(middle)
        canvas.fill(_diamond(px, y, half, height / 2), colors[step % len(colors)])


def paint_border(canvas: Canvas, frame: Frame, width: float, *, ground: Color, ink: Color) -> None:
    """A tiled strip up the left side, over the top and down the right side of a portal."""
    left, top, right, bottom = frame
    for strip in (
        (left, top, left + width, bottom),
        (right - width, top, right, bottom),
        (left, top, right, top + width),
    ):
        canvas.rect(*strip, ground)
        inset = width * 0.16
        inner = strip[0] + inset, strip[1] + inset, strip[2] - inset, strip[3] - inset
        paint_diamonds(canvas, inner, width * 0.68, ink, mix(ink, ground, 0.45))
