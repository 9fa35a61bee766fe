"""The checkout link: where a payer is sent. It is not signed; the Merchant API's checks guard."""

import base64
from decimal import Decimal

from finance.providers.payme.protocol import to_tiyin


def checkout_url(
    *,
    host: str,
    merchant_id: str,
    account_field: str,
    reference: str,
    amount: Decimal,
    language: str,
    return_url: str = "",
) -> str:
    """``host``/base64 of ``m=…;ac.FIELD=…;a=tiyin;l=…;c=…``, in standard base64 with padding.

    ``amount`` in UZS; ``reference`` and ``return_url`` must be ASCII without ``;``.
    """
    parts = [
        f"m={merchant_id}",
        f"ac.{account_field}={reference}",
        f"a={to_tiyin(amount)}",
        f"l={language}",
    ]
    if return_url:
        parts.append(f"c={return_url}")
    text = ";".join(parts)
    return f"{host.rstrip('/')}/{base64.b64encode(text.encode()).decode()}"
