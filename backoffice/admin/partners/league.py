"""The list of partners as a league: periods, the filter of flagged ones, and its columns."""

from decimal import Decimal
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import floatformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin
from backoffice.admin.display import badge, list_url, two_lines
from backoffice.admin.paging import CalmChangeList
from core.clock import now
from core.money import som
from partners.models import ReferralPartner
from sales.queries.partner_flags import flags_of
from sales.queries.partner_league import Period, league_queryset, span_of

LIST = "partners.referralpartner"


class PeriodFilter(DropdownFilter):
    """Figures of a local month; every partner is counted, whichever is chosen."""

    title = _("period")
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(period.value, period.label) for period in Period]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        at = now()
        return league_queryset(queryset, at=at, span=span_of(self.value(), at))


class FlaggedFilter(DropdownFilter):
    """Those worth a look. Flags are computed, so every partner's are."""

    title = _("flags")
    parameter_name = "flagged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("worth a look")), ("no", _("nothing seen"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        flagged = list(flags_of(ReferralPartner.objects.values_list("pk", flat=True)))
        if self.value() == "yes":
            return queryset.filter(pk__in=flagged)
        return queryset.exclude(pk__in=flagged)


class LeagueList(CalmChangeList):
    """The rows of a page with their flags; who sells most comes first."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        found = list(super().get_ordering(request, queryset))
        return found if ORDER_VAR in self.params else ["-sales", *found]

    def rows_of(self, page: Any) -> list[Any]:
        # The period's filter annotates what the columns show.
        return list(page)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        flags = flags_of(partner.pk for partner in self.result_list)
        for partner in self.result_list:
            partner.flags = flags.get(partner.pk, [])


def period_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    shown = request.GET.get("period", "")
    tabs = [{"title": gettext("All time"), "url": list_url(LIST), "on": not shown}]
    return tabs + [
        {
            "title": period.label.capitalize(),
            "url": list_url(LIST, period=period.value),
            "on": shown == period,
        }
        for period in Period
    ]


class LeagueColumns(BaseAdmin):
    """Columns off the annotations of ``league_queryset``."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CalmChangeList]:
        return LeagueList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user")

    @display(description=_("partner"), ordering="code")
    def who(self, partner: Any) -> SafeString:
        return two_lines(partner.code, partner.user)

    @display(description=_("bonus, %"), ordering="percent")
    def today(self, partner: Any) -> SafeString:
        state = "" if partner.is_active else badge(_("stopped"), "danger")
        return two_lines(f"{plain(partner.percent)} %", state)

    @display(description=_("people"), ordering="people")
    def people(self, partner: Any) -> int:
        return int(partner.people)

    @display(description=_("paid bookings"), ordering="paid")
    def paid(self, partner: Any) -> SafeString:
        return two_lines(partner.paid, gettext("of %(number)s") % {"number": partner.asked})

    @display(description=_("sales"), ordering="sales")
    def sold(self, partner: Any) -> Any:
        return amount(partner.sales)

    @display(description=_("earned"), ordering="earned")
    def earned(self, partner: Any) -> Any:
        back = partner.taken_back
        return two_lines(
            amount(partner.earned), format_html("−&nbsp;{}", amount(back)) if back else ""
        )

    @display(description=_("commission less bonus"), ordering="rest")
    def rest(self, partner: Any) -> SafeString:
        """What the platform keeps once the bonus is paid, and out of what."""
        return two_lines(
            amount(partner.rest),
            format_html("{} −&nbsp;{}", amount(partner.commission), amount(partner.cost)),
        )

    @display(description=_("available and pending"), ordering="available")
    def balance(self, partner: Any) -> SafeString:
        return two_lines(
            amount(partner.available), format_html("+&nbsp;{}", amount(partner.pending))
        )

    @display(description=_("paid to cards and on its way"), ordering="paid_out")
    def paid_out(self, partner: Any) -> SafeString:
        on_its_way = (
            format_html("+&nbsp;{}", amount(partner.on_its_way)) if partner.on_its_way else ""
        )
        return two_lines(amount(partner.paid_out), on_its_way)

    @display(description=_("worth a look"))
    def seen(self, partner: Any) -> SafeString | str:
        if not partner.flags:
            return ""
        titles = ((badge(flag.kind.label, "warning"),) for flag in partner.flags)
        return format_html('<span class="c-seats">{}</span>', format_html_join("", "{}", titles))


def plain(percent: Decimal) -> str:
    """“5” rather than “5.00”."""
    return str(floatformat(percent, -2))


def amount(figure: Decimal) -> SafeString:
    """UZS without its unit: the note above the list names it."""
    return format_html('<span class="c-money">{}</span>', som(figure).rpartition(" ")[0])
