"""A tour's transport options."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models import Tour
from core.money import round_money
from core.refusals import Invalid

TITLES = ("title", "title_uz", "title_en")


class TransportInvalid(Invalid):
    code = "transport_invalid"
    message = _("This tour has no such transport.")
    field = "transport"


class Transport(TypedDict):
    """As it is frozen on a booking: price per seat, UZS, as a string; ``title`` is Russian."""

    code: str
    title: str
    title_uz: NotRequired[str]
    title_en: NotRequired[str]
    price: str


def find_transport(tour: Tour, code: str | None) -> Transport | None:
    """The option with this code, None for none. Refuses with TransportInvalid."""
    if not code:
        return None
    option = _option(tour, code)
    if option is None:
        raise TransportInvalid
    price = round_money(Decimal(str(option["price"])))
    titles = {name: option[name] for name in TITLES if option.get(name)}
    return Transport(code=code, price=str(price), **titles)  # type: ignore[typeddict-item]


def places_in(tour: Tour, code: str) -> int | None:
    """How many of a departure's travellers the option carries; None when it is not limited."""
    option = _option(tour, code)
    return option.get("seats") if option else None


def transport_title(option: Mapping[str, Any]) -> str:
    """The title in the active language, in Russian when there is no translation."""
    own = option.get(f"title_{(get_language() or 'ru')[:2]}")
    return str(own or option.get("title", ""))


def _option(tour: Tour, code: str) -> dict[str, Any] | None:
    return next((option for option in tour.transport_options if option["code"] == code), None)
