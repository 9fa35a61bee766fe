"""Telegram's signed init data: who opened the Mini App.

Source: core.telegram.org/bots/webapps, "Validating data received via the Mini App".
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal

MAX_LENGTH = 16_384
# Telegram's clock may be a little ahead of ours.
CLOCK_SKEW = timedelta(seconds=60)


class InvalidInitData(Refusal):
    """Forged, stale or junk. Which of them is not told: a forger need not know."""

    code = "invalid_init_data"
    message = _("Telegram's signature is missing, wrong or too old. Open the app again.")


@dataclass(frozen=True, slots=True)
class InitData:
    """What Telegram vouches for."""

    telegram_id: int
    username: str
    first_name: str
    last_name: str
    language: str
    auth_date: datetime
    start_param: str


def read_init_data(raw: str, *, token: str, at: datetime, max_age: timedelta) -> InitData:
    """Check ``raw`` (the query string ``Telegram.WebApp.initData``) and read it.

    Refuses with InvalidInitData when the signature does not match ``token``, when ``auth_date`` is
    older than ``max_age`` or in the future, and for junk of any kind.
    """
    if not token or not raw or len(raw) > MAX_LENGTH:
        raise InvalidInitData
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, strict_parsing=True)
        fields = dict(pairs)
        if len(fields) != len(pairs):
            # Telegram names nothing twice.
            raise InvalidInitData
        given = fields.pop("hash", "")
        if not hmac.compare_digest(_signature(fields, token).encode(), given.encode()):
            raise InvalidInitData
        data = _parse(fields)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise InvalidInitData from error
    if not at - max_age <= data.auth_date <= at + CLOCK_SKEW:
        raise InvalidInitData
    return data


def sign_init_data(fields: dict[str, str], token: str) -> str:
    """``fields`` as Telegram would send them, signed: for the demo, the walkthrough and tests."""
    return urlencode(fields | {"hash": _signature(fields, token)})


def _signature(fields: dict[str, str], token: str) -> str:
    text = "\n".join(f"{key}={value}" for key, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _parse(fields: dict[str, str]) -> InitData:
    return person_of(
        json.loads(fields["user"]),
        auth_date=datetime.fromtimestamp(int(fields["auth_date"]), UTC),
        start_param=_text(fields, "start_param", 64),
    )


def person_of(
    user: Mapping[str, object], *, auth_date: datetime, start_param: str = ""
) -> InitData:
    """A person as Telegram describes him, also to the bot. Refuses with InvalidInitData what
    cannot be his id."""
    telegram_id = user["id"]
    if not isinstance(telegram_id, int) or isinstance(telegram_id, bool):
        raise InvalidInitData
    if not 0 < telegram_id < 2**63:
        raise InvalidInitData
    return InitData(
        telegram_id=telegram_id,
        username=_text(user, "username", 64),
        first_name=_text(user, "first_name", 80),
        last_name=_text(user, "last_name", 80),
        language=_text(user, "language_code", 8)[:2],
        auth_date=auth_date,
        start_param=start_param,
    )


def _text(fields: Mapping[str, object], key: str, length: int) -> str:
    value = str(fields.get(key) or "")
    # PostgreSQL refuses NUL in text, UTF-8 half of a surrogate pair.
    return value.replace("\x00", "").encode(errors="ignore").decode()[:length]
