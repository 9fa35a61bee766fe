"""Who gives a view its scale: people, camels, a stork, boats."""

from backoffice.demo.pictures.canvas import Canvas
from backoffice.demo.pictures.colors import Color, darken, mix
from backoffice.demo.pictures.curves import Point, bezier, spline

COAT: tuple[Point, ...] = (
    (-0.05, 0.81), (-0.12, 0.78), (-0.135, 0.6), (-0.12, 0.3), (0.12, 0.3), (0.135, 0.6),
    (0.12, 0.78), (0.05, 0.81),
)  # fmt: skip

CAMEL: tuple[Point, ...] = (
    (-62, 0), (-58, -40), (-66, -62), (-58, -84), (-44, -92), (-36, -112), (-24, -118), (-14, -98),
    (-4, -92), (6, -114), (18, -120), (28, -98), (40, -84), (52, -78), (62, -96), (68, -122),
    (80, -136), (96, -134), (108, -124), (106, -117), (90, -116), (84, -100), (76, -72), (60, -56),
    (50, -48), (48, -22), (50, 0), (42, 0), (38, -40), (26, -46), (-28, -48), (-40, -38), (-44, -18),
    (-46, 0), (-54, 0), (-52, -24),
)  # fmt: skip


def scarlet(canvas: Canvas) -> Color:
    """The madder red of felt, saddle cloths and skull-cap thread."""
    return mix(canvas.accent, (176, 48, 36), 0.8)


def paint_walker(canvas: Canvas, x: float, foot: float, height: float, cloth: Color) -> None:
    """A person in a long jacket, mid-step, with a shadow to the right."""
    rng = canvas.rng

    def at(px: float, py: float) -> Point:
        return x + px * height, foot - py * height

    shadow = [at(-0.05, 0.0), at(0.12, 0.0), at(1.4, -0.3)]
    canvas.fill(shadow, canvas.shade, alpha=0.32)
    stride = rng.uniform(0.03, 0.09)
    trousers = mix(canvas.shade, cloth, 0.12)
    for side in (-1, 1):
        leg = [at(-0.05 + 0.05 * side, 0.34), at(0.05 + 0.05 * side, 0.34),
               at(side * stride + 0.055, 0.0), at(side * stride - 0.03, 0.0)]  # fmt: skip
        canvas.fill(leg, trousers)
    coat = spline([at(px, py) for px, py in COAT], closed=True, steps=4)
    canvas.fill(coat, mix(cloth, canvas.light, 0.28), cloth, darken(cloth, 0.3), across=True)
    for side in (-1, 1):
        sleeve = bezier(
            [at(0.11 * side, 0.75), at(0.19 * side, 0.6), at(0.13 * side, 0.44)], steps=6
        )
        canvas.line(sleeve, darken(cloth, 0.12 if side < 0 else 0.34), height * 0.065)
    skin = mix((196, 140, 100), canvas.shade, 0.25)
    canvas.disc(*at(0, 0.87), height * 0.07, skin)
    cap = [at(-0.075, 0.885), at(-0.05, 0.955), at(0.05, 0.955), at(0.075, 0.885)]
    canvas.fill(cap, darken(cloth, 0.55))


def paint_camel(canvas: Canvas, x: float, foot: float, size: float) -> None:
    """A Bactrian camel, walking right."""
    coat = mix(canvas.shade, canvas.land, 0.28)
    shadow = [(-60, 0), (50, 0), (210, 26)]
    canvas.fill(_placed(shadow, x, foot, size), canvas.shade, alpha=0.28, blur=2)
    for leg in (-34, 30):
        far = [(leg - 4, -50), (leg + 8, -50), (leg + 12, -3), (leg + 5, -3)]
        canvas.fill(_placed(far, x, foot, size), mix(coat, canvas.shade, 0.6))
    canvas.fill(spline(_placed(CAMEL, x, foot, size), closed=True, steps=5), coat)
    red = scarlet(canvas)
    saddle = _placed([(-18, -101), (10, -101), (14, -62), (-16, -60)], x, foot, size)
    canvas.fill(saddle, red, mix(red, canvas.shade, 0.4))


