"""Payme's door: its methods against the acts of ``sales.services`` and ``finance.services``.

Always HTTP 200; authorisation comes before anything else of a call; answers come from stored rows,
so that a repeat gets the same answer. Refusals are mapped to Payme's codes here, once.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from core.actor import Actor, Source
from core.caller import address_of, is_listed
from core.clock import now
from core.refusals import Refusal
from finance.models import PaymentTransaction
from finance.providers.payme import protocol as p
from finance.providers.payme.cashbox import other_key, own_key
from finance.providers.payme.detail import detail_of
from finance.queries.payments import find_payment, statement
from finance.services.fiscal import NoFiscalPayment, keep_fiscal_receipt
from finance.services.provider_calls import record_call
from finance.states import PaymentState, Provider
from partners.roles import Role
from sales.queries import payable
from sales.queries.fiscal import receipt_lines
from sales.services import attempts, pay, take_back

log = structlog.get_logger(__name__)
Params = dict[str, Any]

STATES = {
    PaymentState.CREATED: p.STATE_CREATED,
    PaymentState.PERFORMED: p.STATE_PERFORMED,
    PaymentState.CANCELLED: p.STATE_CANCELLED,
    PaymentState.REFUNDED: p.STATE_REFUNDED,
}

# About the account the payer typed: answered with the field's name.
ACCOUNT_CODES: dict[type[Refusal], int] = {
    payable.PayableNotFound: p.NO_SUCH_ACCOUNT,
    payable.AlreadyPaid: p.ALREADY_PAID,
    payable.NotPayable: p.ACCOUNT_ENDED,
    payable.PaymentUnderWay: p.PAYMENT_UNDER_WAY,
    payable.NotApprovedYet: p.NOT_YET_PAYABLE,
}
CODES: dict[type[Refusal], int] = {
    payable.WrongAmount: p.WRONG_AMOUNT,
    attempts.PaymentNotFound: p.NO_SUCH_TRANSACTION,
    attempts.PaymentClosed: p.CANNOT_CONTINUE,
    attempts.PaymentTimedOut: p.CANNOT_CONTINUE,
    pay.NoSeatForMoney: p.CANNOT_CONTINUE,
    take_back.TourHasRun: p.CANNOT_CANCEL,
    take_back.GivenBackByHand: p.CANNOT_CANCEL,
    NoFiscalPayment: p.NO_FISCAL_RECEIPT,
}


@csrf_exempt
def payme_endpoint(request: HttpRequest) -> HttpResponse:
    """``POST /api/payments/payme/``: JSON-RPC, always answered with HTTP 200."""
    started = time.monotonic()
    body = _body(request)
    answer = _serve(request, body)
    record_call(
        provider=Provider.PAYME,
        body=body,
        answer=answer,
        remote_ip=address_of(request),
        milliseconds=int((time.monotonic() - started) * 1000),
        at=now(),
    )
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except (RequestDataTooBig, UnreadablePostError):
        return b""


def _serve(request: HttpRequest, body: bytes) -> dict[str, Any]:
    call_id = None
    try:
        if request.method != "POST":
            raise p.PaymeError(p.NOT_POST, _("Only POST."))
        call_id = p.read_id(body)
        _check_caller(request)
        call = p.read_call(body)
        method = METHODS.get(call.method)
        if method is None:
            raise p.PaymeError(p.NO_SUCH_METHOD, _("There is no such method."), data=call.method)
        return p.answer(call_id, method(call.params, _actor(request)))
    except p.PaymeError as error:
        return p.refusal(call_id, error)
    except Refusal as refusal:
        return p.refusal(call_id, _as_payme_error(refusal))
    except Exception:
        log.exception("Payme's call failed")
        return p.refusal(call_id, p.PaymeError(p.SYSTEM_ERROR, _("Please try again later.")))


def _check_caller(request: HttpRequest) -> None:
    """Only from an allowed address, and only with the key of the mode."""
    header = request.headers.get("Authorization", "")
    listed = settings.PAYME_ALLOWED_IPS
    if listed and not is_listed(address_of(request), listed):
        log.warning("a caller from elsewhere was refused", address=address_of(request))
    elif p.is_authorised(header, login=settings.PAYME_LOGIN, key=own_key()):
        return
    elif p.is_authorised(header, login=settings.PAYME_LOGIN, key=other_key()):
        log.warning("Payme signed in with the key of the other mode", mode=settings.PAYME_MODE)
    raise p.PaymeError(p.NOT_AUTHORISED, _("Not enough rights."))


def _as_payme_error(refusal: Refusal) -> p.PaymeError:
    kind = type(refusal)
    if kind in ACCOUNT_CODES:
        return p.PaymeError(ACCOUNT_CODES[kind], refusal.message, data=settings.PAYME_ACCOUNT_FIELD)
    # What is not listed is a lock not obtained: Payme asks again.
    return p.PaymeError(CODES.get(kind, p.SYSTEM_ERROR), refusal.message)


def _actor(request: HttpRequest) -> Actor:
    return Actor(role=Role.PROVIDER, source=Source.PAYME, request_id=getattr(request, "id", ""))


def _account(params: Params) -> tuple[dict[str, Any], str]:
    """The account as sent and the booking's code in it."""
    account = params.get("account")
    field = settings.PAYME_ACCOUNT_FIELD
    reference = account.get(field) if isinstance(account, dict) else None
    if account is None or not isinstance(reference, str | int) or isinstance(reference, bool):
        raise p.PaymeError(p.NO_SUCH_ACCOUNT, payable.PayableNotFound.message, data=field)
    return account, str(reference).strip().upper()[:64].replace("\x00", "")


