"""Rishtan plates on Margilan ikat, seen from above."""

import math

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import WHITE, Color, darken, lighten, mix
from backoffice.demo.pictures.curves import Point, ring, spline, star


def draw_ceramics(canvas: Canvas, variant: str) -> None:
    """Variants: `plates` (default) or `table` (bread and fruit among the plates)."""
    w, h = canvas.width, canvas.height
    _paint_ikat(canvas)
    spots = [(0.5, 0.52, 330), (0.135, 0.24, 205), (0.865, 0.22, 215), (0.12, 0.84, 235), (0.88, 0.83, 225),
             (0.315, 0.03, 120), (0.69, 0.0, 115), (0.31, 1.0, 118), (0.69, 1.02, 124)]  # fmt: skip
    for index, (x, y, radius) in enumerate(spots):
        if variant == "table" and index in (1, 4):
            paint_bread(canvas, w * x, h * y, radius * 0.95)
        elif variant == "table" and index in (5, 8):
            _paint_pomegranates(canvas, w * x, h * y, radius)
        else:
            paint_plate(canvas, w * x, h * y, radius, index)


def _paint_ikat(canvas: Canvas) -> None:
    """Warp stripes with medallions whose edges bleed along the thread."""
    w, h = canvas.width, canvas.height
    red, cream, blue, gold = (
        canvas.land,
        canvas.sky[0],
        canvas.shade,
        mix(canvas.sky[1], (222, 150, 40), 0.6),
    )
    canvas.rect(0, 0, w, h, cream)
    stripe = w / 8
    for column in range(8):
        ground = (red, gold, blue, mix(canvas.ridge, canvas.accent, 0.3))[column % 4]
        left = column * stripe
        canvas.rect(left, 0, left + stripe, h, ground)
        canvas.rect(left - 5, 0, left + 5, h, cream)
        for row in range(-1, 5):
            y = (row + (0.5 if column % 2 else 0)) * h / 3.6
            ink = (cream, blue, gold, red)[column % 4]
            _paint_medallion(
                canvas, left + stripe / 2, y, stripe * 0.42, h / 8.2, (ink, ground, canvas.accent)
            )
    for thread in range(0, int(w), 3):
        tone = WHITE if canvas.rng.random() < 0.5 else canvas.shade
        canvas.line([(thread, 0), (thread, h)], tone, 1, alpha=0.06)


def _paint_medallion(
    canvas: Canvas, x: float, y: float, half: float, rise: float, inks: tuple[Color, Color, Color]
) -> None:
    for share, ink in ((1.0, inks[0]), (0.74, inks[2]), (0.5, inks[1]), (0.26, inks[0])):
        canvas.fill(_feathered(canvas, x, y, half * share, rise * share), ink)


def _feathered(canvas: Canvas, x: float, y: float, half: float, rise: float) -> list[Point]:
    """A lens with comb-like upper and lower edges, as dye creeps along the warp."""
    rng, teeth = canvas.rng, 16
    upper: list[Point] = []
    for tooth in range(teeth):
        for edge in (0, 1):
            share = (tooth + edge) / teeth * 2 - 1
            lift = rise * (1 - abs(share) ** 1.5)
            if edge == 0:
                ragged = rng.uniform(0, rise * 0.2)
            upper.append((x + share * half, y - lift - ragged * (1 - abs(share))))
    lower = [(px, 2 * y - py + rng.uniform(0, rise * 0.06)) for px, py in reversed(upper)]
    return [*upper, *lower]