def paint_stork(canvas: Canvas, x: float, y: float) -> None:
    """A stork on its nest, as once at every reservoir of Bukhara."""
    dark, white = canvas.shade, mix(canvas.light, canvas.haze, 0.2)
    canvas.line([(x, y + 60), (x, y + 130)], dark, 5)
    for straw in range(18):
        lean = straw - 9
        canvas.line([(x + lean * 4.6, y + 44), (x - lean * 3.0 + 8, y + 62)], dark, 3)
    for leg in (-4, 5):
        canvas.line([(x + leg, y + 10), (x + leg, y + 50)], canvas.land, 2.4)
    canvas.disc(x, y, 21, white, squash=0.62)
    canvas.fill([(x - 6, y - 4), (x - 34, y + 14), (x - 6, y + 10)], dark)
    canvas.line(bezier([(x + 14, y - 6), (x + 26, y - 16), (x + 20, y - 40)], steps=8), white, 7)
    canvas.disc(x + 21, y - 42, 7, white)
    beak = [(x + 26, y - 45), (x + 54, y - 36), (x + 26, y - 39)]
    canvas.fill(beak, mix(canvas.land, (220, 60, 30), 0.6))


def paint_sail(canvas: Canvas, x: float, water: float, size: float, sail: Color) -> None:
    """A small yacht, heeling a little."""
    mast, lean = (x, water - size), size * 0.06
    canvas.fill([(x + lean, mast[1]), (x - size * 0.42, water - size * 0.12), (x, water - size * 0.12)],
                mix(sail, canvas.light, 0.5), sail)  # fmt: skip
    canvas.fill([(x + lean, mast[1]), (x + size * 0.34, water - size * 0.12), (x + 3, water - size * 0.12)],
                sail, mix(sail, canvas.shade, 0.3))  # fmt: skip
    hull = [(-0.5, -0.09), (0.46, -0.09), (0.34, 0.03), (-0.36, 0.03)]
    canvas.fill(_placed(hull, x, water, size), mix(canvas.shade, canvas.light, 0.15), canvas.shade)


def paint_paddler(canvas: Canvas, x: float, water: float, size: float) -> None:
    """A person standing on a paddle board."""
    board = spline(
        _placed([(-0.6, 0), (0, 0.05), (0.62, -0.01), (0, -0.04)], x, water, size), closed=True
    )
    canvas.fill(board, mix(canvas.light, scarlet(canvas), 0.25), scarlet(canvas))
    suit = mix(canvas.shade, canvas.accent, 0.25)
    for leg in (-0.06, 0.06):
        path = _placed([(leg * 1.7, -0.01), (leg, -0.22), (0, -0.42)], x, water, size)
        canvas.line(path, suit, size * 0.06)
    torso = _placed([(-0.07, -0.4), (0.07, -0.4), (0.1, -0.68), (-0.06, -0.7)], x, water, size)
    canvas.fill(torso, mix(scarlet(canvas), canvas.light, 0.1))
    skin = mix((196, 140, 100), canvas.shade, 0.2)
    canvas.line(
        _placed([(0.05, -0.66), (0.2, -0.52), (0.26, -0.62)], x, water, size), skin, size * 0.045
    )
    canvas.line(_placed([(0.2, -0.74), (0.36, 0.04)], x, water, size), canvas.shade, size * 0.025)
    canvas.disc(x + size * 0.03, water - size * 0.76, size * 0.055, skin)
    reflection = spline(
        _placed([(-0.5, 0.08), (0, 0.3), (0.5, 0.08), (0, 0.05)], x, water, size), closed=True
    )
    canvas.fill(reflection, suit, alpha=0.3, fade=0)


def _placed(
    outline: list[Point] | tuple[Point, ...], x: float, y: float, size: float
) -> list[Point]:
    return [(x + px * size, y + py * size) for px, py in outline]
