"""The second factor of staff: an app that gives codes, and ten recovery codes for the day it is
lost.

A wrong code must leave its mark although the act is refused: refusals of codes commit.
"""

import time
from binascii import unhexlify
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.actor import Actor
from core.acts import act, require_transaction
from core.locks import lock_row
from core.refusals import Conflict, Invalid
from core.services.events import record
from partners.models import User
from partners.queries.second_factor import devices, has_second_factor, is_demanded_of
from partners.roles import Role, require
from partners.services.staff_sessions import end_sessions_of

RECOVERY_CODES = 10
DIGITS = 6
# The library doubles the wait after each wrong code without an end: 64 seconds are the longest.
SLOWEST = 7


class WrongCode(Invalid):
    code = "wrong_code"
    message = _("The code is wrong, or it has been used already.")
    field = "code"
    commits = True


class TooManyCodes(Conflict):
    code = "too_many_codes"
    message = _("After a wrong code the next one has to wait. Seconds left: {seconds}.")
    field = "code"


class NoSecondFactor(Conflict):
    code = "no_second_factor"
    message = _("There is no second factor to ask for.")


class WhyReset(Invalid):
    message = _("Say how you have made sure who asks.")
    field = "reason"


class SecondFactorDemanded(Conflict):
    code = "second_factor_demanded"
    message = _("This role signs in with a second factor only.")


class OwnSecondFactor(Conflict):
    code = "own_second_factor"
    message = _("Your own second factor is changed on the page of your account.")


@act
@sensitive_variables("code")
def pass_second_factor(*, code: str, by: Actor, at: datetime) -> TOTPDevice:
    """Use up a code of the app, or a recovery code.

    Refuses with WrongCode, TooManyCodes and NoSecondFactor.
    """
    return _checked(code, by, at)


@act
@sensitive_variables("key", "code", "old_code", "codes")
def turn_on_second_factor(
    *, key: str, code: str, old_code: str = "", by: Actor, at: datetime
) -> tuple[TOTPDevice, list[str]]:
    """From now on the person signs in with codes of the app that knows ``key``; the recovery codes
    are given in clear this once. An app there was is replaced, against one of its codes.

    Refuses with WrongCode when ``code`` is not the app's, and as pass_second_factor.
    """
    person = lock_row(User, pk=by.person_id)

    code, clock = code.replace(" ", ""), _clock(key)
    if not (code.isdecimal() and clock.verify(int(code), tolerance=1)):
        raise WrongCode
    if devices().filter(user=person).exists():
        _checked(old_code, by, at, field="old_code")

    TOTPDevice.objects.filter(user=person).delete()
    device = TOTPDevice.objects.create(
        user=person, name="app", key=key, last_t=clock.t(), drift=clock.drift
    )
    codes = _new_codes(person)

    record("user.second_factor_on", person, by=by, at=at)
    return device, codes


@act
@sensitive_variables("code", "codes")
def renew_recovery_codes(*, code: str, by: Actor, at: datetime) -> list[str]:
    """Ten new recovery codes instead of those that are left. Refuses as pass_second_factor."""
    device = _checked(code, by, at)

    codes = _new_codes(device.user)

    record("user.recovery_codes_renewed", device.user, by=by, at=at)
    return codes


@act
@sensitive_variables("code")
def turn_off_second_factor(*, code: str, by: Actor, at: datetime) -> User:
    """The password alone signs in again.

    Refuses with SecondFactorDemanded where the role has to have one, and as pass_second_factor.
    """
    person = lock_row(User, pk=by.person_id)

    if is_demanded_of(person):
        raise SecondFactorDemanded
    _checked(code, by, at)

    _forget(person)

    record("user.second_factor_off", person, by=by, at=at)
    return person


@act
def reset_second_factor(*, person_id: int, reason: str, by: Actor, at: datetime) -> User:
    """Somebody's phone is lost: he signs in with the password, and where his role demands it sets
    up an app anew. His sessions end.

    ``reason`` is how it was made sure who asks for it. Refuses with NotAllowed, with WhyReset, with
    NoSecondFactor, and with OwnSecondFactor to oneself.
    """
    person = lock_row(User, pk=person_id)

    if by.role != Role.SYSTEM:
        require(by, "otp_totp.totpdevice", "reset")
    if person.pk == by.user_id:
        raise OwnSecondFactor
    if not has_second_factor(person):
        raise NoSecondFactor
    if not reason.strip():
        raise WhyReset

    _forget(person)
    ended = end_sessions_of(person.pk, at=at)

    record("user.second_factor_reset", person, by=by, at=at, sessions=ended, reason=reason.strip())
    return person


# --- pieces


@sensitive_variables("code")
def is_of_app(code: str) -> bool:
    """Whether the app gives codes like this; else it is a recovery code."""
    return len(_plain(code)) == DIGITS and _plain(code).isdecimal()


@sensitive_variables("code")
def _plain(code: str) -> str:
    return code.replace(" ", "").replace("-", "").lower()


@sensitive_variables("code")
def _checked(code: str, by: Actor, at: datetime, field: str = "code") -> TOTPDevice:
    """The person's app, once the code is right: the app's own, or one of the recovery codes."""
    require_transaction()
    app = devices().select_for_update(of=("self",)).filter(user_id=by.person_id).first()
    if app is None:
        raise NoSecondFactor
    code, is_apps = _plain(code), is_of_app(code)
    door = app if is_apps else _codes_of(app.user)
    allowed, why = door.verify_is_allowed()
    if not allowed:
        seconds = int((why["locked_until"] - at).total_seconds()) + 1
        raise TooManyCodes(seconds=seconds, field=field)
    if not door.verify_token(code):
        _slow_down(door)
        raise WrongCode(field=field)
    if not is_apps:
        left = StaticToken.objects.filter(device=door).count()
        record("user.recovery_code_used", app.user, by=by, at=at, codes_left=left)
    return app


def _slow_down(door: TOTPDevice | StaticDevice) -> None:
    if door.throttling_failure_count > SLOWEST:
        door.throttling_failure_count = SLOWEST
        door.save(update_fields=["throttling_failure_count"])


def _clock(key: str) -> TOTP:
    clock = TOTP(unhexlify(key), digits=DIGITS)
    clock.time = time.time()
    return clock


def _codes_of(person: User) -> StaticDevice:
    found, _created = StaticDevice.objects.select_for_update().get_or_create(
        user=person, defaults={"name": "recovery codes"}
    )
    return found


def _new_codes(person: User) -> list[str]:
    device = _codes_of(person)
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _n in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=each) for each in codes)
    return codes


def _forget(person: User) -> None:
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()
