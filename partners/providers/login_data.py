"""What Telegram adds to the address behind a sign-in button: who pressed it, signed.

Source: core.telegram.org/widgets/login, "Checking authorization".
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal
from partners.providers.init_data import CLOCK_SKEW

LONGEST = 1024
FIELDS = ("id", "first_name", "last_name", "username", "photo_url", "auth_date", "hash")


class InvalidLoginData(Refusal):
    """Forged, stale or junk. Which of them is not told: a forger need not know."""

    code = "invalid_login_data"
    message = _("This link is too old, or it is not Telegram's. Ask the bot for a new one: /office")


@dataclass(frozen=True, slots=True)
class LoginData:
    """Who pressed the button, when; ``signature`` is another one at every press."""

    telegram_id: int
    auth_date: datetime
    signature: str


def read_login_data(
    given: Mapping[str, str], *, token: str, at: datetime, max_age: timedelta
) -> LoginData:
    """Check the fields that came with the address and read them.

    Refuses with InvalidLoginData when the signature does not match ``token``, when ``auth_date`` is
    older than ``max_age`` or in the future, and for junk of any kind.
    """
    fields = {name: str(value) for name, value in given.items()}
    signature = fields.pop("hash", "")
    if not token or sum(map(len, fields.values())) > LONGEST or not set(fields) <= set(FIELDS):
        raise InvalidLoginData
    if any(map(_has_controls, (*fields, *fields.values()))):
        raise InvalidLoginData
    expected = _signature(fields, token)
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="surrogatepass")):
        raise InvalidLoginData
    try:
        auth_date = datetime.fromtimestamp(int(fields["auth_date"]), UTC)
        data = LoginData(int(fields["id"]), auth_date, signature)
    except (ValueError, KeyError, OverflowError, OSError) as error:
        raise InvalidLoginData from error
    if not at - max_age <= auth_date <= at + CLOCK_SKEW:
        raise InvalidLoginData
    return data


def sign_login_data(fields: Mapping[str, str], token: str) -> dict[str, str]:
    """``fields`` as Telegram would send them, signed: for the demo and tests."""
    return dict(fields) | {"hash": _signature(fields, token)}


def _has_controls(text: str) -> bool:
    """A line break in a name would be signed as a field of its own. Joined emoji have none."""
    return any(unicodedata.category(each) in ("Cc", "Zl", "Zp") for each in text)


def _signature(fields: Mapping[str, str], token: str) -> str:
    text = "\n".join(f"{key}={value}" for key, value in sorted(fields.items()))
    secret = hashlib.sha256(token.encode()).digest()
    return hmac.new(secret, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
