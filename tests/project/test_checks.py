"""``manage.py check`` is quiet on a laptop and says what production lacks."""

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks

from backoffice.checks import production
from backoffice.laptop import EMBEDDED


@pytest.fixture
def real(settings):
    """Settings as of a real installation."""
    settings.DEBUG = False
    settings.SECRET_KEY = "s" * 48
    settings.ALLOWED_HOSTS = ["backoffice.example.com", "127.0.0.1"]
    settings.DATABASE_URL = "postgresql://circle:password@127.0.0.1:5432/circle"
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    settings.CARD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    settings.TELEGRAM_BOT_TOKEN = settings.INIT_DATA_TOKEN = "1000000001:token"
    settings.PAYME_KEY = "k" * 36
    settings.PAYME_MERCHANT_ID = "5e730e8e0b852a417aa49ceb"
    return settings


def ids() -> list[str]:
    return [message.id for message in production()]


@pytest.mark.django_db
def test_a_laptop_has_nothing_to_complain_of(settings):
    settings.DEBUG = True

    assert run_checks() == []


def test_a_complete_installation_has_nothing_to_complain_of(real):
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECRET_KEY", "short", "circle.E001"),
        ("CARD_ENCRYPTION_KEYS", [], "circle.E002"),
        ("CARD_ENCRYPTION_KEYS", ["not a key"], "circle.E002"),
        ("TELEGRAM_BOT_TOKEN", "", "circle.E003"),
        ("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"], "circle.E004"),
        ("ALLOWED_HOSTS", ["*"], "circle.E005"),
        ("DATABASE_URL", f"{EMBEDDED}?host=/var", "circle.E006"),
        ("PAYME_KEY", "", "circle.E007"),
        ("PAYME_MERCHANT_ID", "", "circle.E008"),
        ("PAYME_MODE", "production", "circle.E010"),
        ("PAYME_MODE", "test", "circle.W004"),
        ("PAYME_TEST_KEY", "k" * 36, "circle.E011"),
        ("PAYME_KEY", "cut-off-at", "circle.W003"),
        ("PAYME_CHECKOUT_URL", "https://test.paycom.uz", "circle.E012"),
        ("PAYME_SUBSCRIBE_URL", "http://127.0.0.1:8001/api", "circle.E012"),
        ("PAYME_ALLOWED_IPS", ["185.234.113.0/28", "payme"], "circle.E013"),
        ("PAYOUT_API_URL", "http://payouts.example.com/v1", "circle.E014"),
        ("PAYOUT_API_URL", "https://me:secret@payouts.example.com/v1", "circle.E014"),
        ("PAYOUT_API_URL", "https://payouts.example.com/v1", "circle.E015"),
        ("S3_BUCKET", "circle", "circle.E009"),
        ("REDIS_URL", "", "circle.W002"),
    ],
)
def test_what_is_missing_or_unsafe_is_named(real, name, value, expected):
    setattr(real, name, value)

    assert expected in ids()


def test_the_mode_wants_its_own_key(real):
    real.PAYME_MODE, real.PAYME_TEST_KEY = "test", ""

    assert ids() == ["circle.E007", "circle.W004"]
    assert production()[0].msg.startswith("PAYME_TEST_KEY")


def test_an_installation_without_a_bot_is_only_warned(real):
    real.TELEGRAM_BOT_TOKEN = real.INIT_DATA_TOKEN = ""

    assert ids() == ["circle.W001"]


def test_every_complaint_says_what_to_do(real):
    real.SECRET_KEY = "short"
    real.PAYME_KEY = real.PAYME_MERCHANT_ID = real.REDIS_URL = ""
    real.CARD_ENCRYPTION_KEYS, real.ALLOWED_HOSTS = [], []

    assert all(message.hint for message in production())
