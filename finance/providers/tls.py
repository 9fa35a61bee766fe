"""Whose certificates are believed when money is spoken of: the machine's, whatever the environment
says."""

import ssl
from functools import cache

import httpx


@cache
def tls() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)
