"""Signing in from Telegram: init data in, an access token out."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from constance import config
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from core.actor import Actor, Source
from core.acts import act
from core.refusals import Refusal
from core.services.events import record
from partners.models import AccessToken, Language, User
from partners.providers.init_data import InitData, InvalidInitData, read_init_data
from partners.roles import Role
from partners.services.touch import keep_touch
from partners.states import Door


class TokenInvalid(Refusal):
    code = "token_invalid"
    message = _("Please sign in again.")


class TokenExpired(Refusal):
    code = "token_expired"
    message = _("Your sign-in has expired. Please open the app again.")


@dataclass(frozen=True, slots=True)
class SignIn:
    """The one moment the token is known in clear."""

    token: str
    expires_at: datetime
    user: User
    created: bool


def sign_in(*, init_data: str, referral_code: str = "", at: datetime) -> SignIn:
    """Check init data, create or refresh the user and give a token.

    A referral code (typed, or Telegram's ``start_param``) is kept at the first touch; a wrong one
    is ignored. Refuses with InvalidInitData, and with TokenInvalid for a deactivated person.
    """
    data = read_init_data(
        init_data,
        token=settings.INIT_DATA_TOKEN,
        at=at,
        max_age=timedelta(hours=config.INIT_DATA_HOURS),
    )
    return _sign_in(data=data, referral_code=referral_code or data.start_param, at=at)


@act
def _sign_in(*, data: InitData, referral_code: str, at: datetime) -> SignIn:
    user, created = _meet(data, referral_code, door=Door.APP, source=Source.API, at=at)
    token, access = _new_token(user, at)
    return SignIn(token=token, expires_at=access.expires_at, user=user, created=created)


@act
def meet_in_bot(*, person: InitData, referral_code: str = "", at: datetime) -> User:
    """Somebody writes to the bot: the user is created or refreshed, and is reachable from now on.

    Telegram itself vouches for ``person``, so nothing is signed. Refuses with TokenInvalid for a
    deactivated person.
    """
    user, _created = _meet(person, referral_code, door=Door.BOT, source=Source.BOT, at=at)
    if not user.is_reachable:
        user.is_reachable = True
        user.save(update_fields=["is_reachable"])
        by = Actor(role=Role.TRAVELLER, source=Source.BOT, user_id=user.pk)
        record("user.reachable_again", user, by=by, at=at)
    return user


@sensitive_variables("init_data")
def check_fresh(*, init_data: str, by: Actor, at: datetime) -> None:
    """That Telegram vouched for the acting person within FRESH_MINUTES: for what costs money.

    Refuses with InvalidInitData, also when it is somebody else's.
    """
    data = read_init_data(
        init_data,
        token=settings.INIT_DATA_TOKEN,
        at=at,
        max_age=timedelta(minutes=config.FRESH_MINUTES),
    )
    if not User.objects.filter(pk=by.person_id, telegram_id=data.telegram_id).exists():
        raise InvalidInitData


def _meet(
    data: InitData, referral_code: str, *, door: Door, source: Source, at: datetime
) -> tuple[User, bool]:
    user, created = User.objects.select_for_update().get_or_create(
        telegram_id=data.telegram_id, defaults=_new_profile(data)
    )

    if not user.is_active:
        raise TokenInvalid

    user.username = data.username
    user.first_name = user.first_name or data.first_name
    user.last_name = user.last_name or data.last_name
    user.save(update_fields=["username", "first_name", "last_name"])

    by = Actor(role=Role.TRAVELLER, source=source, user_id=user.pk)
    if created:
        record("user.registered", user, by=by, at=at)
    keep_touch(user, referral_code, door=door, by=by, at=at)
    return user, created


def _new_profile(data: InitData) -> dict[str, str]:
    language = data.language if data.language in Language.values else Language.RU.value
    return {"first_name": data.first_name, "last_name": data.last_name, "language": language}


def _new_token(user: User, at: datetime) -> tuple[str, AccessToken]:
    token = secrets.token_urlsafe(32)
    access = AccessToken.objects.create(
        user=user,
        digest=_digest(token),
        created_at=at,
        expires_at=at + timedelta(hours=config.TOKEN_HOURS),
    )
    return token, access


def whose_token(token: str, *, at: datetime) -> AccessToken:
    """The live access token behind ``token``. Refuses with TokenInvalid or TokenExpired."""
    access = AccessToken.objects.select_related("user").filter(digest=_digest(token)).first()
    if access is None or access.revoked_at is not None or not access.user.is_active:
        raise TokenInvalid
    if not access.is_live(at):
        raise TokenExpired
    return access


@act
def sign_out(*, token_id: int, by: Actor, at: datetime) -> None:
    """Revoke one token."""
    AccessToken.objects.filter(pk=token_id, user_id=by.person_id, revoked_at=None).update(
        revoked_at=at
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
