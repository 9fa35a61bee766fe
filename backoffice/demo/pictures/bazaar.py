"""A bazaar under its blue dome: awnings, pyramids of fruit, sacks of spice."""

import math

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import WHITE, Color, darken, lighten, mix
from backoffice.demo.pictures.curves import Point, bezier, spline
from backoffice.demo.pictures.figures import paint_walker, scarlet
from backoffice.demo.pictures.monuments import brick, paint_minaret, paint_niche, turned
from backoffice.demo.pictures.skies import paint_birds, paint_clouds, paint_sky, paint_sun
from backoffice.demo.pictures.terrain import paint_crown
from backoffice.demo.pictures.tiles import glaze, paint_diamonds, paint_girih

FRUITS: tuple[Color, ...] = (
    (232, 124, 36), (196, 44, 48), (242, 196, 62), (124, 160, 62), (214, 84, 60), (238, 160, 70),
)  # fmt: skip
SPICES: tuple[Color, ...] = (
    (214, 96, 26), (168, 40, 30), (226, 172, 44), (120, 84, 48), (96, 112, 52), (236, 208, 150),
)  # fmt: skip


def draw_bazaar(canvas: Canvas, variant: str) -> None:
    """One view; the variant is unused."""
    w, h = canvas.width, canvas.height
    paint_sky(canvas, h * 0.66)
    paint_sun(canvas, w * 0.16, h * 0.2, 44)
    paint_clouds(canvas, h * 0.05, h * 0.45, cover=0.42)
    paint_birds(canvas, w * 0.8, h * 0.16, count=9)
    _paint_hall(canvas, w * 0.5, h * 0.6)
    _paint_back_row(canvas, h * 0.66)
    _paint_square(canvas, h * 0.66)
    _paint_bunting(canvas)
    _paint_stall(canvas, -40, w * 0.36, h * 0.92, 0)
    _paint_stall(canvas, w * 0.64, w + 40, h * 0.92, 3)
    _paint_sacks(canvas, h * 0.97)


def _paint_hall(canvas: Canvas, x: float, foot: float) -> None:
    """The great shallow dome, ribbed and starred, on a ring of arches."""
    w, h = canvas.width, canvas.height
    radius, rise = w * 0.3, h * 0.33
    clay = mix(brick(canvas), WHITE, 0.25)
    paint_minaret(canvas, w * 0.1, foot + 70, 66, h * 0.46)
    paint_minaret(canvas, w * 0.93, foot + 70, 58, h * 0.4)
    base = foot - h * 0.1
    canvas.rect(
        x - radius * 1.02, base, x + radius * 1.02, foot + 80, *turned(canvas, clay), across=True
    )
    for arch in range(-9, 10):
        lean = math.sin(arch / 10 * math.pi / 2)
        half = radius * 0.05 * math.sqrt(1 - lean * lean) + 3
        paint_niche(canvas, x + lean * radius, foot + 40, half, h * 0.1)
    profile = _shallow(x, base, radius, rise)
    canvas.fill(profile, *turned(canvas, canvas.accent), across=True)
    with canvas.clip(profile):
        _paint_dome_net(canvas, x, base, radius, rise)
        canvas.rect(x, base - rise, x + radius, base, canvas.shade, alpha=0, fade=0.5, across=True)
    cobalt, _, white = glaze(canvas)
    rim = x - radius * 1.04, base - 8, x + radius * 1.04, base + 24
    canvas.rect(*rim, cobalt)
    paint_diamonds(canvas, rim, 26, white, canvas.accent)
    canvas.rect(
        x - 30, base - rise - 34, x + 30, base - rise + 8, *turned(canvas, clay), across=True
    )
    canvas.fill(_shallow(x, base - rise - 30, 36, 44), *turned(canvas, canvas.accent), across=True)
    canvas.rect(0, base, w, foot + 80, canvas.haze, alpha=0, fade=0.5)


def _shallow(x: float, foot: float, radius: float, rise: float) -> list[Point]:
    left = bezier(
        [
            (x - radius, foot),
            (x - radius * 0.96, foot - rise * 0.72),
            (x - radius * 0.4, foot - rise),
            (x, foot - rise),
        ]
    )
    return [*left, *((2 * x - px, py) for px, py in reversed(left[:-1]))]


