"""Secrets at rest: AES-256-GCM, each bound to its row.

A sealed text is ``v1.<key id>.<nonce and ciphertext, base64>``. The keys are
``settings.CARD_ENCRYPTION_KEYS`` (32 bytes each, URL-safe base64): the first seals, all open; a
key's id is the beginning of its hash, so that a text says which key it needs. ``bound_to`` names
the row and is authenticated with the text: moved to another row it does not open.
"""

import hashlib
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.views.decorators.debug import sensitive_variables

VERSION = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32


class CannotOpen(Exception):
    """Another row's secret, a changed one, or one whose key is gone. Says nothing of its text."""


class Secret:
    """A text that shows itself to nobody by accident: not in logs, tracebacks or templates."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for who needs it now."""
        return self._text

    # Templates call what they find; this they leave alone.
    reveal.alters_data = True  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("A secret is not pickled: tasks carry ids.")


@sensitive_variables()
def seal(secret: Secret, *, bound_to: str) -> str:
    """The text encrypted with the first key."""
    key_id, cipher = next(iter(_ciphers(tuple(settings.CARD_ENCRYPTION_KEYS)).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + cipher.encrypt(nonce, secret.reveal().encode(), bound_to.encode())
    return f"{VERSION}.{key_id}.{urlsafe_b64encode(sealed).decode()}"


@sensitive_variables()
def unseal(text: str, *, bound_to: str) -> Secret:
    """What ``seal`` was given for the same row. Raises CannotOpen."""
    try:
        version, key_id, body = text.split(".")
        cipher = _ciphers(tuple(settings.CARD_ENCRYPTION_KEYS))[key_id]
        sealed = urlsafe_b64decode(body)
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        if version != VERSION:
            raise CannotOpen
        return Secret(cipher.decrypt(nonce, ciphertext, bound_to.encode()).decode())
    except (ValueError, KeyError, InvalidTag):
        raise CannotOpen from None


def key_in_use() -> str:
    """The id of the key that seals now."""
    return next(iter(_ciphers(tuple(settings.CARD_ENCRYPTION_KEYS))))


def key_of(text: str) -> str:
    """The id of the key that a sealed text needs."""
    return text.split(".")[1]


@lru_cache(maxsize=4)
def _ciphers(keys: tuple[str, ...]) -> dict[str, AESGCM]:
    """By the key's id, the one that seals first."""
    raw = [urlsafe_b64decode(key) for key in keys]
    if not raw or any(len(key) != KEY_BYTES for key in raw):
        raise ImproperlyConfigured("CARD_ENCRYPTION_KEYS: 32 bytes each, URL-safe base64.")
    return {hashlib.sha256(key).hexdigest()[:8]: AESGCM(key) for key in raw}