def check_perform(params: Params, by: Actor) -> dict[str, Any]:
    amount = p.amount_param(params)
    _given, reference = _account(params)
    booking = payable.check_payable(reference=reference, amount=amount, at=now())
    lines = receipt_lines(booking)
    return {"allow": True} | ({"detail": detail_of(lines)} if lines else {})


def create(params: Params, by: Actor) -> dict[str, Any]:
    provider_id = p.text_param(params, "id")
    provider_time = p.time_param(params, "time")
    amount = p.amount_param(params)
    account, reference = _account(params)
    payment = pay.open_payment(
        attempt=pay.Attempt(
            provider_id=provider_id,
            provider_time=provider_time,
            reference=reference,
            amount=amount,
            account=account,
            cashbox=settings.PAYME_MERCHANT_ID,
        ),
        by=by,
        at=now(),
    )
    return {
        "create_time": p.to_ms(payment.created_at),
        "transaction": str(payment.pk),
        "state": STATES[PaymentState(payment.state)],
        **({"receivers": payment.receivers} if payment.receivers else {}),
    }


def perform(params: Params, by: Actor) -> dict[str, Any]:
    payment = pay.perform_payment(
        provider_id=p.text_param(params, "id"),
        cashbox=settings.PAYME_MERCHANT_ID,
        by=by,
        at=now(),
    )
    return {
        "transaction": str(payment.pk),
        "perform_time": p.to_ms(payment.performed_at),
        "state": STATES[PaymentState(payment.state)],
    }


def cancel(params: Params, by: Actor) -> dict[str, Any]:
    payment = take_back.cancel_payment(
        provider_id=p.text_param(params, "id"),
        code=p.reason_param(params),
        cashbox=settings.PAYME_MERCHANT_ID,
        by=by,
        at=now(),
    )
    return {
        "transaction": str(payment.pk),
        "cancel_time": p.to_ms(payment.cancelled_at),
        "state": STATES[PaymentState(payment.state)],
    }


def check(params: Params, by: Actor) -> dict[str, Any]:
    payment = find_payment(p.text_param(params, "id"), cashbox=settings.PAYME_MERCHANT_ID)
    if payment is None:
        raise attempts.PaymentNotFound
    return _times(payment)


def get_statement(params: Params, by: Actor) -> dict[str, Any]:
    rows = statement(
        start=p.time_param(params, "from"),
        end=p.time_param(params, "to"),
        cashbox=settings.PAYME_MERCHANT_ID,
    )
    return {"transactions": [_statement_row(payment) for payment in rows]}


def set_fiscal_data(params: Params, by: Actor) -> dict[str, Any]:
    keep_fiscal_receipt(
        provider_id=p.text_param(params, "id", code=p.BAD_PARAMS),
        receipt=p.fiscal_param(params),
        is_refund=p.fiscal_type_param(params) == p.FISCAL_CANCEL,
        cashbox=settings.PAYME_MERCHANT_ID,
        by=by,
        at=now(),
    )
    return {"success": True}


def _times(payment: PaymentTransaction) -> dict[str, Any]:
    """Unset times are 0 and an unset reason is null: the sandbox refuses anything else."""
    return {
        "create_time": p.to_ms(payment.created_at),
        "perform_time": p.to_ms(payment.performed_at),
        "cancel_time": p.to_ms(payment.cancelled_at),
        "transaction": str(payment.pk),
        "state": STATES[PaymentState(payment.state)],
        "reason": payment.cancel_code,
    }


def _statement_row(payment: PaymentTransaction) -> dict[str, Any]:
    return {
        "id": payment.payme_invoice_id,
        "time": p.to_ms(payment.provider_time),
        "amount": p.to_tiyin(payment.amount),
        "account": payment.account,
        **_times(payment),
        "receivers": payment.receivers,
    }


METHODS: dict[str, Callable[[Params, Actor], dict[str, Any]]] = {
    "CheckPerformTransaction": check_perform,
    "CreateTransaction": create,
    "PerformTransaction": perform,
    "CancelTransaction": cancel,
    "CheckTransaction": check,
    "GetStatement": get_statement,
    "SetFiscalData": set_fiscal_data,
}
