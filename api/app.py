"""The public API: routers, sign-in, and one map of errors."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from api import problems
from api.auth import TokenAuth
from api.limits import SIGNED_IN
from api.routers.catalog import tours
from api.routers.core import log
from api.routers.finance import payments
from api.routers.media import media
from api.routers.partners import agencies, users
from api.routers.referrals import referrals
from api.routers.sales import bookings
from core.refusals import Refusal


class Utf8Renderer(JSONRenderer):
    """Cyrillic as it is, not as escapes: half the bytes."""

    json_dumps_params = {"ensure_ascii": False}


class PublicAPI(NinjaAPI):
    """NinjaAPI that tells the truth about its errors: they are problem documents."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if status >= 400 and self.renderer.media_type in response["content"]:
                        told = response["content"].pop(self.renderer.media_type)
                        response["content"][problems.CONTENT_TYPE] = told
        return schema


api = PublicAPI(
    title="Circle",
    version="1",
    description=(
        "Group tours of many agencies. Money is UZS as decimal strings, times are ISO 8601 with "
        "offset, tour dates plain dates. Errors are problem documents (RFC 9457). Payme's JSON-RPC "
        "endpoint is `POST /api/payments/payme/`."
    ),
    openapi_url="/openapi.json",
    docs_url="/docs",
    renderer=Utf8Renderer(),
    auth=TokenAuth(),
    throttle=[SIGNED_IN],
    urls_namespace="api",
)

api.add_router("/users/", users)
api.add_router("/tours/", tours)
api.add_router("/bookings/", bookings)
api.add_router("/payments/", payments)
api.add_router("/agencies/", agencies)
api.add_router("/referrals/", referrals)
api.add_router("/media/", media)
api.add_router("/core/", log)


@api.exception_handler(Refusal)
def on_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problems.refused(refusal)


@api.exception_handler(AuthenticationError)
def on_not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problems.not_signed_in(request, error)


@api.exception_handler(ValidationError)
def on_not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.not_valid(request, error)


@api.exception_handler(RequestDataTooBig)
def on_unreadable(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problems.unreadable(request, error)


@api.exception_handler(Throttled)
@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problems.http_error(request, error)


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    return problems.fault(request, error)