def paint_plate(canvas: Canvas, x: float, y: float, radius: float, pattern: int) -> None:
    """A glazed plate; `pattern` picks its border and its rosette."""
    cobalt, turquoise, white = canvas.accent, canvas.ridge, canvas.light
    canvas.disc(
        x + radius * 0.07, y + radius * 0.1, radius * 1.02, canvas.shade, alpha=0.5, blur=14
    )
    canvas.disc(x, y, radius, darken(turquoise, 0.25))
    canvas.disc(x, y, radius * 0.985, mix(white, canvas.haze, 0.2))
    grounds = ((white, cobalt), (turquoise, canvas.shade), (cobalt, white))
    ground, ink = grounds[pattern % 3]
    canvas.disc(x, y, radius * 0.955, ground)
    _paint_rim(canvas, x, y, radius, ink, pattern)
    canvas.disc(x, y, radius * 0.685, cobalt)
    canvas.disc(x, y, radius * 0.67, white)
    canvas.disc(x, y, radius * 0.63, (turquoise, white, canvas.shade)[pattern % 3])
    _paint_rosette(canvas, x, y, radius * 0.62, pattern)
    _paint_glaze(canvas, x, y, radius)


def _paint_rim(canvas: Canvas, x: float, y: float, radius: float, ink: Color, pattern: int) -> None:
    count = 24 if radius > 180 else 18
    red = canvas.land
    for step in range(count):
        turn = math.tau * step / count
        middle = radius * 0.82
        px, py = x + middle * math.cos(turn), y + middle * math.sin(turn)
        if pattern % 2 == 0:
            canvas.fill(_petal(px, py, radius * 0.125, turn, 0.5), ink)
            canvas.fill(_petal(px, py, radius * 0.06, turn, 0.5), canvas.ridge)
        else:
            canvas.fill(star(px, py, radius * 0.075, points=4, inner=0.42), ink)
        half = turn + math.pi / count
        dot = x + middle * math.cos(half), y + middle * math.sin(half)
        canvas.disc(*dot, radius * 0.018, red if pattern % 2 == 0 else canvas.light)
    for share in (0.945, 0.705):
        path = ring(x, y, radius * share)
        canvas.line([*path, path[0]], ink, radius * 0.012)


def _paint_rosette(canvas: Canvas, x: float, y: float, radius: float, pattern: int) -> None:
    cobalt, turquoise, white, red = canvas.accent, canvas.ridge, canvas.light, canvas.land
    petals = (8, 12, 10)[pattern % 3]
    deep = (canvas.shade, cobalt, white)[pattern % 3]
    for step in range(petals):
        turn = math.tau * step / petals
        _paint_spray(
            canvas,
            x,
            y,
            radius,
            turn + math.pi / petals,
            (white, turquoise, turquoise)[pattern % 3],
        )
        for reach, size, ink in ((0.55, 0.34, deep), (0.53, 0.24, (white, turquoise, cobalt)[pattern % 3]),
                                 (0.5, 0.12, red)):  # fmt: skip
            px, py = x + radius * reach * math.cos(turn), y + radius * reach * math.sin(turn)
            canvas.fill(_petal(px, py, radius * size, turn, 0.42), ink)
    canvas.fill(star(x, y, radius * 0.3, points=petals, inner=0.7), white)
    canvas.fill(star(x, y, radius * 0.25, points=petals, inner=0.7), cobalt)
    canvas.fill(star(x, y, radius * 0.15, points=8, inner=0.6), turquoise)
    canvas.disc(x, y, radius * 0.06, red)


def _paint_spray(
    canvas: Canvas, x: float, y: float, radius: float, turn: float, ink: Color
) -> None:
    """A thin stem with leaves between two petals."""
    reach = [
        (x + radius * share * math.cos(turn), y + radius * share * math.sin(turn))
        for share in (0.3, 0.92)
    ]
    canvas.line(reach, ink, radius * 0.016)
    for share in (0.62, 0.78, 0.92):
        px, py = x + radius * share * math.cos(turn), y + radius * share * math.sin(turn)
        for side in (-1, 1):
            lean = turn + side * 0.75
            leaf = px + radius * 0.06 * math.cos(lean), py + radius * 0.06 * math.sin(lean)
            canvas.fill(_petal(*leaf, radius * 0.07, lean, 0.45), ink)


