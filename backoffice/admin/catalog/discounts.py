"""Promotions and promo codes."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from backoffice.admin.base import HistoryAdmin, staff
from backoffice.admin.display import badge, money
from backoffice.admin.own_agency import OwnAgency
from catalog.models import PromoCode, Promotion
from catalog.models.discount import Discount
from catalog.states import FundedBy
from core.clock import now
from partners.roles import Role


class DiscountForm(ModelForm):  # type: ignore[type-arg]
    """Percent or amount, for rows of the one agency; constraints in words."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        percent, amount = data.get("discount_percent"), data.get("discount_amount")
        if (percent is None) == (amount is None):
            self.add_error("discount_percent", _("Give either a percentage or an amount."))
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", _("It must end after it starts."))
        self._check_one_agency(data)
        return data

    def _check_one_agency(self, data: dict[str, Any]) -> None:
        agency = data.get("agency") or self.instance.agency
        tour, session = data.get("tour"), data.get("session")
        for field, owner in (
            ("tour", tour and tour.agency_id),
            ("session", session and session.tour.agency_id),
        ):
            if owner and agency and owner != agency.pk:
                self.add_error(field, _("This belongs to another agency."))
        if tour and session and session.tour_id != tour.pk:
            self.add_error("session", _("This date belongs to another tour."))


class PromotionForm(DiscountForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if bool(data.get("tour")) == bool(data.get("session")):
            raise ValidationError(_("Choose either a tour or one of its dates."))
        return data


class PromoCodeForm(DiscountForm):
    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        owned = data.get("agency") or self.instance.agency_id
        if data.get("funded_by") == FundedBy.AGENCY and not owned:
            self.add_error("funded_by", _("A code of no agency is paid for by the platform."))
        return data


class DiscountAdmin(OwnAgency, HistoryAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    list_filter = (("is_active", BooleanRadioFilter), ("funded_by", ChoicesDropdownFilter))
    list_select_related = ("agency", "tour", "session__tour")
    autocomplete_fields = ("tour", "session")
    readonly_fields = ("created_at",)
    own_fields: tuple[Any, ...] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        head: list[Any] = [*self.own_fields]
        if self.asks_for_agency(request, obj):
            head.insert(0, "agency")
        terms: list[Any] = [("discount_percent", "discount_amount"), ("valid_from", "valid_to")]
        if staff(request).role == Role.ADMIN:
            # An agency cannot spend the platform's money.
            terms.append("funded_by")
        return (
            (None, {"fields": head}),
            (_("Good for"), {"fields": (("tour", "session"),)}),
            (_("Discount"), {"fields": (*terms, "is_active")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.readonly_fields
        frozen = (*self.readonly_fields, "agency")
        gift = obj.funded_by == FundedBy.PLATFORM and staff(request).role != Role.ADMIN
        # What the platform pays for, the agency may look at.
        return (*frozen, *self._all_fields()) if gift else frozen

    def _all_fields(self) -> list[str]:
        return [f.name for f in self.opts.concrete_fields if f.editable]

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
            return badge(_("from %(day)s") % {"day": f"{row.valid_from:%d.%m.%Y}"}, "info")
        if row.valid_to <= at:
            return badge(_("over"))
        return badge(_("until %(day)s") % {"day": f"{row.valid_to:%d.%m.%Y}"}, "success")


@admin.register(Promotion)
class PromotionAdmin(DiscountAdmin):
    event_name = "promotion"
    form = PromotionForm
    list_display = ("title", "off", "target", "agency", "funded_by", "runs")
    search_fields = ("title", "tour__title_ru")
    own_fields = ("title",)
    empty_title = _("No promotions yet")
    empty_text = _("The best one of a tour or a date applies to a booking by itself.")

    def save_model(self, request: HttpRequest, obj: Promotion, form: Any, change: Any) -> None:
        if not change and obj.agency_id is None:
            tour = obj.tour or (obj.session.tour if obj.session else None)
            obj.agency_id = tour.agency_id if tour else None
        super().save_model(request, obj, form, change)


@admin.register(PromoCode)
class PromoCodeAdmin(DiscountAdmin):
    event_name = "promo_code"
    form = PromoCodeForm
    list_display = ("code", "off", "target", "agency", "funded_by", "usage_limit", "runs")
    search_fields = ("code", "tour__title_ru")
    own_fields = ("code", ("usage_limit", "per_user_limit"))
    empty_title = _("No promo codes yet")
    empty_text = _("A code gives a discount on what remains after the promotion.")
