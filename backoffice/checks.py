"""What must be true before Circle takes money: ``manage.py check`` says it, with what to do.

Only with DEBUG off; a laptop's settings are right by construction.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from constance import config
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from backoffice.laptop import EMBEDDED
from backoffice.platform_settings import SETTINGS, out_of_bounds
from core.sealed import KEY_BYTES
from finance.providers.payme.cashbox import LIVE, TEST
from partners.roles import PLATFORM

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
SHORTEST_SECRET = 32
# Payme's own have about 36 characters.
SHORTEST_PAYME_KEY = 20


@register(Tags.security)
def production(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Secrets, hosts and the outside, once DEBUG is off."""
    if settings.DEBUG or app_configs is not None:
        return []
    return [*_secrets(), *_hosts(), *_database(), *_payme(), *_payouts(), *_files(), *_outside()]


@register(Tags.security, deploy=True)
def second_factor(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Only ``check --deploy`` asks the database what the platform has set."""
    try:
        demanded = PLATFORM & set(config.SECOND_FACTOR_ROLES)
    except DatabaseError:
        return []
    if demanded:
        return []
    return [
        Warning(
            "No role of the platform signs in with a second factor: a password is all it takes.",
            hint="Settings of the platform, SECOND_FACTOR_ROLES: accountant, support, admin.",
            id="circle.W005",
        )
    ]


@register(Tags.database)
def bounds(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Settings of the platform whose defaults, or whose stored values, no person could type."""
    stored = _stored_settings() if databases else {}
    return [
        Warning(
            f"{name} is out of its bounds: what is counted by it may go wrong.",
            hint="The page of settings says the bounds: save it once with a value in them.",
            id="circle.W006",
        )
        for name in out_of_bounds(stored)
    ]


def _stored_settings() -> dict[str, Any]:
    try:
        return {name: getattr(config, name) for name in SETTINGS}
    except DatabaseError:
        # Before the first migration.
        return {}


def _secrets() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Error(
            "SECRET_KEY is too short to keep sessions and links from being forged.",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(48))' makes one.",
            id="circle.E001",
        )
    if not settings.CARD_ENCRYPTION_KEYS or not all(
        _is_card_key(key) for key in settings.CARD_ENCRYPTION_KEYS
    ):
        yield Error(
            "CARD_ENCRYPTION_KEYS must hold at least one key of 32 bytes, comma-separated.",
            hint=(
                "python -c 'import base64, os; "
                "print(base64.urlsafe_b64encode(os.urandom(32)).decode())' makes one; a new key "
                "goes first, old ones stay behind it until `manage.py rotate_card_keys` is done."
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
    if settings.PAYME_MODE not in (LIVE, TEST):
        yield Error(
            "PAYME_MODE is neither live nor test: no key can be told to be the right one.",
            hint="PAYME_MODE=live",
            id="circle.E010",
        )
        return
    key_name = "PAYME_KEY" if settings.PAYME_MODE == LIVE else "PAYME_TEST_KEY"
    for number, name in ((7, key_name), (8, "PAYME_MERCHANT_ID")):
        if not getattr(settings, name):
            yield Error(
                f"{name} is not set: Payme cannot sign in, and nobody can pay.",
                hint=f"{name} is shown in the cashbox's settings in Payme's business cabinet.",
                id=f"circle.E00{number}",
            )
    yield from _payme_keys()
    yield from _payme_hosts()


def _payme_keys() -> Iterator[CheckMessage]:
    keys = {name: getattr(settings, name) for name in ("PAYME_KEY", "PAYME_TEST_KEY")}
    if settings.PAYME_KEY and settings.PAYME_KEY == settings.PAYME_TEST_KEY:
        yield Error(
            "PAYME_KEY and PAYME_TEST_KEY are the same: test payments would pay bookings.",
            hint="The cabinet shows two keys; TEST_KEY is the sandbox's.",
            id="circle.E011",
        )
    for name, key in keys.items():
        if key and len(key) < SHORTEST_PAYME_KEY:
            yield Warning(
                f"{name} is shorter than Payme's keys are: it may have been cut off at a '#'.",
                hint=f'Put it in quotes: {name}="..."',
                id="circle.W003",
            )


def _payme_hosts() -> Iterator[CheckMessage]:
    if settings.PAYME_MODE == TEST:
        yield Warning(
            "PAYME_MODE is test: bookings are paid with Payme's test money.",
            hint="PAYME_MODE=live",
            id="circle.W004",
        )
    hosts = (settings.PAYME_CHECKOUT_URL, settings.PAYME_SUBSCRIBE_URL)
    if settings.PAYME_MODE == LIVE and any(_is_test_host(url) for url in hosts):
        yield Error(
            "PAYME_MODE is live, but PAYME_CHECKOUT_URL or PAYME_SUBSCRIBE_URL is a test's.",
            hint="Leave both empty: Payme's own hosts follow the mode.",
            id="circle.E012",
        )
    if faulty := [text for text in settings.PAYME_ALLOWED_IPS if not _is_network(text)]:
        yield Error(
            f"PAYME_ALLOWED_IPS holds what is no address: {', '.join(faulty)}.",
            hint="PAYME_ALLOWED_IPS=185.234.113.0/28",
            id="circle.E013",
        )


def _is_test_host(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return "test" in host.split(".") or host in LOCAL_HOSTS


def _is_network(text: str) -> bool:
    try:
        ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return True


def _payouts() -> Iterator[CheckMessage]:
    if not settings.PAYOUT_API_URL:
        return
    address = urlsplit(settings.PAYOUT_API_URL)
    if address.scheme != "https" or not address.hostname or address.username or address.query:
        yield Error(
            "PAYOUT_API_URL is no plain https:// address: card numbers go there.",
            hint="PAYOUT_API_URL=https://payouts.example.com/v1",
            id="circle.E014",
        )
    if len(settings.PAYOUT_API_KEY) < SHORTEST_SECRET or not settings.PAYOUT_API_KEY.isascii():
        yield Error(
            "PAYOUT_API_KEY is missing or too short to keep payouts from being forged.",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(48))' makes one.",
            id="circle.E015",
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


def _is_card_key(key: str) -> bool:
    try:
        return len(urlsafe_b64decode(key)) == KEY_BYTES
    except ValueError:
        return False
