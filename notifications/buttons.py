"""The buttons under the outbox's messages: what stands on them, and what a press sends.

A press is ``verb:number[:number]``; the bot's routers read it with a CallbackData of the same
prefix (a test holds the two together). aiogram is not needed to write one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.states import Kind


@dataclass(frozen=True, slots=True)
class Button:
    """Either ``press`` or ``url``."""

    text: str
    press: str = ""
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]
Payload = Mapping[str, Any]


def press(verb: str, *numbers: int) -> str:
    return ":".join([verb, *map(str, numbers)])


def keyboard(kind: str, payload: Payload, language: str) -> Rows:
    """The rows of buttons of a message, in ``language``; none for most kinds."""
    make = KEYBOARDS.get(kind)
    if make is None:
        return ()
    with override(language):
        return make(payload)


def _request(payload: Payload) -> Rows:
    number = payload["booking"]
    decide = (
        Button(_("✅ Approve"), press("approve", number)),
        Button(_("❌ Reject"), press("reject", number)),
    )
    other = Button(_("📅 Offer another date"), press("offer", number))
    return decide, (other,)


def _pay(payload: Payload) -> Rows:
    url = payload.get("pay_url")
    return ((Button(_("Pay {price}").format(price=payload["price"]), url=url),),) if url else ()


def _app(_payload: Payload) -> Rows:
    return ((Button(_("Open Circle"), url=settings.MINI_APP_URL),),)


def _offer(payload: Payload) -> Rows:
    number = payload["offer"]
    return ((Button(_("Take these seats"), press("take-offer", number)),),)


def _withdrawal(payload: Payload) -> Rows:
    number = payload["withdrawal"]
    return (
        (
            Button(_("✅ Approve"), press("approve-withdrawal", number)),
            Button(_("Open"), url=payload["url"]),
        ),
    )


def _payout(payload: Payload) -> Rows:
    number = payload["payout"]
    return (
        (
            Button(_("✅ Approve"), press("approve-payout", number)),
            Button(_("Open"), url=payload["url"]),
        ),
    )


def _asked_again(payload: Payload) -> Rows:
    """Of a card whose decision was taken back."""
    asks = payload.get("asks")
    return KEYBOARDS[asks](payload) if asks else ()


KEYBOARDS: Mapping[str, Callable[[Payload], Rows]] = {
    Kind.AGENCY_REQUEST: _request,
    Kind.REQUEST_WAITS: _request,
    Kind.REQUEST_WAITS_PLATFORM: _request,
    Kind.CARD_CLOSED: _asked_again,
    Kind.BOOKING_APPROVED: _pay,
    Kind.HOLD_ENDING: _pay,
    Kind.BOOKING_EXPIRED: _app,
    Kind.DATE_OFFERED: _offer,
    Kind.WITHDRAWAL_WAITS: _withdrawal,
    Kind.PAYOUT_WAITS: _payout,
}
