"""Commission rates: proposed, decided, and tried over past bookings."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display

from backoffice.admin.base import actor, staff
from backoffice.admin.display import link, page_url, two_lines
from backoffice.admin.finance.what_if import what_if_page
from backoffice.admin.proposals import Proposals
from core.clock import local_date, now
from finance.models import CommissionRate
from finance.services.rates import decide_rate, propose_rate


@admin.register(CommissionRate)
class RateAdmin(Proposals):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "rate"
    list_display = ("reach", "percent_shown", "days", "state", "created_by", "decided_by")
    list_filter = (("status", ChoicesDropdownFilter), ("valid_from", RangeDateFilter))
    list_select_related = ("agency", "tour", "created_by", "decided_by")
    search_fields = ("agency__name", "reason")
    autocomplete_fields = ("agency", "tour")
    actions_list = ["what_if"]
    empty_title = _("No rates yet")
    empty_text = _("Until one is agreed, an agency's bookings take the rate on its own page.")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return ((None, {"fields": ("agency",)}),)
        return (
            (
                None,
                {
                    "fields": (
                        ("agency", "tour"),
                        "percent",
                        ("valid_from", "valid_to"),
                        "reason",
                    ),
                    "description": _(
                        "It counts for bookings asked for from its first day on, once somebody "
                        "else has approved it. What was asked for earlier keeps its rate."
                    ),
                },
            ),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"valid_from": local_date(now()), **super().get_changeform_initial_data(request)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[CommissionRate]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        data = form.cleaned_data
        made = propose_rate(
            agency_id=data["agency"].pk,
            tour_id=data["tour"].pk if data["tour"] else None,
            percent=data["percent"],
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            reason=data["reason"],
            by=actor(request),
            at=now(),
        )
        obj.pk, obj._state.adding = made.pk, False

    def decide(self, pk: int) -> Callable[..., Any]:
        return partial(decide_rate, rate_id=pk)

    def facts(self, proposal: CommissionRate) -> list[tuple[Any, Any]]:
        agency, tour = proposal.agency, proposal.tour
        return [
            (_("Agency"), link(page_url("partners.travelagency", agency.pk), agency)),
            (_("Only for the tour"), link(page_url("catalog.tour", tour.pk), tour) if tour else ""),
            (_("Commission"), f"{proposal.percent.normalize():f} %"),
            (_("Days"), self.days(proposal)),
        ]

    # --- what it would change

    def has_what_if_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.add_commissionrate", object_id)

    @action(
        description=_("What if?"), url_path="what-if", permissions=["what_if"], icon="query_stats"
    )
    def what_if(self, request: HttpRequest) -> HttpResponse:
        return what_if_page(request, self)

    # --- columns

    @display(description=_("for"), ordering="agency__name")
    def reach(self, rate: CommissionRate) -> SafeString:
        return two_lines(rate.agency, rate.tour or _("all tours without a rate of their own"))

    @display(description=_("commission"), ordering="percent")
    def percent_shown(self, rate: CommissionRate) -> str:
        return f"{rate.percent.normalize():f} %"

    @display(description=_("days"), ordering="valid_from")
    def days(self, rate: CommissionRate) -> str:
        until = f"{rate.valid_to:%d.%m.%Y}" if rate.valid_to else "…"
        return f"{rate.valid_from:%d.%m.%Y} – {until}"

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = list(super().get_list_display(request))
        # Whose idea it was is the platform's own business.
        return shown if staff(request).sees_all_agencies else shown[:4]
