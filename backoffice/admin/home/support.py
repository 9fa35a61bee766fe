"""Support's first page: a search, and what waits for somebody."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.home.attention import Pile, comments, figures_of, undelivered, unpaid
from backoffice.admin.home.health import health_part
from backoffice.admin.home.requests import requests_part
from finance.models import Refund
from finance.states import RefundStatus
from partners.models import User


def support_home(user: User, at: datetime) -> dict[str, Any]:
    return {
        "find_url": reverse("admin:find"),
        "attention": figures_of(
            [
                unpaid(user, at),
                _refunds(user),
                comments(user, at),
                undelivered(user, at),
                blocked(),
            ]
        ),
        **requests_part(user, at),
        **health_part(user, at),
    }


def blocked() -> Pile:
    return Pile(
        _("People who blocked the bot"),
        User.objects.filter(is_reachable=False),
        "partners.user",
        {"is_reachable__exact": 0},
        "block",
        "",
    )


def _refunds(user: User) -> Pile:
    waiting = [RefundStatus.REQUESTED, RefundStatus.APPROVED, RefundStatus.FAILED]
    return Pile(
        _("Refunds on their way"),
        Refund.objects.for_user(user).filter(status__in=waiting),
        "finance.refund",
        {"status__in": ",".join(waiting)},
        "undo",
    )
