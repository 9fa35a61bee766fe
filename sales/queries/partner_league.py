"""The league of partners: what each brought, earned and cost, counted by the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.clock import local_date, local_midnight
from core.money import ZERO
from finance.models import Account, LedgerEntry, ReferralBonus, ReferralPayoutRequest, Refund
from finance.states import OPEN_WITHDRAWALS, AccountKind, RefundStatus, WithdrawalStatus
from partners.models import PartnerRate, ReferralPartner, ReferralTouch
from partners.states import NoCredit
from sales.models import Booking
from sales.states import BookingStatus


class Period(models.TextChoices):
    """Local calendar months."""

    THIS_MONTH = "month", _("this month")
    LAST_MONTH = "last", _("last month")


@dataclass(frozen=True, slots=True)
class Span:
    """From ``begins`` up to ``ends``; without them all time."""

    begins: datetime | None = None
    ends: datetime | None = None

    def of(self, path: str) -> Q:
        """Rows whose instant at ``path`` lies within."""
        if self.begins is None or self.ends is None:
            return Q()
        return Q(**{f"{path}__gte": self.begins, f"{path}__lt": self.ends})


ALWAYS = Span()


def span_of(period: str | None, at: datetime) -> Span:
    """The local month of ``at``, the one before it, or all time."""
    first = local_date(at).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    days = {Period.THIS_MONTH: (first, after), Period.LAST_MONTH: (before, first)}
    if period not in days:
        return ALWAYS
    begins, ends = days[Period(period)]
    return Span(local_midnight(begins), local_midnight(ends))


def league_queryset(
    partners: QuerySet[ReferralPartner], *, at: datetime, span: Span = ALWAYS
) -> QuerySet[ReferralPartner]:
    """``partners`` with their figures, numbers and UZS.

    Of the span: ``people`` who came, ``asked`` bookings, and of the bookings paid in it, as they
    stand now: ``paid`` ones, ``sales`` without what was refunded, ``earned``, of it ``taken_back``,
    the platform's ``commission``, the bonus's ``cost`` and the ``rest``. Of today: ``percent``,
    ``pending``, ``available``, ``on_its_way`` to cards and ``paid_out``.
    """
    rows = partners.annotate(
        percent=_percent(at),
        people=_per_partner(_arrivals(span), "partner", Count("pk"), 0),
        asked=_per_partner(Booking.objects.filter(span.of("created_at")), DEAL, Count("pk"), 0),
        paid=_per_partner(_paid(span), DEAL, Count("pk"), 0),
        sales=_sold(span) - _refunded(span),
        earned=_bonus(span, "amount"),
        taken_back=_bonus(span, "reversed_amount"),
        commission=_commission(span),
        pending=_balance(AccountKind.BONUS_PENDING),
        available=_balance(AccountKind.BONUS_AVAILABLE),
        on_its_way=_withdrawn(*OPEN_WITHDRAWALS),
        paid_out=_withdrawn(WithdrawalStatus.PAID),
    )
    return rows.annotate(cost=F("earned") - F("taken_back")).annotate(
        rest=F("commission") - F("cost")
    )


# How a booking names its partner.
DEAL = "referral_partner"


def _percent(at: datetime) -> Coalesce:
    rates = PartnerRate.objects.filter(partner=OuterRef("pk")).in_force(local_date(at))
    return Coalesce(Subquery(rates.values("percent")[:1]), F("commission_percent"))


def _arrivals(span: Span) -> QuerySet[ReferralTouch]:
    return ReferralTouch.objects.filter(span.of("created_at"), refusal=NoCredit.NONE)


def _paid(span: Span) -> QuerySet[Booking]:
    return Booking.objects.filter(span.of("paid_at"), status=BookingStatus.PAID)


def _sold(span: Span) -> Coalesce:
    """Refunded bookings were sold, too: what went back is taken off apart."""
    sold = Booking.objects.filter(span.of("paid_at"), paid_at__isnull=False)
    return _per_partner(sold, DEAL, Sum("final_price"), ZERO)


def _refunded(span: Span) -> Coalesce:
    done = Refund.objects.filter(span.of("payment__booking__paid_at"), status=RefundStatus.DONE)
    return _per_partner(done, f"payment__booking__{DEAL}", Sum("amount"), ZERO)


def _bonus(span: Span, figure: str) -> Coalesce:
    bonuses = ReferralBonus.objects.filter(span.of("booking__paid_at"))
    return _per_partner(bonuses, f"booking__{DEAL}", Sum(figure), ZERO)


def _commission(span: Span) -> Coalesce:
    lines = LedgerEntry.objects.filter(
        span.of("transaction__booking__paid_at"), account__kind=AccountKind.COMMISSION
    )
    path = f"transaction__booking__{DEAL}"
    return _per_partner(lines, path, Sum(F("credit") - F("debit")), ZERO)


def _balance(kind: AccountKind) -> Coalesce:
    accounts = Account.objects.filter(kind=kind, user=OuterRef("user"))
    return Coalesce(Subquery(accounts.values("balance")), ZERO)


def _withdrawn(*statuses: str) -> Coalesce:
    rows = ReferralPayoutRequest.objects.filter(user=OuterRef("user"), status__in=statuses)
    sums = rows.order_by().values("user").annotate(figure=Sum("amount"))
    return Coalesce(Subquery(sums.values("figure")), ZERO)


def _per_partner(rows: QuerySet[Any], path: str, figure: Any, otherwise: Any) -> Coalesce:
    """A figure over the ``rows`` whose ``path`` leads to the partner."""
    mine = rows.filter(**{path: OuterRef("pk")}).order_by().values(path)
    return Coalesce(Subquery(mine.annotate(figure=figure).values("figure")), otherwise)
