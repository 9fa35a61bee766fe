"""Referral partners: the league, a partner's page, and what staff do with partners."""

from collections.abc import Collection
from functools import partial
from typing import Any

from constance import config
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.act_form import ActPage, act_page, reason_field
from backoffice.admin.base import (
    BaseAdmin,
    HistoryAdmin,
    OwnPage,
    ReadOnly,
    SavedByActs,
    Steps,
    actor,
    staff,
)
from backoffice.admin.display import badge, change_url, link, two_lines
from backoffice.admin.partners.league import (
    FlaggedFilter,
    LeagueColumns,
    PeriodFilter,
    period_tabs,
    plain,
)
from backoffice.admin.partners.partner_page import qr_file, tell_partner
from core.clock import local_date, now
from partners.models import PartnerRate, ReferralPartner, ReferralTouch
from partners.services.referral import (
    make_partner,
    resume_partner,
    set_partner_rate,
    stop_partner,
)


class StopDialog(BaseDialogForm):
    reason = reason_field(_("Reason"), _("The partner reads it in his desk."))


def percent_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Bonus, %"),
        max_digits=5,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"inputmode": "decimal"}),
    )


class RateForm(forms.Form):
    percent = percent_field()
    valid_from = forms.DateField(label=_("From"), widget=UnfoldAdminDateWidget)
    valid_to = forms.DateField(
        label=_("To"),
        required=False,
        widget=UnfoldAdminDateWidget,
        help_text=_("The last day; empty: until the next one."),
    )
    reason = reason_field(_("Reason"))


class MakeForm(forms.ModelForm):  # type: ignore[type-arg]
    percent = percent_field()
    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=20,
        help_text=_(
            "Empty: one of his name is made. It stays: links with it go out into the world."
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "autocapitalize": "on"}),
    )

    class Meta:
        model = ReferralPartner
        fields = ("user", "percent", "code")

    def validate_unique(self) -> None:
        """The act says better what is wrong."""

    def validate_constraints(self) -> None:
        """Neither here."""


