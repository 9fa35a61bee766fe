"""Flags of partners as the staff read them: what was seen, with figures and links to the rows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from backoffice.admin.display import list_url, page_url
from core.money import som
from sales.queries.partner_flags import Flag, FlagKind, Where

SENTENCES: dict[FlagKind, Any] = {
    FlagKind.SAME_CARD: _("Withdrawals were asked for to a card that another partner uses: {card}"),
    FlagKind.ONE_TRAVELLER: _(
        "Most of the paid bookings are of one traveller: {count} of {of}, {share} %"
    ),
    FlagKind.MANY_REFUNDS: _("Refunds took back {back} of {earned} earned, {share} %"),
    FlagKind.OWN_AGENCY: _("Works for {agency}; bookings brought to it: {count}"),
    FlagKind.REFUSED: _(
        "An own code or a ring was tried and refused: arrivals {touches}, bookings {bookings}"
    ),
    FlagKind.SAME_PHONE: _("Travellers with the partner's own phone number: {count}"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A flag, its sentence, and where its rows are (name and address)."""

    title: str
    sentence: str
    links: list[tuple[str, str]]


def tell_flag(flag: Flag) -> Told:
    facts = {
        name: som(value) if isinstance(value, Decimal) else value
        for name, value in flag.facts.items()
    }
    return Told(
        title=str(flag.kind.label),
        sentence=str(SENTENCES[flag.kind]).format(**facts),
        links=[_link(where) for where in flag.where],
    )


def _link(where: Where) -> tuple[str, str]:
    if where.pk is not None:
        return where.name, page_url(where.label, where.pk)
    plural = apps.get_model(where.label)._meta.verbose_name_plural
    return str(plural), list_url(where.label, **where.fit)
