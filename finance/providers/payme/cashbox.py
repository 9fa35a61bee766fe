"""The platform's cashbox at Payme: its two keys, and the hosts of its mode."""

from django.conf import settings

LIVE, TEST = "live", "test"
CHECKOUT_HOSTS = {LIVE: "https://checkout.paycom.uz", TEST: "https://test.paycom.uz"}
SUBSCRIBE_URLS = {
    LIVE: "https://checkout.paycom.uz/api",
    TEST: "https://checkout.test.paycom.uz/api",
}


def own_key() -> str:
    """The key of the mode: Payme's password here and ours there."""
    return _keys()[settings.PAYME_MODE]


def other_key() -> str:
    """The key of the other mode, which opens nothing."""
    return _keys()[TEST if settings.PAYME_MODE == LIVE else LIVE]


def checkout_host() -> str:
    """Where travellers pay."""
    return settings.PAYME_CHECKOUT_URL or CHECKOUT_HOSTS[settings.PAYME_MODE]


def subscribe_url() -> str:
    """Payme's Subscribe API."""
    return settings.PAYME_SUBSCRIBE_URL or SUBSCRIBE_URLS[settings.PAYME_MODE]


def _keys() -> dict[str, str]:
    return {LIVE: settings.PAYME_KEY, TEST: settings.PAYME_TEST_KEY}
