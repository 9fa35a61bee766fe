"""Who is owed a payout, what stands in its way, and what is on its way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from constance import config
from dateutil.relativedelta import relativedelta
from django.db.models import Q, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from core.clock import local_date
from core.models.proposal import ProposalStatus
from core.money import TIYIN, ZERO
from finance.models import Account, LedgerEntry, Payout, Refund
from finance.queries.overview import Pile
from finance.states import (
    AGENCY_ACCOUNTS,
    OPEN_PAYOUTS,
    OPEN_REFUNDS,
    AccountKind,
    PayoutStatus,
)
from partners.models import AgencyStatus, PaymentDetailsChange, PayoutCycle, TravelAgency

# Days of the month on which agencies of the cycle ``dates`` are paid out.
PAYOUT_DAYS = (1, 11, 21)
# New bank details are told as new for so long.
NEW_DETAILS = timedelta(days=30)
# Without these no bank takes an order.
NEEDED_DETAILS = ("bank_name", "bank_account", "bank_mfo", "tax_id")
# The bank reads Russian, whoever makes its file.
LANGUAGE_OF_BANKS = "ru"


class Obstacle(StrEnum):
    """Why an agency gets nothing today."""

    BLOCKED = "blocked"
    DETAILS = "details"
    OPEN = "open"
    NEGATIVE = "negative"
    BELOW = "below"


@dataclass(slots=True)
class Standing:
    """How an agency stands with its money, UZS. ``minimum`` is the smallest payout; ``due_since``
    the payout day that nothing has been made for yet, ``next_day`` the one to come: agencies
    paid on demand have neither."""

    agency: TravelAgency
    pending: Decimal = ZERO
    reserve: Decimal = ZERO
    available: Decimal = ZERO
    minimum: Decimal = ZERO
    open_payout: Payout | None = None
    last_payout: Payout | None = None
    details_proposed: bool = False
    refunds_open: Decimal = ZERO
    due_since: date | None = None
    next_day: date | None = None
    obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def is_payable(self) -> bool:
        return not self.obstacles

    @property
    def is_due(self) -> bool:
        """Somebody should make its payout today."""
        return self.is_payable and self.due_since is not None

    @property
    def missing_details(self) -> list[str]:
        return missing_details(self.agency)


def payout_queue(at: datetime) -> list[Standing]:
    """Every agency with money or an open payout: who is due first, then by amount."""
    with_money = Account.objects.filter(kind__in=AGENCY_ACCOUNTS).exclude(balance=0)
    with_payout = Payout.objects.filter(status__in=OPEN_PAYOUTS)
    rows = TravelAgency.objects.filter(
        Q(pk__in=with_money.values("agency_id")) | Q(pk__in=with_payout.values("agency_id"))
    )
    found = _standings(rows, at)
    return sorted(
        found, key=lambda row: (not row.is_due, not row.is_payable, -row.available, row.agency.name)
    )


def standing_of(agency: TravelAgency, at: datetime) -> Standing:
    """How one agency stands."""
    (found,) = _standings([agency], at)
    return found


def missing_details(agency: TravelAgency) -> list[str]:
    """What the bank needs and nobody has filled in, in words."""
    return [
        str(TravelAgency._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        for name in NEEDED_DETAILS
        if not getattr(agency, name)
    ]


def last_payout_day(today: date) -> date:
    """The latest payout day up to ``today``."""
    return today.replace(day=max(day for day in PAYOUT_DAYS if day <= today.day))


def next_payout_day(today: date) -> date:
    """The first payout day after ``today``."""
    later = [day for day in PAYOUT_DAYS if day > today.day]
    return today.replace(day=later[0]) if later else today.replace(day=1) + relativedelta(months=1)


def payouts_waiting() -> Pile:
    """Payouts that wait for a second pair of eyes."""
    rows = Payout.objects.filter(status=PayoutStatus.CREATED)
    return Pile(rows.count(), rows.aggregate(total=Sum("amount"))["total"] or ZERO)


def next_period(agency_id: int, at: datetime) -> tuple[date, date]:
    """From the day after the last payout's period, or from the first line, up to today."""
    today = local_date(at)
    last = (
        Payout.objects.filter(agency_id=agency_id)
        .exclude(status=PayoutStatus.CANCELLED)
        .values_list("period_end", flat=True)
        .first()
    )
    if last is not None:
        return min(last + timedelta(days=1), today), today
    first = (
        LedgerEntry.objects.filter(
            account__agency_id=agency_id, account__kind=AccountKind.AGENCY_AVAILABLE
        )
        .order_by("pk")
        .values_list("transaction__posted_at", flat=True)
        .first()
    )
    return min(local_date(first), today) if first else today, today


def has_proposed_details(agency_id: int) -> bool:
    """Whether somebody has proposed new bank details that nobody has decided."""
    return PaymentDetailsChange.objects.filter(
        agency_id=agency_id, status=ProposalStatus.PROPOSED
    ).exists()


def has_changed_account(payout: Payout) -> bool:
    """Whether it will go to another bank account than the agency's last approved payout went to."""
    before = Payout.objects.filter(agency_id=payout.agency_id, approved_at__isnull=False)
    last = before.exclude(pk=payout.pk).order_by("-pk").first()
    agency = payout.agency
    now_to = (agency.bank_mfo, agency.bank_account)
    return last is not None and (last.bank_mfo, last.bank_account) != now_to


# --- where it goes


@dataclass(frozen=True, slots=True)
class Destination:
    """The bank details of a payout; ``since`` when they are new, the day they became so."""

    bank: str
    account: str
    mfo: str
    tax_id: str
    since: date | None = None


