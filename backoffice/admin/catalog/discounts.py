"""Promotions and promo codes: their terms, what they are used for, stopping them."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import HistoryAdmin, SavedByActs, actor, staff
from backoffice.admin.bulk import bulk_page
from backoffice.admin.catalog import many
from backoffice.admin.catalog.discount_example import example_of, session_for, typed_discount
from backoffice.admin.catalog.discount_forms import DiscountForm, PromoCodeForm, values_of
from backoffice.admin.catalog.exchange.pages import Exchange
from backoffice.admin.catalog.exchange.promo_codes import PromoCodeResource
from backoffice.admin.catalog.promo_batches import Batches, BatchFilter
from backoffice.admin.display import badge, money, two_lines
from backoffice.admin.own_agency import OwnAgency
from backoffice.admin.paging import CalmChangeList
from catalog.models import PromoCode, Promotion, TourSession
from catalog.models.discount import Discount
from catalog.services import discounts as acts
from catalog.states import FundedBy
from core.clock import now
from core.ids import id_of
from partners.roles import Role
from sales.models import Booking
from sales.queries import discount_use

FIGURES = ("used", "given", "revenue")
SAVING = ("show_save", "show_save_and_continue", "show_save_and_add_another")
# Bookings are whole: no ticks between them.
CHART = {
    "maintainAspectRatio": False,
    "plugins": {"legend": {"display": False}},
    "scales": {
        "x": {"grid": {"display": False}},
        "y": {"beginAtZero": True, "ticks": {"precision": 0}, "grid": {}},
    },
}
STOP = {
    "description": _("Stop"),
    "url_path": "stop",
    "permissions": ["switch"],
    "icon": "block",
    "variant": ActionVariant.DANGER,
    "dialog": {
        "title": _("Stop this discount?"),
        "description": _("No new booking gets it; bookings made keep it. It can be resumed."),
        "form_submit_text": _("Stop"),
    },
}
RESUME = {
    "description": _("Resume"),
    "url_path": "resume",
    "permissions": ["switch"],
    "icon": "play_arrow",
    "variant": ActionVariant.PRIMARY,
    "dialog": {
        "title": _("Let this discount run again?"),
        "description": _("Within its time and limits new bookings get it again."),
        "form_submit_text": _("Resume"),
    },
}


class WithFigures(CalmChangeList):
    """A page of discounts with their use, counted for its rows only."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = {row.pk: row for row in self.result_list}
        figures = self.model_admin.with_figures(self.model.objects.filter(pk__in=rows), now())
        for pk, *values in figures.values_list("pk", *FIGURES):
            for name, value in zip(FIGURES, values, strict=True):
                setattr(rows[pk], name, value)


