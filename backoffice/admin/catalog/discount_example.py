"""What a discount makes of a price: an example on a real date, by the arithmetic of bookings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import Promotion, TourSession
from catalog.queries.discounts import promotions_for
from catalog.states import FundedBy, SessionStatus
from core.clock import local_date
from core.ids import id_of
from core.money import som
from sales.pricing import Discount, Price, compute_price

SEATS = 2
# The one that is being written; it has no number yet.
THIS = 0
A_CODE = Discount(key=-1, funded_by=FundedBy.AGENCY, percent=Decimal(10))


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    amount: Decimal
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """``remark`` says what the reader may not expect."""

    session: TourSession
    lines: list[Line]
    remark: str = ""


def typed_discount(typed: Mapping[str, str]) -> Discount | None:
    """The discount of a form as it stands, None while it makes no sense."""
    percent = _number(typed.get("discount_percent", ""))
    amount = _number(typed.get("discount_amount", ""))
    if (percent is None) == (amount is None):
        return None
    return Discount(key=THIS, funded_by=FundedBy.AGENCY, percent=percent, amount=amount)


def session_for(
    typed: Mapping[str, str], sessions: QuerySet[TourSession], at: datetime
) -> TourSession | None:
    """The date chosen, or the next one on sale of the tour or of the agency that is chosen."""
    session, tour, agency = (id_of(typed.get(name, "")) for name in ("session", "tour", "agency"))
    if session is not None:
        return sessions.select_related("tour").filter(pk=session).first()
    if tour is not None:
        sessions = sessions.filter(tour_id=tour)
    elif agency is not None:
        sessions = sessions.filter(tour__agency_id=agency)
    coming = sessions.filter(status=SessionStatus.OPEN, date_start__gte=local_date(at))
    return coming.select_related("tour").order_by("date_start", "pk").first()


def example_of(
    this: Discount, session: TourSession, at: datetime, *, promotion_id: int | None, is_code: bool
) -> Example:
    """Two seats on ``session``: the promotion, then the code, then what is left to pay.

    ``this`` is the code, or else a promotion beside the others that run; ``promotion_id`` is its
    own row, if it has one.
    """
    running = [row for row in promotions_for(session, at) if row.pk != promotion_id]
    others = [_of_row(row) for row in running]
    price = compute_price(
        unit=session.price,
        seats=SEATS,
        promotions=others if is_code else [this, *others],
        promo=this if is_code else A_CODE,
    )
    titles = {row.pk: row.title for row in running}
    remark = ""
    if not is_code and price.promotion and price.promotion.key != THIS:
        remark = _("“%(title)s” takes more off, so it applies and this one does not.") % {
            "title": titles[price.promotion.key]
        }
    return Example(session, _lines(price, titles, is_code), remark)


def _lines(price: Price, titles: Mapping[int, str], is_code: bool) -> list[Line]:
    lines = [Line(_("Seats: %(n)s × %(price)s") % _seats(price), price.subtotal)]
    if price.promotion:
        own = _("this promotion")
        title = titles.get(price.promotion.key, own)
        lines.append(Line(_("Promotion: %(title)s") % {"title": title}, -price.promotion_discount))
    code = (
        _("This promo code") if is_code else _("A promo code of %(n)s %%, for example") % {"n": 10}
    )
    lines.append(Line(code, -price.promo_discount))
    return [*lines, Line(_("To pay, before the bonus"), price.final, is_total=True)]


def _seats(price: Price) -> dict[str, Any]:
    return {"n": SEATS, "price": som(price.unit)}


def _of_row(row: Promotion) -> Discount:
    return Discount(row.pk, row.funded_by, row.discount_percent, row.discount_amount)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number < Decimal(10) ** 12 else None
