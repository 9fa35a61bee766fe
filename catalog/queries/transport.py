"""A tour's transport options."""

from decimal import Decimal
from typing import TypedDict

from django.utils.translation import gettext_lazy as _

from catalog.models import Tour
from core.money import round_money
from core.refusals import Invalid


class TransportInvalid(Invalid):
    code = "transport_invalid"
    message = _("This tour has no such transport.")
    field = "transport"


class Transport(TypedDict):
    """As it is frozen on a booking: price per seat, UZS, as a string."""

    code: str
    title: str
    price: str


def find_transport(tour: Tour, code: str | None) -> Transport | None:
    """The option with this code, None for none. Refuses with TransportInvalid."""
    if not code:
        return None
    for option in tour.transport_options:
        if option["code"] == code:
            price = round_money(Decimal(str(option["price"])))
            return Transport(code=code, title=option["title"], price=str(price))
    raise TransportInvalid