class DiscountAdmin(SavedByActs, OwnAgency, HistoryAdmin):
    """What promotions and promo codes share; subclasses name their acts."""

    agency_path = "agency_id"
    agency_filter = "agency"
    list_filter: Any = (("is_active", BooleanRadioFilter), ("funded_by", ChoicesDropdownFilter))
    list_select_related = ("agency", "tour", "session__tour")
    autocomplete_fields = ("tour", "session")
    actions = ["stop_selected", "resume_selected"]
    actions_detail = ["stop", "resume"]
    change_form_before_template = "admin/catalog/discount_use.html"
    change_form_after_template = "admin/catalog/discount_example.html"
    own_fields: tuple[Any, ...] = ()
    editable: ClassVar[frozenset[str]]
    with_figures: ClassVar[Callable[..., QuerySet[Any]]]

    class Media:
        js = ("backoffice/discount.js",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CalmChangeList]:
        return WithFigures

    # --- the form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        head: list[Any] = [*self.own_fields]
        if self.asks_for_agency(request, obj):
            head.insert(0, "agency")
        terms: list[Any] = [("discount_percent", "discount_amount"), ("valid_from", "valid_to")]
        if staff(request).role == Role.ADMIN:
            # An agency cannot spend the platform's money.
            terms.append("funded_by")
        good_for = {
            "fields": (("tour", "session"),),
            "description": _("Leave both empty for all tours of the agency."),
        }
        return (
            (None, {"fields": head}),
            (_("Good for"), good_for),
            (_("Discount"), {"fields": terms}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        # What the platform pays for, the agency may look at.
        return self._all_fields() if self._is_a_gift(request, obj) else ("agency",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj is None and not self.asks_for_agency(request):
            (form.own_agency_id,) = self.may_make_for(request)
        if "agency" in form.base_fields:
            form.base_fields["agency"].required = not staff(request).sees_all_agencies
        return form

    def _all_fields(self) -> list[str]:
        return [f.name for f in self.opts.concrete_fields if f.editable]

    def _is_a_gift(self, request: HttpRequest, obj: Discount) -> bool:
        return obj.funded_by == FundedBy.PLATFORM and staff(request).role != Role.ADMIN

    # --- saving: the acts, which check and record

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        values = values_of(obj, form, self.editable)
        who = {"by": actor(request), "at": now()}
        if not change:
            obj.pk = self.create(obj, values, **who).pk
        elif form.changed_data:
            self.change(obj, values, **who)

    def create(self, obj: Any, values: dict[str, Any], **who: Any) -> Model:
        raise NotImplementedError

    def change(self, obj: Any, values: dict[str, Any], **who: Any) -> Model:
        raise NotImplementedError

    # --- stopping

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        obj = self.get_object(request, str(object_id))
        if obj is None or self._is_a_gift(request, obj):
            return []
        wanted = "_stop" if obj.is_active else "_resume"
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name.endswith(wanted)]

    def has_switch_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, f"catalog.change_{self.opts.model_name}", object_id)

    @admin.action(description=_("Stop the selected"), permissions=["switch"])
    def stop_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, self, queryset, many.STOP)

    @admin.action(description=_("Let the selected run again"), permissions=["switch"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, self, queryset, many.RESUME)

    # --- what it is used for, and an example

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: Any = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "example_url": reverse(f"admin:catalog_{self.opts.model_name}_example")
        }
        if object_id is not None:
            row = self.own_or_404(request, object_id)
            context |= self._use(request, row)
            if self._is_a_gift(request, row):
                context |= {button: False for button in SAVING}
        return super().changeform_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    def _use(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        at = now()
        if not staff(request).has_perm("sales.view_booking"):
            return {}
        seen = Booking.objects.for_staff(staff(request))
        return {
            "use": discount_use.use_of(obj, at),
            "weeks": chart(discount_use.uses_by_week(obj, at)),
            "chart_options": json.dumps(CHART),
            "last_uses": discount_use.last_uses(obj, seen),
            "discount": obj,
            "is_code": isinstance(obj, PromoCode),
        }

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.example_view)
        name = f"catalog_{self.opts.model_name}_example"
        return [path("example/", view, name=name), *super().get_urls()]

    def example_view(self, request: HttpRequest) -> HttpResponse:
        """The form as it stands, on a real date: a piece of the page that ``discount.js`` asks."""
        at, typed = now(), request.GET.dict()
        this, example = typed_discount(typed), None
        if self.has_view_permission(request) and this is not None:
            sessions = self.admin_site.get_model_admin(TourSession).get_queryset(request)
            session = session_for(typed, sessions, at)
            if session is not None:
                example = example_of(
                    this,
                    session,
                    at,
                    promotion_id=id_of(typed.get("own", "")),
                    is_code=self.model is PromoCode,
                )
        context = {"example": example, "has_discount": this is not None}
        return TemplateResponse(request, "admin/catalog/discount_lines.html", context)

    # --- columns

    @display(description=_("discount"))
    def off(self, row: Discount) -> Any:
        if row.discount_percent is not None:
            return f"{row.discount_percent.normalize():f} %"
        return money(row.discount_amount)

    @display(description=_("good for"))
    def target(self, row: Discount) -> Any:
        return row.session or row.tour or _("all tours")

    @display(description=_("runs"), ordering="valid_to")
    def runs(self, row: Discount) -> SafeString:
        at = now()
        if not row.is_active:
            return badge(_("stopped"))
        if row.valid_from > at:
            return badge(
                _("from %(day)s") % {"day": f"{localtime(row.valid_from):%d.%m.%Y}"}, "info"
            )
        if row.valid_to <= at:
            return badge(_("over"))
        if self.is_used_up(row):
            return badge(_("used up"), "warning")
        return badge(_("until %(day)s") % {"day": f"{localtime(row.valid_to):%d.%m.%Y}"}, "success")

    def is_used_up(self, row: Any) -> bool:
        return False

    @display(description=_("given, paid with it"))
    def money_moved(self, row: Any) -> SafeString:
        return two_lines(money(row.given), money(row.revenue))