def _paint_dome_net(canvas: Canvas, x: float, base: float, radius: float, rise: float) -> None:
    """Rows of tiles that narrow towards the edges and the crown."""
    cobalt, turquoise, white = glaze(canvas)
    rows = 9
    for row in range(rows):
        share = (row + 0.5) / rows
        y = base - rise * math.sin(share * math.pi / 2) * 0.98
        reach = radius * math.cos(share * math.pi / 2) ** 0.75
        high = rise * math.cos(share * math.pi / 2) / rows * 0.8 + 5
        for column in range(-12, 13):
            lean = math.sin((column + (0.5 if row % 2 else 0)) / 13 * math.pi / 2)
            half = reach * 0.058 * math.sqrt(max(0.02, 1 - lean * lean)) + 1.5
            px = x + lean * reach
            ink = (white, cobalt, mix(turquoise, white, 0.55))[row % 3]
            canvas.fill(
                [(px, y - high), (px + half, y), (px, y + high), (px - half, y)], ink, alpha=0.85
            )


def _paint_back_row(canvas: Canvas, foot: float) -> None:
    rng, w, h = canvas.rng, canvas.width, canvas.height
    leaf = canvas.distance(mix(canvas.shade, (52, 110, 64), 0.6), 0.2)
    for x in (0.03, 0.2, 0.8, 0.99):
        paint_crown(canvas, w * x, foot, rng.uniform(150, 220), leaf)
    x = -30.0
    while x < w:
        width = rng.uniform(130, 190)
        top = foot - h * rng.uniform(0.09, 0.115)
        shade = mix(canvas.shade, canvas.land, 0.25)
        canvas.rect(x + 6, top + 20, x + width - 6, foot, canvas.distance(shade, 0.1))
        for crate in range(5):
            fruit = canvas.distance(rng.choice(FRUITS), 0.2)
            _paint_heap(canvas, x + 22 + crate * (width - 40) / 5, foot - 12, 15, fruit, rows=2)
        _paint_awning(
            canvas, x, x + width, top, 38, canvas.distance(_cloth(canvas, round(x)), 0.2), 7
        )
        x += width + 6


def _cloth(canvas: Canvas, pick: int) -> Color:
    return (scarlet(canvas), canvas.accent, canvas.land, darken(canvas.accent, 0.35))[pick % 4]


def _paint_awning(
    canvas: Canvas, left: float, right: float, top: float, drop: float, cloth: Color, gores: int
) -> None:
    """Striped canvas with a scalloped hem."""
    pale = mix(canvas.light, WHITE, 0.3)
    step = (right - left) / gores
    inset = (right - left) * 0.05
    for gore in range(gores):
        tone = cloth if gore % 2 == 0 else pale
        x0, x1 = left + gore * step, left + (gore + 1) * step
        u0 = left + inset + gore * (right - left - 2 * inset) / gores
        u1 = left + inset + (gore + 1) * (right - left - 2 * inset) / gores
        canvas.fill(
            [(u0, top), (u1, top), (x1, top + drop), (x0, top + drop)], lighten(tone, 0.12), tone
        )
        hem = bezier(
            [(x0, top + drop), (x0, top + drop * 1.5), (x1, top + drop * 1.5), (x1, top + drop)],
            steps=10,
        )
        canvas.fill(hem, mix(tone, canvas.shade, 0.22))


def _paint_heap(
    canvas: Canvas, x: float, foot: float, size: float, fruit: Color, *, rows: int
) -> None:
    """A pyramid of fruit."""
    for row in range(rows):
        count = rows - row + 1
        y = foot - size * 0.5 - row * size * 0.8
        for index in range(count):
            px = x + (index - (count - 1) / 2) * size
            tone = mix(fruit, canvas.shade, 0.12 * ((index * 7 + row * 3) % 3))
            canvas.disc(px, y, size * 0.54, mix(tone, canvas.shade, 0.3))
            canvas.disc(px - size * 0.05, y - size * 0.05, size * 0.46, tone)
            canvas.disc(
                px - size * 0.17, y - size * 0.19, size * 0.13, lighten(tone, 0.5), alpha=0.8
            )


def _paint_square(canvas: Canvas, top: float) -> None:
    w, h, rng = canvas.width, canvas.height, canvas.rng
    stone = mix(brick(canvas), canvas.haze, 0.3)
    paving = [(0, top), (w, top), (w, h), (0, h)]
    canvas.fill(paving, stone, mix(stone, canvas.shade, 0.4))
    for column in range(-16, 17):
        canvas.line(
            [(w / 2 + column * 60, top), (w / 2 + column * 200, h)], canvas.shade, 1.4, alpha=0.12
        )
    for step in range(1, 8):
        y = top + (h - top) * (step / 8) ** 1.6
        canvas.line([(0, y), (w, y)], canvas.shade, 1.4, alpha=0.12)
    for depth in sorted(rng.uniform(0.0, 0.62) for _ in range(16)):
        x, size = w * rng.gauss(0.5, 0.11 + 0.05 * depth), 62 + 110 * depth
        tint = rng.choice(
            (scarlet(canvas), canvas.accent, canvas.land, canvas.sky[0], (92, 122, 72))
        )
        paint_walker(canvas, x, top + 16 + (h - top) * depth, size, mix(tint, canvas.shade, 0.22))