def destination_of(payout: Payout, at: datetime) -> Destination | None:
    """Where its money goes: the agency's details while it waits for its approval, after it those
    it was approved with; nothing for one that was dropped before."""
    if payout.approved_at is not None:
        return _details(payout, None)
    if payout.status != PayoutStatus.CREATED:
        return None
    return _details(payout.agency, _details_since(payout.agency_id, at))


def _details(row: Payout | TravelAgency, since: date | None) -> Destination:
    return Destination(row.bank_name, row.bank_account, row.bank_mfo, row.tax_id, since)


def _details_since(agency_id: int, at: datetime) -> date | None:
    """The day on which the agency got bank details other than before, if that was lately."""
    rows = PaymentDetailsChange.objects.filter(
        agency_id=agency_id, status=ProposalStatus.APPROVED
    ).order_by("-decided_at", "-pk")
    changes = list(rows.values_list("decided_at", *NEEDED_DETAILS))
    for (decided_at, *new), before in zip_longest(changes, changes[1:]):
        if decided_at is None or decided_at < at - NEW_DETAILS:
            return None
        # Another change may have been of the cashbox alone.
        if before is None or list(before[1:]) != new:
            return local_date(decided_at)
    return None


# --- what a bank is told


@dataclass(frozen=True, slots=True)
class BankOrder:
    """A payout as a bank takes it: the details of its approval, the purpose in Russian."""

    number: str
    payee: str
    tax_id: str
    bank: str
    mfo: str
    account: str
    amount: Decimal
    purpose: str

    @property
    def key(self) -> str:
        return self.number


def orders_of(register_id: int) -> list[BankOrder]:
    """The orders of a register, as it was handed over."""
    rows = Payout.objects.filter(register_id=register_id).select_related("agency", "register")
    with translation.override(LANGUAGE_OF_BANKS):
        return [_order(payout) for payout in rows.order_by("pk")]


def _order(payout: Payout) -> BankOrder:
    return BankOrder(
        number=str(payout.pk),
        payee=payout.agency.name,
        tax_id=payout.tax_id,
        bank=payout.bank_name,
        mfo=payout.bank_mfo,
        account=payout.bank_account,
        amount=payout.amount,
        purpose=_(
            "Money for tours sold, period %(start)s – %(end)s. Payout No. %(number)s of register "
            "%(register)s"
        )
        % {
            "start": f"{payout.period_start:%d.%m.%Y}",
            "end": f"{payout.period_end:%d.%m.%Y}",
            "number": payout.pk,
            "register": payout.register,
        },
    )


# --- standings


def _standings(agencies: Iterable[TravelAgency], at: datetime) -> list[Standing]:
    """As many queries for one as for all."""
    found = {agency.pk: Standing(agency) for agency in agencies}
    ids = list(found)
    names = dict(zip(AGENCY_ACCOUNTS, ("pending", "available", "reserve"), strict=True))
    accounts = Account.objects.filter(agency_id__in=ids, kind__in=AGENCY_ACCOUNTS)
    for agency_id, kind, balance in accounts.values_list("agency_id", "kind", "balance"):
        setattr(found[agency_id], names[AccountKind(kind)], balance)  # type: ignore[index]
    for payout in Payout.objects.filter(agency_id__in=ids, status__in=OPEN_PAYOUTS):
        found[payout.agency_id].open_payout = payout
    for payout in _last_payouts(ids):
        found[payout.agency_id].last_payout = payout
    for agency_id, total in _open_refunds(ids):
        found[agency_id].refunds_open = total
    proposed = PaymentDetailsChange.objects.filter(
        agency_id__in=ids, status=ProposalStatus.PROPOSED
    )
    for agency_id in proposed.values_list("agency_id", flat=True):
        found[agency_id].details_proposed = True
    today, minimum = local_date(at), Decimal(config.MINIMUM_PAYOUT)
    for standing in found.values():
        standing.minimum = minimum
        _tell_days(standing, today)
        standing.obstacles = list(_obstacles(standing))
    return list(found.values())


def _last_payouts(ids: list[int]) -> Iterable[Payout]:
    rows = Payout.objects.filter(agency_id__in=ids).exclude(status=PayoutStatus.CANCELLED)
    return rows.order_by("agency_id", "-pk").distinct("agency_id")


def _open_refunds(ids: list[int]) -> Any:
    rows = Refund.objects.filter(payment__agency_id__in=ids, status__in=OPEN_REFUNDS)
    totals = rows.order_by().values("payment__agency_id").annotate(total=Sum("amount"))
    return totals.values_list("payment__agency_id", "total")


def _tell_days(standing: Standing, today: date) -> None:
    if standing.agency.payout_cycle != PayoutCycle.DATES:
        return
    standing.next_day = next_payout_day(today)
    day, last = last_payout_day(today), standing.last_payout
    # One that came back has paid nobody: its day is still to be made good.
    came_back = last is not None and last.status == PayoutStatus.FAILED
    if last is None or came_back or local_date(last.created_at) < day:
        standing.due_since = day


def _obstacles(standing: Standing) -> Iterable[Obstacle]:
    """The weightiest first."""
    if standing.agency.status == AgencyStatus.BLOCKED:
        yield Obstacle.BLOCKED
    if missing_details(standing.agency):
        yield Obstacle.DETAILS
    if standing.open_payout is not None:
        yield Obstacle.OPEN
    elif standing.available < 0:
        yield Obstacle.NEGATIVE
    elif standing.available < max(standing.minimum, TIYIN):
        yield Obstacle.BELOW
