"""A tour's terms as sentences."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backoffice.admin.field_words import value_in_words
from catalog.models import Tour, TourCategory
from catalog.parameters import BLANK, answers_of, said_in
from core.money import HUNDRED, percent_of, som

EXAMPLE = Decimal(1_000_000)


def policy_in_words(policy: Sequence[dict[str, Any]]) -> list[str]:
    """What comes back when: a sentence for each stretch of days, the earliest first."""
    steps = sorted(policy, key=lambda step: -step["days_before"])
    told, until = [], None
    for step in steps:
        first, share = step["days_before"], _share(step["refund_percent"])
        if until is None:
            told.append(_("%(days)s days before and earlier: %(share)s") % _days(first, share))
        elif first == until - 1:
            told.append(_("%(days)s days before: %(share)s") % _days(first, share))
        else:
            span = f"{first}–{until - 1}"
            told.append(_("%(days)s days before: %(share)s") % _days(span, share))
        until = first
    if until:
        told.append(_("later: %(share)s") % {"share": _share(0)})
    return told


def answers_in_words(values: dict[str, Any], category: TourCategory | None) -> str:
    """As the category asks, what is translated in each of its languages; what it does not ask for
    (any more), as it was written."""
    answers = answers_of(values, category.parameters_schema if category else {})
    told = [
        f"{part.title}: {part.shown(said)}"
        for asked, _shown in answers
        for language, part in asked.parts.items()
        if (said := said_in(language, values[asked.name])) not in BLANK
    ]
    known = {asked.name for asked, _shown in answers}
    rest = {name: value for name, value in values.items() if name not in known}
    return "; ".join([*told, value_in_words(None, rest)] if rest or not told else told)


def _days(days: object, share: str) -> dict[str, object]:
    return {"days": days, "share": share}


def _share(percent: int) -> str:
    return f"{percent} %" if percent else _("nothing comes back")


def ages_in_words(tour: Tour) -> str:
    """Who may come; empty when anybody may."""
    if tour.age_min is not None and tour.age_max is not None:
        return _("From %(low)s to %(high)s years") % {"low": tour.age_min, "high": tour.age_max}
    if tour.age_min is not None:
        return _("From %(low)s years") % {"low": tour.age_min}
    if tour.age_max is not None:
        return _("Up to %(high)s years") % {"high": tour.age_max}
    return ""


def children_in_words(tour: Tour, price: Decimal = EXAMPLE) -> list[str]:
    """What children pay of ``price``; empty when they pay it in full."""
    told = []
    for first, below, percent in (
        (0, tour.infant_to_age, tour.infant_percent),
        (tour.infant_to_age, tour.child_to_age, tour.child_percent),
    ):
        if first < below and percent != HUNDRED:
            ages = f"{first}–{below - 1}" if below - first > 1 else str(first)
            amount = _of(price, percent)
            told.append(_("%(ages)s years: %(amount)s") % {"ages": ages, "amount": amount})
    return told


def _of(price: Decimal, percent: Decimal) -> str:
    if not percent:
        return _("free")
    share = f"{percent.normalize():f} %"
    return _("%(share)s, %(amount)s of %(price)s") % {
        "share": share,
        "amount": som(percent_of(price, percent)),
        "price": som(price),
    }
