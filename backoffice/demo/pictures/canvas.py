"""The sheet a poster is drawn on: oversampled, gradient-filled, grained at the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from backoffice.demo.pictures.colors import BLACK, WHITE, Color, mix, ramp, rgb
from backoffice.demo.pictures.curves import Point, ring
from backoffice.demo.scene import Palette

POSTER_WIDTH = 1600
OVERSAMPLING = 2

type Box = tuple[int, int, int, int]


class Canvas:
    """Shapes are given in poster units: 1600 across, whatever the picture's size in pixels."""

    def __init__(self, size: tuple[int, int], seed: int, palette: Palette) -> None:
        self.size = size
        self.rng = Random(seed)
        self.scale = OVERSAMPLING * size[0] / POSTER_WIDTH
        self.width = float(POSTER_WIDTH)
        self.height = POSTER_WIDTH * size[1] / size[0]
        self.image = Image.new("RGB", (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING))
        self.sky = [rgb(code) for code in palette.sky]
        self.sun = rgb(palette.sun)
        self.haze = rgb(palette.haze)
        self.ridge = rgb(palette.ridge)
        self.land = rgb(palette.land)
        self.shade = rgb(palette.shade)
        self.accent = rgb(palette.accent)
        self.light = rgb(palette.light)
        self.stars = palette.stars

    def fill(
        self,
        outline: Sequence[Point],
        *stops: Color,
        alpha: float = 1.0,
        fade: float | None = None,
        blur: float = 0.0,
        across: bool = False,
    ) -> None:
        """Fill an outline with a gradient from top to bottom, or from left to right (`across`).

        `alpha` is the opacity at the gradient's start and `fade`, when given, at its end.
        """
        points = self._pixels(outline)
        if len(stops) == 1 and alpha >= 1 and fade is None and not blur:
            ImageDraw.Draw(self.image).polygon(points, fill=stops[0])
            return
        extent = _extent(points)
        box = self._visible(extent, margin=round(blur * self.scale * 3))
        if box is None:
            return
        mask = self._mask(points, box, blur)
        if alpha < 1 or fade is not None:
            veil = (round(alpha * 255), round((alpha if fade is None else fade) * 255))
            levels: list[Color] = [(level, level, level) for level in veil]
            shade = _gradient(levels, extent, box, across=across).convert("L")
            mask = ImageChops.multiply(mask, shade)
        self.image.paste(_gradient(stops, extent, box, across=across), box, mask)

    def rect(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        *stops: Color,
        alpha: float = 1.0,
        fade: float | None = None,
        across: bool = False,
    ) -> None:
        """Fill a rectangle."""
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        self.fill(corners, *stops, alpha=alpha, fade=fade, across=across)

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        *stops: Color,
        alpha: float = 1.0,
        blur: float = 0.0,
        squash: float = 1.0,
    ) -> None:
        """Fill a circle, or an ellipse `squash` times as high as it is wide."""
        self.fill(ring(x, y, radius, squash=squash), *stops, alpha=alpha, blur=blur)

    def line(
        self, path: Sequence[Point], color: Color, width: float, *, alpha: float = 1.0
    ) -> None:
        """Stroke a path."""
        points = self._pixels(path)
        pen = max(1, round(width * self.scale))
        if alpha >= 1:
            ImageDraw.Draw(self.image).line(points, fill=color, width=pen, joint="curve")
            return
        box = self._visible(_extent(points), margin=pen)
        if box is None:
            return
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        shifted = [(x - box[0], y - box[1]) for x, y in points]
        ImageDraw.Draw(mask).line(shifted, fill=round(alpha * 255), width=pen, joint="curve")
        self.image.paste(color, box, mask)

    def glow(self, x: float, y: float, radius: float, color: Color, *, strength: float) -> None:
        """Light that falls off from a point."""
        reach = round(radius * self.scale)
        left, top = round(x * self.scale) - reach, round(y * self.scale) - reach
        falloff = ImageChops.invert(Image.radial_gradient("L"))
        curve = [round(255 * strength * max(0.0, (v - 72) / 183) ** 2.0) for v in range(256)]
        halo = falloff.point(curve).resize((2 * reach, 2 * reach), Image.Resampling.BICUBIC)
        self.image.paste(color, (left, top), halo)

    @contextmanager
    def clip(self, outline: Sequence[Point]) -> Iterator[None]:
        """Keep only what is drawn inside the outline."""
        points = self._pixels(outline)
        box = self._visible(_extent(points))
        before = self.image.copy()
        yield
        if box is not None:
            mask = self._mask(points, box, 0)
            before.paste(self.image.crop(box), box, mask)
        self.image = before

    def weather(
        self,
        outline: Sequence[Point],
        *,
        cell: tuple[float, float],
        strength: float,
        octaves: int = 3,
    ) -> None:
        """Give a surface the unevenness of stone, sand or cloud; `cell` is one patch's size."""
        points = self._pixels(outline)
        box = self._visible(_extent(points))
        if box is None:
            return
        size = box[2] - box[0], box[3] - box[1]
        noise = self.noise(size, cell, octaves)
        flat = round((1 - strength) * 128)
        noise = noise.point([min(255, round(flat + v * strength)) for v in range(256)])
        patch = self.image.crop(box)
        textured = ImageChops.overlay(patch, Image.merge("RGB", (noise, noise, noise)))
        self.image.paste(textured, box, self._mask(points, box, 0))

    def noise(
        self, size: tuple[int, int], cell: tuple[float, float], octaves: int = 3
    ) -> Image.Image:
        """Smooth noise around 128, each octave twice as fine and a little weaker."""
        total = Image.new("L", size, 128)
        for octave in range(octaves):
            grain = self.scale / 2**octave
            columns = max(2, round(size[0] / max(1.0, cell[0] * grain)))
            rows = max(2, round(size[1] / max(1.0, cell[1] * grain)))
            coarse = Image.frombytes("L", (columns, rows), self.rng.randbytes(columns * rows))
            fine = coarse.resize(size, Image.Resampling.BICUBIC)
            total = fine if octave == 0 else Image.blend(total, fine, 0.4)
        return total

    def finish(self, *, grain: float = 0.07, vignette: float = 0.22) -> Image.Image:
        """The picture at its own size, with paper grain and darker corners."""
        picture = self.image.resize(self.size, Image.Resampling.LANCZOS)
        speckle = Image.frombytes("L", self.size, self.rng.randbytes(self.size[0] * self.size[1]))
        speckle = speckle.filter(ImageFilter.GaussianBlur(0.6))
        flat = Image.new("L", self.size, 128)
        speckle = Image.blend(flat, speckle, grain * 2)
        picture = ImageChops.overlay(picture, Image.merge("RGB", (speckle,) * 3))
        edge = Image.radial_gradient("L").resize(self.size, Image.Resampling.BICUBIC)
        edge = edge.point(
            [round(255 * vignette * max(0.0, (v - 110) / 145) ** 2) for v in range(256)]
        )
        picture.paste(mix(self.shade, BLACK, 0.4), (0, 0), edge)
        return picture

    def lift(self, color: Color, share: float) -> Color:
        """The colour in this hour's light."""
        return mix(color, mix(self.light, WHITE, 0.2), share)

    def distance(self, color: Color, share: float) -> Color:
        """The colour seen through air: at 1 only haze is left."""
        return mix(color, self.haze, share)

    def _pixels(self, outline: Sequence[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in outline]

    def _visible(self, extent: Box, *, margin: int = 0) -> Box | None:
        left, top = max(0, extent[0] - margin), max(0, extent[1] - margin)
        right = min(self.image.width, extent[2] + margin)
        bottom = min(self.image.height, extent[3] + margin)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _mask(self, points: Sequence[Point], box: Box, blur: float) -> Image.Image:
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        shifted = [(x - box[0], y - box[1]) for x, y in points]
        ImageDraw.Draw(mask).polygon(shifted, fill=255)
        return mask.filter(ImageFilter.GaussianBlur(blur * self.scale)) if blur else mask


def _extent(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return int(min(xs)), int(min(ys)), int(max(xs)) + 1, int(max(ys)) + 1


def _gradient(stops: Sequence[Color], extent: Box, box: Box, *, across: bool) -> Image.Image:
    size = box[2] - box[0], box[3] - box[1]
    if len(stops) == 1:
        return Image.new("RGB", size, stops[0])
    first, last = (0, 2) if across else (1, 3)
    colors = ramp(stops, max(2, extent[last] - extent[first]))
    start = max(0, box[first] - extent[first])
    span = colors[start : start + box[last] - box[first]]
    span += [stops[-1]] * (box[last] - box[first] - len(span))
    span = [stops[0]] * max(0, extent[first] - box[first]) + span
    span = span[: box[last] - box[first]]
    strip = Image.new("RGB", (len(span), 1) if across else (1, len(span)))
    strip.putdata(span)
    return strip.resize(size, Image.Resampling.NEAREST)
