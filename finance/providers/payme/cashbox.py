"""The platform's cashbox at Payme: its two keys, and the hosts of its mode."""

from decimal import Decimal

from django.conf import settings

from finance.providers.payme.checkout import checkout_url

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


def checkout_link(*, reference: str, amount: Decimal, language: str) -> str:
    """Payme's page for ``amount`` UZS; from there the payer comes back to the Mini App."""
    return checkout_url(
        host=checkout_host(),
        merchant_id=settings.PAYME_MERCHANT_ID,
        account_field=settings.PAYME_ACCOUNT_FIELD,
        reference=reference,
        amount=amount,
        language=language,
        return_url=settings.MINI_APP_URL,
    )


def subscribe_url() -> str:
    """Payme's Subscribe API."""
    return settings.PAYME_SUBSCRIBE_URL or SUBSCRIBE_URLS[settings.PAYME_MODE]


def _keys() -> dict[str, str]:
    return {LIVE: settings.PAYME_KEY, TEST: settings.PAYME_TEST_KEY}
