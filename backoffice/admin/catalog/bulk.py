"""Many dates at once: terms, then what each would become or why not, then an act and an outcome for
each.

What the preview showed is what is carried out: it is signed into the page, so a percentage is not
taken twice when the page is sent twice, and a date that somebody changed meanwhile is refused.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from backoffice.admin.base import actor, staff
from backoffice.admin.catalog.cut_off import cut_off_words
from backoffice.admin.catalog.session_forms import BulkForm
from backoffice.admin.display import change_url
from backoffice.admin.refusals import rehearse
from backoffice.admin.stale import lock_shown, what_happened
from catalog.models import TourSession
from catalog.services.sales_window import close_session, reopen_session
from catalog.services.sessions import MOST_DATES, change_session
from catalog.states import SessionStatus
from core.actor import Actor
from core.clock import now
from core.money import som
from core.refusals import Conflict, Refusal

SALT = "dates.bulk"
WINDOWS = {"close": close_session, "reopen": reopen_session}
WISHED = {"close": SessionStatus.CLOSED, "reopen": SessionStatus.OPEN}


@dataclass(frozen=True, slots=True)
class Plan:
    """What one date becomes: values that differ, and its sales window when that moves.

    ``seen`` is what the preview showed of the values; nothing before there was one.
    """

    session: TourSession
    values: dict[str, Any]
    window: str = ""
    seen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return change_url(self.session)

    @property
    def is_empty(self) -> bool:
        return not self.values and not self.window

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Name, what it is and what it becomes, to be read."""
        session = self.session
        told = [
            (_label(name), _read(session, name, getattr(session, name)), _read(session, name, new))
            for name, new in self.values.items()
        ]
        if self.window:
            wished = WISHED[self.window].label
            told.append((_("status"), session.get_status_display(), str(wished)))
        return told

    def carry_out(self, by: Actor, at: datetime) -> None:
        """One act, or two when the sales window moves as well; all of it or nothing."""
        with transaction.atomic():
            self._check_seen(by)
            self._act(by, at)

    def _check_seen(self, by: Actor) -> None:
        lock_shown(TourSession, str(self.session.pk))
        now_there = TourSession.objects.get(pk=self.session.pk)
        changed = [
            name
            for name, old in self.seen.items()
            if name in self.values and getattr(now_there, name) != old
        ]
        if changed:
            raise Conflict(what_happened(now_there, changed, by.user_id))

    def _act(self, by: Actor, at: datetime) -> None:
        if self.values:
            change_session(session_id=self.session.pk, values=self.values, by=by, at=at)
        if self.window:
            WINDOWS[self.window](session_id=self.session.pk, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a date fared, or would fare; the plan's session is as it was before."""

    plan: Plan
    refusal: Refusal | None = None

    @property
    def kind(self) -> str:
        return "refused" if self.refusal else "same" if self.plan.is_empty else "changed"


def bulk_page(request: HttpRequest, admin: ModelAdmin, sessions: Any) -> HttpResponse:
    """The page for the selected ``sessions``, which the person may see."""
    rows = list(sessions.order_by("date_start", "pk")[: MOST_DATES + 1])
    step = request.POST.get("step", "")
    context: dict[str, Any] = {"step": "form", "form": BulkForm(request.POST if step else None)}
    if len(rows) > MOST_DATES:
        context |= {"step": "too_many", "limit": MOST_DATES}
    elif step == "carry_out":
        told = _carry_out(request, rows)
        # What was refused may be tried again; the rest is done.
        rows = [each.plan.session for each in told["outcomes"] if each.refusal]
        context |= {"step": "done", **told}
    elif step == "preview" and context["form"].is_valid():
        plans = [_plan(session, context["form"]) for session in rows]
        signed = _sign(plans, request)
        context |= {"step": "preview", "plan": signed, **_sum_up(_rehearse(request, plans))}
    context |= {
        **admin.admin_site.each_context(request),
        "title": _("Change the selected dates"),
        "opts": admin.opts,
        "sessions": rows,
        # With the filters it had.
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/catalog/bulk.html", context)


def _plan(session: TourSession, form: BulkForm) -> Plan:
    window = form.cleaned_data["window"] if form.cleaned_data["do_window"] else ""
    return _what_differs(session, form.values_for(session), window)


def _what_differs(session: TourSession, values: dict[str, Any], window: str) -> Plan:
    values = {name: new for name, new in values.items() if getattr(session, name) != new}
    return Plan(session, values, "" if window and session.status == WISHED[window] else window)


def _rehearse(request: HttpRequest, plans: Iterable[Plan]) -> list[Outcome]:
    return [_outcome(request, plan, rehearse) for plan in plans]


def _carry_out(request: HttpRequest, rows: list[TourSession]) -> dict[str, Any]:
    try:
        signed = signing.loads(request.POST.get("plan", ""), salt=_salt(request))
    except signing.BadSignature:
        raise SuspiciousOperation from None
    plans = [_read_plan(row, signed[str(row.pk)]) for row in rows if str(row.pk) in signed]
    return _sum_up([_outcome(request, plan, _try) for plan in plans])


def _outcome(
    request: HttpRequest, plan: Plan, how: Callable[[Callable[[], None]], Refusal | None]
) -> Outcome:
    if plan.is_empty:
        return Outcome(plan)
    work = partial(plan.carry_out, actor(request), now())
    return Outcome(plan, how(work))


def _try(work: Callable[[], None]) -> Refusal | None:
    try:
        work()
    except Refusal as refusal:
        return refusal
    return None


def _sum_up(outcomes: list[Outcome]) -> dict[str, Any]:
    kinds = [outcome.kind for outcome in outcomes]
    return {
        "outcomes": outcomes,
        "changed": kinds.count("changed"),
        "refused": kinds.count("refused"),
        "same": kinds.count("same"),
    }


# --- the plan as it travels with the page


def _sign(plans: Iterable[Plan], request: HttpRequest) -> str:
    plain = {
        str(plan.session.pk): {
            "window": plan.window,
            "values": {name: _plain(value) for name, value in plan.values.items()},
            "seen": {name: _plain(getattr(plan.session, name)) for name in plan.values},
        }
        for plan in plans
    }
    return signing.dumps(plain, salt=_salt(request), compress=True)


def _salt(request: HttpRequest) -> str:
    """A plan is carried out by whoever has looked at it."""
    return f"{SALT}.{staff(request).pk}"


def _read_plan(session: TourSession, plain: dict[str, Any]) -> Plan:
    plan = _what_differs(session, _values(plain["values"]), plain["window"])
    return replace(plan, seen=_values(plain["seen"]))


def _values(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: TourSession._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
        for name, value in plain.items()
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | datetime) else value


# --- words


def _label(name: str) -> str:
    return str(TourSession._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _read(session: TourSession, name: str, value: Any) -> str:
    if name == "price":
        return som(value)
    if name == "sales_close_at":
        return cut_off_words(value, session.date_start)
    return "–" if value == "" else str(value)
