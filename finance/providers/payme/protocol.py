"""Payme's Merchant API on the wire: JSON-RPC 2.0 with named parameters, amounts in tiyin.

HTTP status is always 200. Source: developer.help.paycom.uz, "Merchant API".
"""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import override

NOT_POST = -32300
NOT_JSON = -32700
BAD_REQUEST = -32600
NO_SUCH_METHOD = -32601
NOT_AUTHORISED = -32504
# Of SetFiscalData only.
NO_FISCAL_RECEIPT = -32001
BAD_PARAMS = -32602
SYSTEM_ERROR = -32400
WRONG_AMOUNT = -31001
NO_SUCH_TRANSACTION = -31003
CANNOT_CANCEL = -31007
CANNOT_CONTINUE = -31008
# The merchant's own range, -31050 to -31099: about the account the payer typed.
NO_SUCH_ACCOUNT = -31050
ALREADY_PAID = -31051
ACCOUNT_ENDED = -31052
# Which code a second pending transaction gets is undocumented; settle it on Payme's sandbox.
PAYMENT_UNDER_WAY = -31053
NOT_YET_PAYABLE = -31054

STATE_CREATED = 1
STATE_PERFORMED = 2
STATE_CANCELLED = -1
STATE_REFUNDED = -2

FISCAL_PERFORM, FISCAL_CANCEL = "PERFORM", "CANCEL"
# What is kept of a fiscal receipt beside its number and status.
FISCAL_TEXTS = ("message", "terminal_id", "fiscal_sign", "qr_code_url", "date")
LONGEST_FISCAL_TEXT = 500

LANGUAGES = ("ru", "uz", "en")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PaymeError(Exception):
    """An error answer: code, text for the payer, and what is at fault."""

    def __init__(self, code: int, message: str | Promise = "", data: str | None = None):
        super().__init__(code)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "message": _in_all_languages(self.message)}
        if self.data is not None:
            error["data"] = self.data
        return error


@dataclass(frozen=True, slots=True)
class Call:
    """A well-formed call."""

    id: Any
    method: str
    params: dict[str, Any]


def read_call(body: bytes) -> Call:
    """Parse a request's body. Raises PaymeError -32700 or -32600."""
    try:
        data = _parse(body)
    except (ValueError, RecursionError):
        raise PaymeError(NOT_JSON, "Not JSON.") from None
    if not isinstance(data, dict):
        raise PaymeError(BAD_REQUEST, "Not an object.")
    method, params = data.get("method"), data.get("params", {})
    if not isinstance(method, str) or "\x00" in method or not isinstance(params, dict):
        raise PaymeError(BAD_REQUEST, "method or params is missing or of a wrong type.")
    return Call(id=data.get("id"), method=method, params=params)


def read_id(body: bytes) -> Any:
    """The request's id, to be echoed; None when it cannot be read or is no number or text."""
    try:
        data = _parse(body)
    except (ValueError, RecursionError):
        return None
    call_id = data.get("id") if isinstance(data, dict) else None
    if isinstance(call_id, bool) or not isinstance(call_id, int | float | str):
        return None
    return None if isinstance(call_id, str) and "\x00" in call_id else call_id


def _parse(body: bytes) -> Any:
    """JSON that can also be written back: no NaN, no half of a surrogate pair."""
    data = json.loads(body)
    json.dumps(data, allow_nan=False, ensure_ascii=False).encode()
    return data


