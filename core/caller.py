"""The caller's address, and whether it is on a list."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """Where a request comes from, NUM_PROXIES proxies back; None when that is no address."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    given = request.META.get("REMOTE_ADDR", "")
    if settings.NUM_PROXIES and forwarded:
        chain = forwarded.split(",")
        given = chain[-min(settings.NUM_PROXIES, len(chain))]
    try:
        address = ip_address(given.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def is_listed(address: str | None, networks: Iterable[str]) -> bool:
    """Whether ``address`` is one of, or in one of, ``networks``."""
    if address is None:
        return False
    return any(ip_address(address) in network for network in _parsed(tuple(networks)))


@lru_cache(maxsize=4)
def _parsed(networks: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text.strip(), strict=False) for text in networks)