@admin.register(Promotion)
class PromotionAdmin(DiscountAdmin):
    event_name = "promotion"
    restores = acts.PROMOTION - {"funded_by"}
    form = DiscountForm
    list_display = ("title", "off", "used", "runs", "target", "money_moved", "agency")
    search_fields = ("title", "tour__title_ru")
    own_fields = ("title",)
    editable = acts.PROMOTION
    with_figures = staticmethod(discount_use.with_promotion_figures)
    empty_title = _("No promotions yet")
    empty_text = _("The best one of a tour or a date applies to a booking by itself.")

    def create(self, obj: Promotion, values: dict[str, Any], **who: Any) -> Promotion:
        return acts.create_promotion(agency_id=obj.agency_id or 0, values=values, **who)

    def change(self, obj: Promotion, values: dict[str, Any], **who: Any) -> Promotion:
        return acts.change_promotion(promotion_id=obj.pk, values=values, **who)

    @action(**STOP)
    def stop(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(acts.stop_promotion, promotion_id=row.pk)
        return self.do(request, row, work, done=_("Stopped: bookings made keep it."))

    @action(**RESUME)
    def resume(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(acts.resume_promotion, promotion_id=row.pk)
        return self.do(request, row, work, done=_("It runs again."))

    @display(description=_("bookings"))
    def used(self, row: Any) -> int:
        return int(row.used)


@admin.register(PromoCode)
class PromoCodeAdmin(Exchange, Batches, DiscountAdmin):
    event_name = "promo_code"
    restores = acts.PROMO_CODE - {"funded_by", "batch"}
    form = PromoCodeForm
    resource = PromoCodeResource
    list_display = ("word", "off", "uses", "runs", "target", "money_moved", "agency")
    list_display_links = ("word",)
    list_filter = (*DiscountAdmin.list_filter, BatchFilter)
    search_fields = ("code", "batch", "tour__title_ru")
    own_fields = ("code", ("usage_limit", "per_user_limit"))
    editable = acts.PROMO_CODE
    with_figures = staticmethod(discount_use.with_promo_figures)
    empty_title = _("No promo codes yet")
    empty_text = _("A code gives a discount on what remains after the promotion.")

    def create(self, obj: PromoCode, values: dict[str, Any], **who: Any) -> PromoCode:
        return acts.create_promo_code(agency_id=obj.agency_id, code=obj.code, values=values, **who)

    def change(self, obj: PromoCode, values: dict[str, Any], **who: Any) -> PromoCode:
        return acts.change_promo_code(promo_code_id=obj.pk, values=values, **who)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_readonly_fields(request, obj)
        # The word is on posters already.
        return (*shown, "code") if obj else shown

    def _for_file(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return discount_use.with_promo_figures(super()._for_file(rows), now())

    @action(**STOP)
    def stop(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(acts.stop_promo_code, promo_code_id=row.pk)
        return self.do(request, row, work, done=_("Stopped: bookings made keep it."))

    @action(**RESUME)
    def resume(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(acts.resume_promo_code, promo_code_id=row.pk)
        return self.do(request, row, work, done=_("It runs again."))

    @display(description=_("code"), ordering="code")
    def word(self, row: PromoCode) -> SafeString:
        return two_lines(format_html('<span class="nowrap">{}</span>', row.code), row.batch)

    def is_used_up(self, row: Any) -> bool:
        return row.usage_limit is not None and row.used >= row.usage_limit

    @display(description=_("used"))
    def uses(self, row: Any) -> str:
        return f"{row.used} / {'∞' if row.usage_limit is None else row.usage_limit}"


def chart(weeks: list[tuple[Any, int]]) -> str:
    """Unfold's bar chart of uses by week."""
    bars = {
        "label": gettext("bookings"),
        "data": [n for _day, n in weeks],
        "backgroundColor": "var(--color-primary-600)",
    }
    return json.dumps({"labels": [f"{day:%d.%m}" for day, _n in weeks], "datasets": [bars]})
