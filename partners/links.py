"""A partner's links into the Mini App and into the bot, and the QR code of a link."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings

# Readable with a fifteenth of it soiled; a quiet zone of four modules is the standard's.
ERROR_CORRECTION = "M"
QUIET_MODULES = 4
PIXELS_PER_MODULE = 16
# What a link into the bot begins with that carries an invitation; Telegram lets it hold 64 signs.
JOIN = "join-"
# The command, and what a link carries, by which staff ask for a way into the back office.
OFFICE = "office"


def app_link(code: str) -> str:
    """Into the Mini App; Telegram hands the code on as ``start_param`` of the init data."""
    return f"{settings.MINI_APP_URL}?{urlencode({'startapp': code})}"


def bot_link(code: str) -> str:
    """Into the chat with the bot, which gets ``/start <code>``."""
    return f"https://t.me/{settings.TELEGRAM_BOT_USERNAME}?{urlencode({'start': code})}"


def join_link(token: str) -> str:
    """Into the chat with the bot, which shows the invitation of staff behind the token."""
    return bot_link(f"{JOIN}{token}")


def qr_svg(link: str) -> bytes:
    """The link as an SVG file that grows and shrinks with its place."""
    return _drawn(link, "svg", omitsize=True)


def qr_png(link: str) -> bytes:
    """The link as a black and white PNG of about 600 pixels."""
    return _drawn(link, "png", scale=PIXELS_PER_MODULE)


def _drawn(link: str, kind: str, **form: Any) -> bytes:
    file = BytesIO()
    code = segno.make_qr(link, error=ERROR_CORRECTION, boost_error=False)
    code.save(file, kind=kind, border=QUIET_MODULES, light="white", **form)
    return file.getvalue()
