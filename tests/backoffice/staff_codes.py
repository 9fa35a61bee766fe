"""Codes as a phone would show them."""

from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.clock import now
from partners.models import User
from partners.services.second_factor import turn_on_second_factor

KEY = "a1" * 20


def code_of(key: str = KEY, *, steps: int = 0) -> str:
    """What the app shows now, or ``steps`` half-minutes from now."""
    return f"{totp(bytes.fromhex(key), drift=steps):06d}"


def with_app(person: User) -> list[str]:
    """The person has set an app up, a minute ago; the recovery codes."""
    by = person.actor("admin")
    codes = turn_on_second_factor(key=KEY, code=code_of(), by=by, at=now())[1]
    # Its first code was of another half-minute.
    TOTPDevice.objects.filter(user=person).update(last_t=-1)
    return codes