def _paint_glaze(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """The well's soft edge and a window's reflection."""
    inner = ring(x, y, radius * 0.68)
    canvas.line([*inner, inner[0]], canvas.shade, radius * 0.02, alpha=0.22)
    arc = [
        (x + radius * 0.9 * math.cos(turn / 20), y + radius * 0.9 * math.sin(turn / 20))
        for turn in range(66, 92)
    ]
    canvas.line(arc, WHITE, radius * 0.03, alpha=0.35)
    canvas.fill(
        [*ring(x - radius * 0.22, y - radius * 0.3, radius * 0.32, squash=0.6)],
        WHITE,
        alpha=0.14,
        blur=14,
    )
    canvas.disc(
        x + radius * 0.25, y + radius * 0.3, radius * 0.42, canvas.shade, alpha=0.14, blur=18
    )


def _petal(x: float, y: float, length: float, turn: float, width: float) -> list[Point]:
    knots = [
        (-1.0, 0.0),
        (-0.2, width),
        (0.55, width * 0.62),
        (1.0, 0.0),
        (0.55, -width * 0.62),
        (-0.2, -width),
    ]
    along, over = math.cos(turn) * length, math.sin(turn) * length
    return spline(
        [(x + px * along - py * over, y + px * over + py * along) for px, py in knots],
        closed=True,
        steps=4,
    )


def paint_bread(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """A round of non, stamped in the middle and seeded."""
    rng = canvas.rng
    crust, crumb = (196, 122, 52), (238, 196, 122)
    canvas.disc(x + radius * 0.07, y + radius * 0.1, radius, canvas.shade, alpha=0.5, blur=14)
    for step in range(32):
        share = step / 31
        canvas.disc(x - radius * 0.02 * share, y - radius * 0.03 * share, radius * (1 - 0.34 * share),
                    mix(crust, lighten(crumb, 0.1), math.sin(share * math.pi * 0.62)))  # fmt: skip
    canvas.weather(ring(x, y, radius), cell=(70, 70), strength=0.3)
    canvas.disc(x, y, radius * 0.56, darken(crust, 0.12), alpha=0.55, blur=5)
    canvas.disc(x, y, radius * 0.52, mix(crust, crumb, 0.55))
    for circle, count in ((0.46, 26), (0.34, 18), (0.22, 12), (0.1, 6)):
        for step in range(count):
            turn = math.tau * step / count
            spot = x + radius * circle * math.cos(turn), y + radius * circle * math.sin(turn)
            canvas.disc(*spot, radius * 0.014, darken(crust, 0.45))
    for _ in range(110):
        turn, reach = rng.uniform(0, math.tau), rng.uniform(0.1, 0.9)
        spot = x + radius * reach * math.cos(turn), y + radius * reach * math.sin(turn)
        canvas.disc(*spot, radius * 0.012, rng.choice(((250, 232, 190), (58, 40, 34))), squash=0.7)


def _paint_pomegranates(canvas: Canvas, x: float, y: float, radius: float) -> None:
    for dx, dy, size in ((-0.5, 0.1, 0.62), (0.52, -0.06, 0.58), (0.05, 0.6, 0.5)):
        px, py, r = x + dx * radius, y + dy * radius, size * radius
        canvas.disc(px + r * 0.12, py + r * 0.18, r, canvas.shade, alpha=0.5, blur=10)
        for step in range(28):
            share = step / 27
            tone = mix((120, 20, 34), (226, 74, 66), share)
            canvas.disc(px - r * 0.26 * share, py - r * 0.28 * share, r * (1 - 0.72 * share), tone)
        canvas.fill(star(px + r * 0.1, py + r * 0.05, r * 0.26, points=6, inner=0.5), (110, 30, 30))
        canvas.disc(px + r * 0.1, py + r * 0.05, r * 0.1, (230, 170, 90))
