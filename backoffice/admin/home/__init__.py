"""The first page: what waits for this person, and how the day is going. Every figure is a link."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from backoffice.admin.base import staff
from backoffice.admin.finance.home import finance_home
from backoffice.admin.home.admin import admin_home
from backoffice.admin.home.manager import agency_home
from backoffice.admin.home.support import support_home
from core.clock import now
from partners.models import User
from partners.roles import Role


def accountant_home(_user: User, at: datetime) -> dict[str, Any]:
    return {"finance": finance_home(at)}


PAGES: dict[Role, tuple[str, Callable[[User, datetime], dict[str, Any]]]] = {
    Role.MANAGER: ("manager", agency_home),
    Role.OWNER: ("manager", agency_home),
    Role.ACCOUNTANT: ("accountant", accountant_home),
    Role.SUPPORT: ("support", support_home),
    Role.ADMIN: ("admin", admin_home),
}


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's dashboard callback."""
    user, at = staff(request), now()
    page, tell = PAGES[user.role]
    home = {"at": at, "person": user, "template": f"admin/home/{page}.html", **tell(user, at)}
    return {**context, "home": home}
