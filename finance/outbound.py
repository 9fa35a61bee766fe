"""Money's way to Payme: claim -> carry -> record, across two transactions.

The intent is committed before Payme is asked, the outcome recorded after. An outcome that is not
known is written down as such and looked up (``sales.outbound``), never tried again blindly.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.actor import Actor
from core.clock import now
from finance.models import Refund
from finance.providers.payme.subscribe import Down, Refused, Subscribe, Unknown, client
from finance.services.provider_calls import record_call
from finance.services.refund import fail_refund, note_refund, send_refund
from finance.states import Provider


def payme() -> Subscribe:
    """Payme's Subscribe API; every call of it is kept for inspection."""
    return client(on_call=_keep)


def _keep(asked: bytes, answer: dict[str, Any] | None, milliseconds: int) -> None:
    record_call(
        provider=Provider.PAYME,
        body=asked,
        answer=answer,
        remote_ip=None,
        milliseconds=milliseconds,
        at=now(),
    )


def push_refund(*, refund_id: int, by: Actor, at: datetime) -> Refund:
    """Ask Payme to give a whole payment back, and say what came of it.

    Payme answers by calling CancelTransaction, which completes the refund; ``done`` when that has
    come already, ``sent`` when it is still to come or nobody knows, ``failed`` when Payme refuses
    or was not reached. Refuses with what ``send_refund`` refuses.
    """
    refund = send_refund(refund_id=refund_id, by=by, at=at)
    what: dict[str, Any] = {"refund_id": refund_id, "by": by, "at": at}
    try:
        payme().cancel(refund.payment.payme_invoice_id)
    except Refused as error:
        fail_refund(note=_("Payme refused: %s") % error, **what)
    except Down:
        fail_refund(note=_("Payme was not reached; nothing was sent."), **what)
    except Unknown as error:
        note_refund(note=_("Payme did not answer (%s): look it up.") % error, **what)
    return Refund.objects.get(pk=refund_id)
