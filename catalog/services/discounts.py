"""Promotions and promo codes: making them, changing them, stopping them.

What bookings froze never changes: a discount given stays given.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import PromoCode, Promotion
from catalog.models.discount import Discount
from catalog.queries.discount_faults import TAKEN, DiscountFaults, code_word, discount_faults
from catalog.services.locks import lock_promo_code
from catalog.states import FundedBy
from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, NotAllowed, NotFound
from core.services.events import field_names, record
from partners.roles import Role, require, works_for

TERMS = frozenset(
    {
        "tour_id",
        "session_id",
        "discount_percent",
        "discount_amount",
        "valid_from",
        "valid_to",
        "funded_by",
    }
)
PROMOTION = TERMS | {"title"}
# The word itself is never changed: it is printed on posters and names the code in files.
PROMO_CODE = TERMS | {"usage_limit", "per_user_limit", "batch"}


class PlatformPays(NotAllowed):
    message = _("Only the platform decides what the platform pays for.")


class SwitchedAlready(Conflict):
    message = _("It is {state} already.")
    for_good = True


# --- promotions


@act
def create_promotion(
    *, agency_id: int, values: Mapping[str, Any], by: Actor, at: datetime
) -> Promotion:
    """Cut the price for a time. Refuses with NotAllowed, PlatformPays, NotFound (another's agency)
    and DiscountFaults."""
    require(by, "catalog.promotion", "add")
    promotion = Promotion(agency_id=agency_id)

    check_own(promotion, by)
    write(promotion, values, PROMOTION, by)
    promotion.save()

    record("promotion.added", promotion, by=by, at=at, agency_id=agency_id, after=_after(promotion))
    return promotion


@act
def change_promotion(
    *, promotion_id: int, values: Mapping[str, Any], by: Actor, at: datetime
) -> Promotion:
    """Change the terms for bookings to come.

    Nothing is written or recorded when nothing differs. Refuses with NotAllowed, PlatformPays,
    NotFound and DiscountFaults.
    """
    promotion = _lock_promotion(promotion_id, by)

    before = write(promotion, values, PROMOTION, by)
    if not before:
        return promotion
    promotion.save(update_fields=list(before))

    record("promotion.changed", promotion, by=by, at=at, **_changes(promotion, before))
    return promotion


@act
def stop_promotion(*, promotion_id: int, by: Actor, at: datetime) -> Promotion:
    """No booking gets it any more. Refuses with SwitchedAlready."""
    promotion = _lock_promotion(promotion_id, by)

    _switch(promotion, on=False)

    record("promotion.stopped", promotion, by=by, at=at, agency_id=promotion.agency_id)
    return promotion


@act
def resume_promotion(*, promotion_id: int, by: Actor, at: datetime) -> Promotion:
    """Within its time bookings get it again. Refuses with SwitchedAlready."""
    promotion = _lock_promotion(promotion_id, by)

    _switch(promotion, on=True)

    record("promotion.resumed", promotion, by=by, at=at, agency_id=promotion.agency_id)
    return promotion


# --- promo codes


@act
def create_promo_code(
    *, agency_id: int | None, code: str, values: Mapping[str, Any], by: Actor, at: datetime
) -> PromoCode:
    """Make a promo code; of no agency it is the platform's and good everywhere.

    Refuses with NotAllowed, PlatformPays, NotFound (another's agency) and DiscountFaults.
    """
    require(by, "catalog.promocode", "add")
    promo = PromoCode(agency_id=agency_id, code=code_word(code))

    check_own(promo, by)
    write(promo, values, PROMO_CODE, by)
    try:
        with transaction.atomic():
            promo.save()
    except IntegrityError:  # somebody else made it a moment ago
        raise DiscountFaults.of({"code": [str(TAKEN)]}) from None

    record("promo_code.added", promo, by=by, at=at, agency_id=agency_id, after=_after(promo))
    return promo


@act
def change_promo_code(
    *, promo_code_id: int, values: Mapping[str, Any], by: Actor, at: datetime
) -> PromoCode:
    """Change the terms for bookings to come; a limit below the uses so far ends it.

    Nothing is written or recorded when nothing differs. Refuses with NotAllowed, PlatformPays,
    NotFound and DiscountFaults.
    """
    promo = _lock_promo(promo_code_id, by)

    before = write(promo, values, PROMO_CODE, by)
    if not before:
        return promo
    promo.save(update_fields=list(before))

    record("promo_code.changed", promo, by=by, at=at, **_changes(promo, before))
    return promo


@act
def stop_promo_code(*, promo_code_id: int, by: Actor, at: datetime) -> PromoCode:
    """Nobody can use it any more. Refuses with SwitchedAlready."""
    promo = _lock_promo(promo_code_id, by)

    _switch(promo, on=False)

    record("promo_code.stopped", promo, by=by, at=at, agency_id=promo.agency_id)
    return promo


@act
def resume_promo_code(*, promo_code_id: int, by: Actor, at: datetime) -> PromoCode:
    """Within its time and limits it can be used again. Refuses with SwitchedAlready."""
    promo = _lock_promo(promo_code_id, by)

    _switch(promo, on=True)

    record("promo_code.resumed", promo, by=by, at=at, agency_id=promo.agency_id)
    return promo


# --- building blocks, for batches too


def check_own(discount: Discount, by: Actor) -> None:
    """Refuse with NotFound what is of another agency; what is of none is the platform's."""
    agency_id = discount.agency_id
    mine = by.role == Role.ADMIN if agency_id is None else works_for(by, agency_id)
    if not mine:
        raise NotFound


def check_payer(discount: Discount, by: Actor) -> None:
    """Refuse with PlatformPays: an agency cannot spend the platform's money."""
    if discount.funded_by == FundedBy.PLATFORM and by.role != Role.ADMIN:
        raise PlatformPays


def write(
    discount: Discount, values: Mapping[str, Any], editable: frozenset[str], by: Actor
) -> dict[str, Any]:
    """Set and check the values; returns the columns that differ with what they were."""
    unknown = set(values) - editable
    if unknown:
        raise ValueError(f"Not to be said of a discount: {sorted(unknown)}.")
    cleaned = {n: v.strip() if isinstance(v, str) else v for n, v in values.items()}
    before = {n: getattr(discount, n) for n, v in cleaned.items() if getattr(discount, n) != v}
    for name, value in cleaned.items():
        setattr(discount, name, value)
    check_payer(discount, by)
    if faults := discount_faults(discount):
        raise DiscountFaults.of(faults)
    return before


def _lock_promotion(promotion_id: int, by: Actor) -> Promotion:
    require(by, "catalog.promotion", "change")
    promotion = lock_row(Promotion, pk=promotion_id)
    check_own(promotion, by)
    check_payer(promotion, by)
    return promotion


def _lock_promo(promo_code_id: int, by: Actor) -> PromoCode:
    require(by, "catalog.promocode", "change")
    promo = lock_promo_code(promo_code_id)
    check_own(promo, by)
    check_payer(promo, by)
    return promo


def _switch(discount: Discount, *, on: bool) -> None:
    if discount.is_active == on:
        raise SwitchedAlready(state=_("running") if on else _("stopped"))
    discount.is_active = on
    discount.save(update_fields=["is_active"])


def _after(discount: Discount) -> dict[str, str]:
    """The terms it began with."""
    return {name: str(value) for name in sorted(TERMS) if (value := getattr(discount, name))}


def _changes(discount: Discount, before: Mapping[str, Any]) -> dict[str, Any]:
    """What changed, from what to what: a discount is asked about years later."""
    return {
        "agency_id": discount.agency_id,
        "changes": [{"changed": {"fields": field_names(discount, before)}}],
        "before": {name: str(value) for name, value in before.items()},
        "after": {name: str(getattr(discount, name)) for name in before},
    }
