"""Which browser a User-Agent header speaks of, as far as a person wants to know."""

import re

# The first that fits: nearly everybody also claims to be Chrome, Safari and Mozilla.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("YaBrowser", "Yandex"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS|Chromium", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone|iPod", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X|Macintosh", "macOS"),
    ("Linux|X11", "Linux"),
)
PHONES = {"iPhone", "iPad", "Android"}


def name_of(user_agent: str) -> tuple[str, str]:
    """The browser and its system; "" for what is not recognised."""
    return _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)


def short_name(user_agent: str) -> str:
    """In no language: "Chrome, Windows"."""
    return ", ".join(filter(None, name_of(user_agent)))


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, text)), "")
