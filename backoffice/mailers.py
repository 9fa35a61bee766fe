"""Where mail goes: ``EMAIL_URL`` as Django's MAILERS."""

from typing import Any

import dj_email_url

SMTP = "django.core.mail.backends.smtp.EmailBackend"
TIMEOUT_SECONDS = 20


def mailers(url: str) -> tuple[dict[str, Any], bool]:
    """The setting, and whether mail is sent at all."""
    if not url:
        return {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}, False
    found = dj_email_url.parse(url)
    if found["EMAIL_BACKEND"] != SMTP:
        return {"default": {"BACKEND": found["EMAIL_BACKEND"]}}, True
    options = {
        "host": found["EMAIL_HOST"],
        "port": found["EMAIL_PORT"],
        "username": found["EMAIL_HOST_USER"],
        "password": found["EMAIL_HOST_PASSWORD"],
        "use_tls": found["EMAIL_USE_TLS"],
        "use_ssl": found["EMAIL_USE_SSL"],
        "timeout": TIMEOUT_SECONDS,
    }
    return {"default": {"BACKEND": SMTP, "OPTIONS": options}}, True
