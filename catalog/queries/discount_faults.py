"""What is wrong with a promotion or a promo code: one answer for the act and for every door."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import PromoCode, Promotion
from catalog.models.discount import Discount
from catalog.states import FundedBy
from core import refusals
from core.money import HUNDRED, ZERO

Faults = dict[str, list[str]]

# Latin only: a Cyrillic С in a code looks right on a poster and is found by nobody.
WORD = re.compile(r"[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?")
SHORTEST = 3
TAKEN = gettext_lazy("There is a promo code of this name already.")
TARGETS = ("agency", "tour", "session")


class DiscountFaults(refusals.Faults):
    """The values do not make a discount."""


def discount_faults(discount: Discount) -> Faults:
    """What is wrong with each field of an unsaved or changed discount; empty when nothing is."""
    faults = _field_faults(discount)
    found = {**_target_faults(discount), **_terms_faults(discount)}
    if isinstance(discount, PromoCode):
        found |= _promo_code_faults(discount)
    return faults | {name: [fault] for name, fault in found.items() if name not in faults}


def code_word(text: str) -> str:
    """A promo code's word as it is kept."""
    return text.strip().upper()


def _field_faults(discount: Discount) -> Faults:
    try:
        discount.clean_fields(exclude=TARGETS)
    except ValidationError as error:
        return error.message_dict
    return {}


def _terms_faults(discount: Discount) -> dict[str, str]:
    faults = {}
    percent, amount = discount.discount_percent, discount.discount_amount
    if (percent is None) == (amount is None):
        faults["discount_percent"] = _("Give either a percentage or an amount.")
    elif percent is not None and not ZERO < percent <= HUNDRED:
        faults["discount_percent"] = _("A percentage is above 0 and at most 100.")
    elif amount is not None and amount <= ZERO:
        faults["discount_amount"] = _("An amount is above zero.")
    start, end = discount.valid_from, discount.valid_to
    if start and end and end <= start:
        faults["valid_to"] = _("It must end after it starts.")
    return faults


def _target_faults(discount: Discount) -> dict[str, str]:
    """Agency, tour and date must fit each other."""
    faults = _owner_faults(discount)
    tour, session = discount.tour, discount.session
    if tour and session:
        if isinstance(discount, Promotion):
            faults["session"] = _("Choose a tour or one of its dates, not both.")
        elif session.tour_id != tour.pk:
            faults["session"] = _("This date belongs to another tour.")
    return faults


def _owner_faults(discount: Discount) -> dict[str, str]:
    if discount.agency_id is not None:
        owners = {
            "tour": discount.tour and discount.tour.agency_id,
            "session": discount.session and discount.session.tour.agency_id,
        }
        return {
            name: _("This belongs to another agency.")
            for name, agency_id in owners.items()
            if agency_id not in (None, discount.agency_id)
        }
    if isinstance(discount, Promotion):
        return {"agency": _("Say whose promotion it is.")}
    if discount.funded_by == FundedBy.AGENCY:
        return {"funded_by": _("A code of no agency is paid for by the platform.")}
    return {}


def _promo_code_faults(promo: PromoCode) -> dict[str, str]:
    faults = {}
    if not WORD.fullmatch(promo.code) or len(promo.code) < SHORTEST:
        faults["code"] = _(
            "A code has 3 to 32 Latin letters, digits and hyphens, a letter or digit at each end."
        )
    elif PromoCode.objects.filter(code__iexact=promo.code).exclude(pk=promo.pk).exists():
        faults["code"] = str(TAKEN)
    for name in ("usage_limit", "per_user_limit"):
        if getattr(promo, name) is not None and getattr(promo, name) < 1:
            faults[name] = _("At least one; leave it empty for no limit.")
    return faults