def _paint_bunting(canvas: Canvas) -> None:
    w, h = canvas.width, canvas.height
    for start, end, sag in (
        ((0, h * 0.2), (w * 0.5, h * 0.1), 0.16),
        ((w * 0.5, h * 0.1), (w, h * 0.24), 0.15),
    ):
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + h * sag)
        cord = bezier([start, middle, end], steps=26)
        canvas.line(cord, canvas.shade, 2, alpha=0.7)
        for index in range(1, 26, 2):
            (x0, y0), (x1, y1) = cord[index], cord[index + 1]
            flag = [(x0, y0), (x1, y1), ((x0 + x1) / 2 + 2, (y0 + y1) / 2 + 34)]
            tone = (scarlet(canvas), mix(canvas.light, WHITE, 0.4), canvas.accent, canvas.land)[
                index // 2 % 4
            ]
            canvas.fill(flag, tone)


def _paint_stall(canvas: Canvas, left: float, right: float, foot: float, pick: int) -> None:
    """A near stall: posts, awning, counter and its fruit."""
    h = canvas.height
    wood = mix(canvas.shade, canvas.land, 0.3)
    top, counter = foot - h * 0.42, foot - h * 0.12
    shade = mix(canvas.shade, canvas.land, 0.12)
    canvas.rect(left + 14, top + 50, right - 14, counter, shade, alpha=0.5)
    for x in (left + 18, right - 26):
        canvas.rect(x, top, x + 12, foot, lighten(wood, 0.1), darken(wood, 0.3), across=True)
    melon = (150, 168, 74)
    for index in range(5):
        x = left + 90 + index * (right - left - 180) / 4
        _paint_heap(canvas, x, counter + 4, 46, FRUITS[(index + pick) % len(FRUITS)], rows=3)
    canvas.rect(left, counter, right, foot + 60, mix(wood, canvas.land, 0.3), darken(wood, 0.2))
    cobalt, _, white = glaze(canvas)
    frieze = left, counter, right, counter + h * 0.03
    paint_diamonds(canvas, frieze, h * 0.03, white, canvas.accent, scarlet(canvas))
    panel = left, counter + h * 0.045, right, counter + h * 0.1
    paint_girih(
        canvas,
        panel,
        h * 0.05,
        ground=mix(cobalt, canvas.shade, 0.3),
        ink=mix(canvas.accent, white, 0.35),
    )
    for index in range(6):
        _paint_melon(canvas, left + 40 + index * 96, foot + 28, 52, melon)
    _paint_awning(canvas, left - 24, right + 24, top, h * 0.1, _cloth(canvas, pick), 9)


def _paint_melon(canvas: Canvas, x: float, y: float, size: float, rind: Color) -> None:
    canvas.disc(x, y, size, mix(rind, canvas.shade, 0.4), squash=0.7)
    canvas.disc(x - 4, y - 4, size * 0.92, rind, squash=0.7)
    for stripe in range(-3, 4):
        bulge = stripe / 3.4 * size
        path = bezier(
            [(x - 4, y - size * 0.66), (x - 4 + bulge * 1.4, y - 4), (x - 4, y + size * 0.58)],
            steps=10,
        )
        canvas.line(path, mix(rind, (240, 226, 150), 0.55), 3, alpha=0.7)


def _paint_sacks(canvas: Canvas, foot: float) -> None:
    """Open sacks of spice in front, heaped to a cone."""
    w = canvas.width
    jute = mix((198, 164, 112), canvas.shade, 0.15)
    for index, spice in enumerate(SPICES):
        x, y, r = w * (0.36 + 0.056 * index), foot + (index % 2) * 22, 56
        body = spline([(x - r, y - r * 0.5), (x - r * 1.12, y + r * 0.3), (x - r * 0.9, y + r), (x + r * 0.9, y + r),
                       (x + r * 1.12, y + r * 0.3), (x + r, y - r * 0.5)])  # fmt: skip
        canvas.fill(body, *turned(canvas, jute), across=True)
        canvas.disc(x, y - r * 0.5, r * 1.04, lighten(jute, 0.18), squash=0.34)
        canvas.disc(x, y - r * 0.5, r * 0.9, darken(spice, 0.3), squash=0.32)
        cone = [
            (x - r * 0.84, y - r * 0.46),
            (x - r * 0.1, y - r * 1.32),
            (x + r * 0.84, y - r * 0.46),
            (x, y - r * 0.22),
        ]
        canvas.fill(cone, lighten(spice, 0.3), spice, darken(spice, 0.3), across=True)
        canvas.weather(cone, cell=(14, 14), strength=0.4)
