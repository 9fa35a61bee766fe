"""The platform admin's first page: what waits everywhere, money, and the machine's health."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from backoffice.admin.catalog.under_filled import lacking_for
from backoffice.admin.finance.home import finance_home
from backoffice.admin.home.attention import Pile, comments, figures_of, undelivered, unpaid
from backoffice.admin.home.fill import fill_chart
from backoffice.admin.home.health import health_part
from backoffice.admin.home.requests import requests_part
from backoffice.admin.home.week import week_part
from partners.models import User


def admin_home(user: User, at: datetime) -> dict[str, Any]:
    finance = finance_home(at)
    deals = [unpaid(user, at), _lacking(user, at), comments(user, at), undelivered(user, at)]
    return {
        "finance": finance,
        "attention": [*figures_of(deals), *finance["busy"]],
        "charts": [finance["chart"], fill_chart(user, at)],
        **requests_part(user, at),
        **week_part(user, at),
        **health_part(user, at),
    }


def _lacking(user: User, at: datetime) -> Pile:
    return Pile(
        _("Dates that lack people"),
        lacking_for(user, at),
        "catalog.toursession",
        {"group": "lacking"},
        "group_off",
    )
