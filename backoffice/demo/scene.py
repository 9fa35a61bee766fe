"""What a tour's picture shows: a recipe and the light it is seen in."""

from dataclasses import dataclass
from enum import StrEnum


class Recipe(StrEnum):
    """The picture to draw; each has a module of that name in `pictures`."""

    MOUNTAINS = "mountains"
    DESERT = "desert"
    MADRASA = "madrasa"
    LAKE = "lake"
    WALLS = "walls"
    OLD_TOWN = "old_town"
    CANYON = "canyon"
    WATERFALL = "waterfall"
    SHIPS = "ships"
    CERAMICS = "ceramics"
    BAZAAR = "bazaar"


@dataclass(frozen=True, slots=True)
class Palette:
    """One hour of light. Colours are `#rrggbb`; `sky` runs from the zenith to the horizon."""

    sky: tuple[str, ...]
    sun: str
    haze: str
    ridge: str
    land: str
    shade: str
    accent: str
    light: str
    stars: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture to draw; `variant` chooses a recipe's season, trees or ruin."""

    recipe: Recipe
    palette: Palette
    variant: str = ""


MORNING = Palette(
    sky=("#2c79a5", "#79b6c8", "#f4dfb6"),
    sun="#fff4d2",
    haze="#ecdcc0",
    ridge="#8fa9a8",
    land="#dcae6e",
    shade="#54382f",
    accent="#1592a5",
    light="#f8e6bf",
)
SUNSET = Palette(
    sky=("#2a2452", "#7a3f74", "#e2705c", "#f9c988"),
    sun="#ffe6b0",
    haze="#f2ab7d",
    ridge="#8b4c6c",
    land="#c56a42",
    shade="#291a33",
    accent="#2ba8a2",
    light="#ffdca6",
)
DUSK = Palette(
    sky=("#131a40", "#2e3d75", "#875c8b", "#f1a880"),
    sun="#fff0cf",
    haze="#b9849b",
    ridge="#594b7f",
    land="#b87a52",
    shade="#1c1530",
    accent="#2eb5b0",
    light="#ffcb8e",
    stars=240,
)
NIGHT = Palette(
    sky=("#060a20", "#13214b", "#2d4a7b", "#7f8fae"),
    sun="#f6f1dc",
    haze="#62789b",
    ridge="#2f4570",
    land="#6f6a6b",
    shade="#0a1024",
    accent="#3fa7b5",
    light="#ffd391",
    stars=700,
)
SPRING = Palette(
    sky=("#3a8cbf", "#98cede", "#f8edd2"),
    sun="#fffbe8",
    haze="#d3e2dd",
    ridge="#6c96a8",
    land="#74a95c",
    shade="#1e3d34",
    accent="#e5552f",
    light="#fff7e2",
)
JUNIPER = Palette(
    sky=("#33506f", "#8aa7b0", "#f7d8a9"),
    sun="#fff0cf",
    haze="#dfccb0",
    ridge="#5d7c88",
    land="#4e755a",
    shade="#13282a",
    accent="#d98e4a",
    light="#fde9c6",
)
WINTER = Palette(
    sky=("#3f74aa", "#a9cfe6", "#f8eee4"),
    sun="#fffaf0",
    haze="#dce6ee",
    ridge="#7f9cbb",
    land="#e6eef5",
    shade="#1f3450",
    accent="#d9483b",
    light="#ffffff",
)
TURQUOISE = Palette(
    sky=("#2583b8", "#88cadd", "#fcecca"),
    sun="#fffbe6",
    haze="#cfe4e0",
    ridge="#6991a3",
    land="#b98b5c",
    shade="#153d46",
    accent="#12a3a8",
    light="#fff5da",
)
OCHRE = Palette(
    sky=("#4690b4", "#a6d1d3", "#fce8c1"),
    sun="#fff6d8",
    haze="#f3cda2",
    ridge="#d68f63",
    land="#bb5531",
    shade="#471d1c",
    accent="#35978f",
    light="#ffdcaa",
)
MOSS = Palette(
    sky=("#6bb0b6", "#cde7d6", "#f9f6dc"),
    sun="#fffff0",
    haze="#d9ecdf",
    ridge="#7eaa90",
    land="#4f8255",
    shade="#112f2b",
    accent="#8fd6d6",
    light="#f7fff6",
)
RUST = Palette(
    sky=("#1b2d44", "#4c7a8b", "#dcb78c", "#f9e0ad"),
    sun="#fff3cf",
    haze="#ecd0a3",
    ridge="#9a8f86",
    land="#dcc29b",
    shade="#2c1c19",
    accent="#a8492a",
    light="#ffe3b3",
    stars=60,
)
COBALT = Palette(
    sky=("#f3e3c3", "#e9cf9f"),
    sun="#fffaf0",
    haze="#f6ead2",
    ridge="#2f9fb0",
    land="#b8412f",
    shade="#14235a",
    accent="#1f4fa8",
    light="#fffdf6",
)
SAFFRON = Palette(
    sky=("#2a8fb5", "#8ccbd3", "#fde7b8"),
    sun="#fff5d0",
    haze="#f7dcae",
    ridge="#58a0ac",
    land="#e0913c",
    shade="#4a2230",
    accent="#1f8fa6",
    light="#fff0cd",
)
