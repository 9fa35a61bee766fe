"""Who calls: a bearer token of a person."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from core.actor import Actor, Source
from core.clock import now
from core.refusals import NotAllowed
from partners.models import AccessToken, User
from partners.services.sign_in import whose_token


class TokenAuth(HttpBearer):
    """``Authorization: Bearer <token>``; the token's row becomes ``request.auth``."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken:
        access = whose_token(token, at=now())
        request.user = access.user  # type: ignore[assignment]
        return access


def caller(request: HttpRequest) -> User:
    """The signed-in person."""
    return request.user  # type: ignore[return-value]


def actor(request: HttpRequest) -> Actor:
    """The signed-in person as the ``by`` of an act."""
    return caller(request).actor(Source.API, getattr(request, "id", ""))


def works_for_agency(request: HttpRequest) -> User:
    """The caller, who must work for an agency or the platform."""
    user = caller(request)
    if not user.agency_ids and not user.sees_all_agencies:
        raise NotAllowed
    return user