class MakeFormAtOurRate(MakeForm):
    """For who may not set rates: everybody begins alike."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["percent"].disabled = True
        self.fields["percent"].initial = config.PARTNER_PERCENT
        self.fields["percent"].help_text = _("An admin may give another rate.")


@admin.register(ReferralPartner)
class ReferralPartnerAdmin(LeagueColumns, OwnPage, Steps, SavedByActs, HistoryAdmin):
    event_name = "partner"
    list_display = (
        "who",
        "seen",
        "today",
        "people",
        "paid",
        "sold",
        "earned",
        "rest",
        "balance",
        "paid_out",
    )
    list_filter = (("is_active", BooleanRadioFilter), FlaggedFilter, PeriodFilter)
    list_before_template = "admin/partners/league_head.html"
    list_fullwidth = True
    search_fields = ("code", "user__first_name", "user__last_name", "user__phone")
    search_help_text = _("Code, name or phone")
    ordering = ("-id",)
    autocomplete_fields = ("user",)
    change_form_template = "admin/partners/partner.html"
    add_form_template = "admin/change_form.html"
    actions_detail = ["set_rate", "stop", "resume"]
    empty_title = _("No referral partners yet")
    empty_text = _("People become partners in the Mini App and in the bot, or staff make them one.")

    class Media:
        css = {"all": ("backoffice/partners.css",)}

    def get_urls(self) -> list[Any]:
        qr = self.admin_site.admin_view(self.qr)
        own = path(
            "<int:object_id>/qr/<slug:door>.<slug:kind>", qr, name="partners_referralpartner_qr"
        )
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"status_tabs": period_tabs(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # A partner's page is its own template; the form behind it has nothing to show.
        return ("code",) if obj else ("user", ("percent", "code"))

    # --- made by staff

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = MakeForm if self.has_rate_permission(request) else MakeFormAtOurRate
        return super().get_form(request, obj, change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"percent": config.PARTNER_PERCENT, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        data = form.cleaned_data
        made = make_partner(
            user_id=data["user"].pk,
            percent=data["percent"],
            code=data["code"],
            by=actor(request),
            at=now(),
        )
        obj.pk, obj.code, obj._state.adding = made.pk, made.code, False

    # --- one partner

    def page_of(self, request: HttpRequest, obj: ReferralPartner) -> dict[str, Any]:
        return tell_partner(obj, staff(request), now(), page=request.GET.get("deals", "1"))

    def qr(self, request: HttpRequest, object_id: int, door: str, kind: str) -> HttpResponse:
        partner = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, partner):
            raise PermissionDenied
        return qr_file(request, partner, door, kind)

    def fit(self, request: HttpRequest, obj: ReferralPartner) -> Collection[str]:
        return {"set_rate", "stop" if obj.is_active else "resume"}

    def has_stop_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.stop_referralpartner", object_id)

    def has_rate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.add_partnerrate", object_id)

    @action(description=_("Set a rate"), url_path="rate", permissions=["rate"], icon="percent")
    def set_rate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        partner = self.own_or_404(request, object_id)
        today = local_date(now())
        form = RateForm(request.POST or None, initial={"valid_from": today})
        page = ActPage(
            title=gettext("A rate for %(partner)s") % {"partner": partner},
            button=gettext("Set the rate"),
            done=gettext("The rate is set."),
            back=change_url(partner),
        )
        lead = gettext(
            "It is for bookings asked for on those days; those asked for already keep theirs."
        )
        work = partial(set_partner_rate, partner_id=partner.pk)
        return act_page(request, self, form, work, page, lead=lead)

    @action(
        description=_("Stop the partner"),
        url_path="stop",
        permissions=["stop"],
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Stop this partner?"),
            "description": _(
                "He is credited with nothing more, and bookings that are not paid yet earn "
                "nothing. What he has earned stays his."
            ),
            "form_class": StopDialog,
            "form_submit_text": _("Stop the partner"),
        },
    )
    def stop(self, request: HttpRequest, form: StopDialog, object_id: str) -> HttpResponse:
        partner = self.own_or_404(request, object_id)
        work = partial(stop_partner, partner_id=partner.pk, reason=form.cleaned_data["reason"])
        return self.do(request, partner, work, done=_("The partner is stopped."))

    @action(
        description=_("Resume"),
        url_path="resume",
        permissions=["stop"],
        icon="play_arrow",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Resume this partner?"),
            "description": _("He is credited again from now on."),
            "form_submit_text": _("Resume"),
        },
    )
    def resume(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        partner = self.own_or_404(request, object_id)
        work = partial(resume_partner, partner_id=partner.pk)
        return self.do(request, partner, work, done=_("The partner is active again."))


@admin.register(PartnerRate)
class PartnerRateAdmin(ReadOnly, BaseAdmin):
    list_display = ("whose", "percent_shown", "valid_from", "valid_to", "reason", "made")
    list_filter = (("valid_from", RangeDateFilter),)
    list_select_related = ("partner__user", "created_by")
    search_fields = ("partner__code", "partner__user__first_name", "partner__user__last_name")
    search_help_text = _("Code or name")
    fields = (
        "partner",
        "percent",
        ("valid_from", "valid_to"),
        "reason",
        ("created_by", "created_at"),
    )
    empty_title = _("No rates with dates yet")
    empty_text = _("A partner's page has a button that sets one.")

    @display(description=_("partner"), ordering="partner__code")
    def whose(self, rate: PartnerRate) -> Any:
        return two_lines(link(change_url(rate.partner), rate.partner.code), rate.partner.user)

    @display(description=_("bonus, %"), ordering="percent")
    def percent_shown(self, rate: PartnerRate) -> str:
        return f"{plain(rate.percent)} %"

    @display(description=_("made by"), ordering="created_at")
    def made(self, rate: PartnerRate) -> Any:
        return two_lines(rate.created_by, f"{rate.created_at:%d.%m.%Y}")


@admin.register(ReferralTouch)
class ReferralTouchAdmin(ReadOnly, BaseAdmin):
    list_display = ("who", "whose", "door", "counts", "created_at")
    list_display_links = ("created_at",)
    linked = ("partner",)
    list_filter = (
        ("refusal", ChoicesDropdownFilter),
        ("door", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("user", "partner__user")
    search_fields = ("partner__code", "user__first_name", "user__last_name", "user__phone")
    search_help_text = _("Code, or the traveller's name or phone")
    fields = (("user", "partner"), ("door", "created_at"), "refusal")
    empty_title = _("Nobody has come by a link yet")
    empty_text = _("Partners send links into the Mini App and into the bot.")

    @display(description=_("person"), ordering="user__first_name")
    def who(self, touch: ReferralTouch) -> Any:
        return link(change_url(touch.user), touch.user)

    @display(description=_("partner"), ordering="partner__code")
    def whose(self, touch: ReferralTouch) -> Any:
        return two_lines(link(change_url(touch.partner), touch.partner.code), touch.partner.user)

    @display(description=_("counts"), ordering="refusal")
    def counts(self, touch: ReferralTouch) -> Any:
        if touch.refusal:
            return badge(touch.get_refusal_display(), "warning")
        return badge(_("yes"), "success")
