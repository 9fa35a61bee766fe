"""The demo's pictures: drawn for this project, shipped as WebP beside this file."""

from pathlib import Path

FOLDER = Path(__file__).parent / "gallery"


def picture(name: str) -> bytes:
    """The picture called ``name``."""
    return (FOLDER / f"{name}.webp").read_bytes()


def pictures(prefix: str) -> list[bytes]:
    """The pictures called ``prefix``-1, ``prefix``-2, …, in this order."""
    return [path.read_bytes() for path in sorted(FOLDER.glob(f"{prefix}-[0-9].webp"))]
