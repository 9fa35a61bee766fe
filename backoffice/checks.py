"""What must be true before Circle takes money: ``manage.py check`` says it, with what to do.

Only with DEBUG off; a laptop's settings are right by construction.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from backoffice.laptop import EMBEDDED

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
SHORTEST_SECRET = 32


@register(Tags.security)
def production(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Secrets, hosts and the outside, once DEBUG is off."""
    if settings.DEBUG or app_configs is not None:
        return []
    return [*_secrets(), *_hosts(), *_database(), *_payme(), *_files(), *_outside()]


def _secrets() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Error(
            "SECRET_KEY is too short to keep sessions and links from being forged.",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(48))' makes one.",
            id="circle.E001",
        )
    if not settings.CARD_ENCRYPTION_KEYS or not all(
        _is_fernet_key(key) for key in settings.CARD_ENCRYPTION_KEYS
    ):
        yield Error(
            "CARD_ENCRYPTION_KEYS must hold at least one Fernet key, comma-separated.",
            hint=(
                "python -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())' makes one; a new key goes first, "
                "old ones stay behind it."
            ),
            id="circle.E002",
        )
    if settings.INIT_DATA_TOKEN and not settings.TELEGRAM_BOT_TOKEN:
        yield Error(
            "TELEGRAM_DEMO_TOKEN signs people in without Telegram; it is for laptops only.",
            hint="Remove TELEGRAM_DEMO_TOKEN and set TELEGRAM_BOT_TOKEN.",
            id="circle.E003",
        )


def _hosts() -> Iterator[CheckMessage]:
    hosts = settings.ALLOWED_HOSTS
    if not set(hosts) - LOCAL_HOSTS:
        yield Error(
            "ALLOWED_HOSTS names no public host: every request from outside is refused.",
            hint="ALLOWED_HOSTS=backoffice.example.com,127.0.0.1",
            id="circle.E004",
        )
    if "*" in hosts:
        yield Error(
            "ALLOWED_HOSTS is '*': links in messages could be made to point anywhere.",
            hint="Name the hosts, comma-separated.",
            id="circle.E005",
        )


def _database() -> Iterator[CheckMessage]:
    if settings.DATABASE_URL.startswith(EMBEDDED):
        yield Error(
            "DATABASE_URL is not set: this is the embedded database of a laptop.",
            hint="DATABASE_URL=postgresql://user:password@host:5432/circle",
            id="circle.E006",
        )


def _payme() -> Iterator[CheckMessage]:
    for number, name in ((7, "PAYME_KEY"), (8, "PAYME_MERCHANT_ID")):
        if not getattr(settings, name):
            yield Error(
                f"{name} is not set: Payme cannot sign in, and nobody can pay.",
                hint=f"{name} is shown in the cashbox's settings in Payme's business cabinet.",
                id=f"circle.E00{number}",
            )


def _outside() -> Iterator[CheckMessage]:
    if not settings.TELEGRAM_BOT_TOKEN:
        yield Warning(
            "TELEGRAM_BOT_TOKEN is not set: messages wait in the outbox, nobody can sign in.",
            hint="BotFather gives the token.",
            id="circle.W001",
        )
    if not settings.REDIS_URL:
        yield Warning(
            "REDIS_URL is not set: each process counts request limits for itself.",
            hint="REDIS_URL=redis://host:6379/0",
            id="circle.W002",
        )


def _files() -> Iterator[CheckMessage]:
    if settings.S3_BUCKET and not (settings.S3_ENDPOINT_URL or settings.S3_REGION):
        yield Error(
            "S3_BUCKET is set, but not where it is: no picture can be addressed.",
            hint="S3_REGION=eu-central-1 at Amazon, S3_ENDPOINT_URL=https://... anywhere else.",
            id="circle.E009",
        )


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