def is_authorised(header: str, *, login: str, key: str) -> bool:
    """Whether an Authorization header carries the cashbox's login and key, in constant time."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or not key:
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    given_login, _, given_key = given.partition(b":")
    right_login = hmac.compare_digest(given_login, login.encode())
    right_key = hmac.compare_digest(given_key, key.encode())
    return right_login and right_key


def basic_auth(login: str, key: str) -> str:
    """The Authorization header that Payme sends."""
    return "Basic " + base64.b64encode(f"{login}:{key}".encode()).decode()


def text_param(
    params: dict[str, Any], name: str, *, longest: int = 64, code: int = BAD_REQUEST
) -> str:
    """A required non-empty string. Raises PaymeError -32600, or ``code``."""
    value = params.get(name)
    if not isinstance(value, str) or not value or len(value) > longest or "\x00" in value:
        raise PaymeError(code, f"{name} is missing or not a string.")
    return value


def int_param(params: dict[str, Any], name: str) -> int:
    """A required integer; ``true`` is not one. Raises PaymeError -32600."""
    value = params.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise PaymeError(BAD_REQUEST, f"{name} is missing or not an integer.")
    return value


def amount_param(params: dict[str, Any]) -> Decimal:
    """The amount in UZS, from tiyin. Anything but a positive integer raises PaymeError -31001."""
    value = params.get("amount")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**15:
        raise PaymeError(WRONG_AMOUNT, "amount is not a positive integer.")
    return from_tiyin(value)


def reason_param(params: dict[str, Any]) -> int:
    """The cancel reason: any small integer Payme sends. Raises PaymeError -32600."""
    value = int_param(params, "reason")
    if not -32768 <= value <= 32767:
        raise PaymeError(BAD_REQUEST, "reason is out of range.")
    return value


def time_param(params: dict[str, Any], name: str) -> datetime:
    """A time in milliseconds since the epoch. Raises PaymeError -32600."""
    try:
        return from_ms(int_param(params, name))
    except OverflowError:
        raise PaymeError(BAD_REQUEST, f"{name} is out of range.") from None


def fiscal_type_param(params: dict[str, Any]) -> str:
    """PERFORM or CANCEL. Raises PaymeError -32602."""
    kind = params.get("type")
    if kind not in (FISCAL_PERFORM, FISCAL_CANCEL):
        raise PaymeError(BAD_PARAMS, "type is not PERFORM or CANCEL.")
    return str(kind)


def fiscal_param(params: dict[str, Any]) -> dict[str, Any]:
    """The fiscal receipt: a whole ``status_code`` (0 when it is not said) and texts.

    Numbers become texts: Payme's documents type ``receipt_id`` as one and show the other. An
    accepted receipt has a number. Raises PaymeError -32602.
    """
    data = params.get("fiscal_data")
    if not isinstance(data, dict):
        raise PaymeError(BAD_PARAMS, "fiscal_data is missing or not an object.")
    status = data.get("status_code", 0)
    if not isinstance(status, int) or isinstance(status, bool) or abs(status) >= 2**31:
        raise PaymeError(BAD_PARAMS, "status_code is not an integer.")
    texts = {name: _fiscal_text(data, name) for name in ("receipt_id", *FISCAL_TEXTS)}
    if status == 0 and not texts["receipt_id"]:
        raise PaymeError(BAD_PARAMS, "receipt_id is missing.")
    return {"status_code": status, **texts}


def _fiscal_text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    text = "" if value is None else str(value)
    simple = value is None or (isinstance(value, str | int) and not isinstance(value, bool))
    if not simple or len(text) > LONGEST_FISCAL_TEXT or "\x00" in text:
        raise PaymeError(BAD_PARAMS, f"{name} is not a text.")
    return text


def to_tiyin(amount: Decimal) -> int:
    """UZS to tiyin; exact."""
    return int(amount * 100)


def from_tiyin(tiyin: int) -> Decimal:
    """Tiyin to UZS; exact."""
    return Decimal(tiyin) / 100


def to_ms(instant: datetime | None) -> int:
    """Milliseconds since the epoch; 0 for a time that is not set."""
    return (instant - EPOCH) // timedelta(milliseconds=1) if instant else 0


def from_ms(milliseconds: int) -> datetime:
    """The instant; raises OverflowError outside of years 1 to 9999."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def answer(call_id: Any, result: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call_id, "result": result}


def refusal(call_id: Any, error: PaymeError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call_id, "error": error.as_json()}


def _in_all_languages(message: str | Promise) -> dict[str, str]:
    texts = {}
    for language in LANGUAGES:
        with override(language):
            texts[language] = str(message)
    return texts
