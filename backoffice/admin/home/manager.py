"""An agency's first page: requests, this week, money, and what needs attention."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.admin.catalog.under_filled import lacks
from backoffice.admin.charts import LINE, MAIN, Chart, Row, chart_data, chart_options
from backoffice.admin.display import list_url
from backoffice.admin.figures import Figure
from backoffice.admin.home.attention import agency_attention
from backoffice.admin.home.begin import begin_part
from backoffice.admin.home.fill import fill_chart
from backoffice.admin.home.requests import requests_part
from backoffice.admin.home.week import week_part
from core.clock import local_date, local_midnight
from core.money import ZERO, som
from finance.models import Account
from finance.states import AGENCY_ACCOUNTS, AccountKind
from partners.models import User
from sales.models import Booking
from sales.queries.takings import WeekPaid, paid_by_week
from sales.states import BookingStatus

LACKING = 3
WEEKS = 8


def agency_home(user: User, at: datetime) -> dict[str, Any]:
    """What is left to set up; an agency that has never published a tour sees nothing else."""
    begin = begin_part(user)
    if begin and begin.is_new:
        return {"begin": begin, "figures": []}
    return {
        "begin": begin,
        "figures": _money(user, at),
        "attention": agency_attention(user, at),
        "lacks": lacks(user, at, most=LACKING),
        "lacks_url": reverse("admin:catalog_toursession_lacking"),
        "charts": [_paid_chart(user, at), fill_chart(user, at)],
        **requests_part(user, at),
        **week_part(user, at),
    }


# --- money


def _money(user: User, at: datetime) -> list[Figure]:
    """The agency's own balances; for its owner with a link to the lines."""
    accounts = Account.objects.filter(agency_id__in=user.agency_ids, kind__in=AGENCY_ACCOUNTS)
    rows = list(accounts.values_list("kind", "pk", "balance"))
    pending, available, reserve = AGENCY_ACCOUNTS
    figures = [
        _balance(user, rows, pending, _("Pending"), _("until the tours are over"), "schedule"),
        _balance(user, rows, available, _("Available"), _("for the next payout"), "savings"),
    ]
    if any(balance for kind, _pk, balance in rows if kind == reserve):
        title, note = _("Reserve"), _("held back for a while")
        figures.append(_balance(user, rows, reserve, title, note, "lock_clock"))
    return [*figures, _paid_this_month(user, at)]


def _balance(
    user: User, rows: list[Any], kind: AccountKind, title: str, note: str, icon: str
) -> Figure:
    own = [(pk, balance) for found, pk, balance in rows if found == kind]
    url = list_url("finance.paymenttransaction", state__exact="performed")
    if user.has_perm("finance.view_account"):
        url = list_url("finance.account", kind__exact=kind.value)
    if len(own) == 1 and user.has_perm("finance.view_ledgerentry"):
        url = list_url("finance.ledgerentry", account__id__exact=own[0][0])
    total = sum((balance for _pk, balance in own), ZERO)
    return Figure(title, som(total), note, url, icon, "danger" if total < 0 else "")


def _paid_this_month(user: User, at: datetime) -> Figure:
    since = local_date(at).replace(day=1)
    paid = Booking.objects.for_staff(user).filter(
        status=BookingStatus.PAID, paid_at__gte=local_midnight(since)
    )
    title, note = _("Paid bookings"), _("this month")
    return Figure(title, str(paid.count()), note, _paid_url(since), "confirmation_number")


def _paid_url(first: date, last: date | None = None) -> str:
    """The list of the bookings paid from ``first`` on, up to ``last``."""
    query = {
        "status__exact": BookingStatus.PAID.value,
        "paid_at__gte": local_midnight(first).isoformat(),
    }
    if last:
        query["paid_at__lt"] = local_midnight(last + timedelta(days=1)).isoformat()
    return f"{list_url('sales.booking')}?{urlencode(query)}"


# --- the last weeks


def _paid_chart(user: User, at: datetime) -> Chart:
    """Bars of money, and a line of how many bookings it came from."""
    weeks = paid_by_week(Booking.objects.for_staff(user), at, weeks=WEEKS)
    money = {
        "label": _("paid, soʻm"),
        "data": [float(week.amount) for week in weeks],
        "backgroundColor": MAIN,
        "borderRadius": 4,
        "maxBarThickness": 36,
        "order": 1,
    }
    bookings = {
        "label": _("bookings"),
        "data": [week.bookings for week in weeks],
        "type": "line",
        "yAxisID": "y1",
        "borderColor": LINE,
        "backgroundColor": LINE,
        "borderWidth": 2,
        "pointRadius": 3,
        "order": 0,
    }
    return Chart(
        title=_("Paid by week"),
        url=_paid_url(weeks[0].first),
        data=chart_data([date_format(week.first, "d.m") for week in weeks], money, bookings),
        options=chart_options(has_beside=True),
        heads=(_("week"), _("bookings"), _("paid, soʻm")),
        rows=[_paid_row(week) for week in weeks],
        empty="" if any(week.bookings for week in weeks) else _("Nothing was paid in eight weeks."),
    )


def _paid_row(week: WeekPaid) -> Row:
    days = f"{week.first:%d.%m} – {week.last:%d.%m}"
    return Row(days, _paid_url(week.first, week.last), (str(week.bookings), som(week.amount)))
