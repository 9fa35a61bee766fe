"""Signing in to the back office by a button that Telegram signs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from constance import config
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core.acts import act
from core.models import IdempotencyKey
from core.refusals import Refusal
from partners.models import User
from partners.providers.init_data import CLOCK_SKEW
from partners.providers.login_data import LoginData, read_login_data

CALLER = "telegram-sign-in"
MAX_AGE = timedelta(minutes=5)


class SignInOff(Refusal):
    code = "sign_in_off"
    message = _("Signing in with Telegram is switched off. Use your login and password.")


class NotStaff(Refusal):
    code = "not_staff"
    message = _("The back office is for the staff of agencies and of Circle.")


class LinkUsed(Refusal):
    code = "link_used"
    message = _("This link has been used already. Ask the bot for a new one: /office")


def is_telegram_sign_in_on() -> bool:
    """Whether staff may sign in so: the setting says yes, and there is a token to check with."""
    return bool(config.TELEGRAM_SIGN_IN and settings.INIT_DATA_TOKEN)


def whose_button(fields: Mapping[str, str], *, at: datetime) -> User:
    """The member of staff for whom Telegram vouches; the link is not used up by that.

    Refuses with SignInOff, InvalidLoginData and NotStaff.
    """
    return _whose(_read(fields, at))


@act
def sign_in_by_button(*, fields: Mapping[str, str], at: datetime) -> User:
    """Use the link up and answer who signs in. Refuses as ``whose_button``, and with LinkUsed."""
    data = _read(fields, at)
    person = _whose(data)

    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(
                caller=CALLER,
                key=data.signature,
                fingerprint=data.signature,
                # By then the link is too old by itself.
                expires_at=data.auth_date + MAX_AGE + CLOCK_SKEW,
            )
    except IntegrityError:
        raise LinkUsed from None
    return person


def _read(fields: Mapping[str, str], at: datetime) -> LoginData:
    if not is_telegram_sign_in_on():
        raise SignInOff
    return read_login_data(fields, token=settings.INIT_DATA_TOKEN, at=at, max_age=MAX_AGE)


def _whose(data: LoginData) -> User:
    person = User.objects.filter(telegram_id=data.telegram_id).first()
    if person is None or not person.is_staff:
        raise NotStaff
    return person
