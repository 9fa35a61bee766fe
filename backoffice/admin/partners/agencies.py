"""Agencies: the owner keeps the public face, the platform the money's terms.

What decides where money goes is not typed in here: payment details and commission are proposed by
one and approved by another.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from backoffice.admin.base import HistoryAdmin, OwnPage, actor, staff
from backoffice.admin.display import change_url, link, list_url, state_badge
from backoffice.admin.finance.payout_queue import reasons_of, statement_url
from backoffice.admin.finance.statements import agency_statement_page
from backoffice.admin.refusals import go, tell
from core.clock import now
from core.money import percents
from core.refusals import Refusal
from finance.queries.payouts import Standing, standing_of
from finance.services.payouts import create_payout
from finance.states import PayoutSource
from partners.models import TravelAgency, User
from partners.roles import Role
from partners.services.payment_details import Details

# What an owner may change himself; the rest is the platform's.
PUBLIC = (
    "description",
    "phone",
    "email",
    "telegram",
    "address",
    "logo",
    "auto_approve",
)
# What is proposed and approved elsewhere.
PROPOSED = ("commission_percent", *Details.__dataclass_fields__)
SEES_EVERY_BANK = {Role.ACCOUNTANT, Role.ADMIN}
PAGE_OF_HISTORY = SEES_EVERY_BANK | {Role.OWNER}


def sees_bank(user: User, agency: Any) -> bool:
    """The platform's books, and the agency's own owner."""
    own = user.agency_ids_for("partners.travelagency", "change")
    return user.role in SEES_EVERY_BANK or (agency is not None and agency.pk in own)


@admin.register(TravelAgency)
class AgencyAdmin(OwnPage, HistoryAdmin):
    agency_path = "pk"
    event_name = "agency"
    restores = PUBLIC
    list_display = ("name", "state", "commission", "phone", "auto_approve", "created_at")
    list_filter = (("status", ChoicesDropdownFilter), ("collection", ChoicesDropdownFilter))
    search_fields = ("name", "slug", "phone")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    change_form_outer_before_template = "admin/partners/agency_head.html"
    actions_detail = ["payout"]
    empty_title = _("No agencies yet")

    class Media:
        css = {"all": ("backoffice/payouts.css",)}

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:object_id>/statement/",
                wrap(self.statement),
                name="partners_travelagency_statement",
            ),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (None, {"fields": (("name", "slug"), "status", "description", "logo")}),
            (
                _("Contacts"),
                {"classes": ["tab"], "fields": (("phone", "email"), ("telegram", "address"))},
            ),
            (
                _("Requests"),
                {
                    "classes": ["tab"],
                    "fields": ("auto_approve", "manager_chat_id"),
                    "description": _("The chat is named in the chat itself: an owner says /desk."),
                },
            ),
            (_("Money"), {"classes": ["tab"], "fields": self._money_fields(request, obj)}),
        )

    def _money_fields(self, request: HttpRequest, obj: Any) -> list[Any]:
        user = staff(request)
        if obj is None:
            # Its details come by a proposal, too.
            return ["commission_percent", ("payout_cycle", "reserve_percent")]
        fields: list[Any] = [
            ("commission_percent", "rates"),
            ("payout_cycle", "reserve_percent"),
            ("collection", "payme_merchant_id"),
        ]
        if sees_bank(user, obj):
            fields += [("bank_name", "bank_account"), ("bank_mfo", "tax_id"), "other_details"]
        return fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # The group is bound in the group itself, by /desk, where its members are looked at.
        links = ("rates", "other_details", "manager_chat_id")
        if staff(request).role == Role.ADMIN:
            return (*links, *(PROPOSED if obj else ()))
        shown = (f for _, options in self.get_fieldsets(request, obj) for f in options["fields"])
        names = (n for f in shown for n in ([f] if isinstance(f, str) else f))
        return [name for name in names if name not in PUBLIC]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        # A slug that is out in the world stays.
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_view_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The history shows bank details as the page does.
        # Without a row it is asked whether there is such a page at all.
        user = staff(request)
        allowed = user.role in PAGE_OF_HISTORY if obj is None else sees_bank(user, obj)
        return allowed and super().has_view_history_permission(request, obj)

    def get_search_fields(self, request: HttpRequest) -> Any:
        # Digit by digit a search would tell what the page hides.
        found = super().get_search_fields(request)
        return (*found, "tax_id") if staff(request).role in SEES_EVERY_BANK else found

    # --- money

    def page_of(self, request: HttpRequest, obj: TravelAgency) -> dict[str, Any] | None:
        return _money_of(request, obj)

    def statement(self, request: HttpRequest, object_id: int) -> HttpResponse:
        agency = self.own_or_404(request, object_id)
        if not _sees_money(staff(request), agency):
            raise PermissionDenied
        return agency_statement_page(request, self, agency)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        agency = self.own_or_404(request, object_id)
        allowed = super().get_actions_detail(request, object_id)
        payable = _sees_money(staff(request), agency) and _standing(request, agency).is_payable
        return [each for each in allowed if payable or not each.action_name.endswith("_payout")]

    def has_payout_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.add_payout", object_id)

    @action(
        description=_("Ask for a payout"),
        url_path="payout",
        permissions=["payout"],
        icon="account_balance",
        dialog={
            "title": _("Pay out all that is available?"),
            "description": _("The platform's accountants approve it and hand it to the bank."),
            "form_submit_text": _("Ask for it"),
        },
    )
    def payout(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        agency = self.own_or_404(request, object_id)
        try:
            made = create_payout(
                agency_id=agency.pk, source=PayoutSource.STAFF, by=actor(request), at=now()
            )
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(agency))
        messages.success(request, gettext("The payout waits for its approval."))
        return go(request, change_url(made))

    @display(description=_("commission"), ordering="commission_percent")
    def commission(self, agency: TravelAgency) -> str:
        return percents(agency.commission_percent)

    @display(description=_("rates"))
    def rates(self, agency: TravelAgency) -> SafeString:
        url = list_url("finance.commissionrate", agency__id__exact=agency.pk)
        return link(url, gettext("Rates and their dates"))

    @display(description=_("change"))
    def other_details(self, agency: TravelAgency) -> SafeString:
        url = list_url("partners.paymentdetailschange", agency__id__exact=agency.pk)
        return link(url, gettext("Change payment details"))

    @display(description=_("status"), ordering="status")
    def state(self, agency: TravelAgency) -> SafeString:
        return state_badge("agency", agency.status, agency.get_status_display())


def _sees_money(user: User, agency: TravelAgency) -> bool:
    """The platform's books, and the agency's own owner."""
    if not user.has_perm("finance.view_payout"):
        return False
    return user.sees_all_agencies or agency.pk in user.agency_ids_for("finance.payout", "view")


def _standing(request: HttpRequest, agency: TravelAgency) -> Standing:
    """How the page's agency stands: asked for once, told by its head and by its buttons."""
    if not hasattr(request, "standing"):
        request.standing = standing_of(agency, now())  # type: ignore[attr-defined]
    found: Standing = request.standing  # type: ignore[attr-defined]
    return found


def _money_of(request: HttpRequest, agency: TravelAgency) -> dict[str, Any] | None:
    """What the page tells above its form; nothing to whom money is not told."""
    reader = staff(request)
    if not _sees_money(reader, agency):
        return None
    standing = _standing(request, agency)
    return {
        "standing": standing,
        "reasons": reasons_of(standing, reader),
        "statement_url": statement_url(agency.pk),
        "payouts_url": list_url("finance.payout", agency__id__exact=agency.pk),
        "details_url": _details_url(agency, reader),
    }


def _details_url(agency: TravelAgency, reader: User) -> str:
    if not reader.has_perm("partners.add_paymentdetailschange"):
        return ""
    return f"{reverse('admin:partners_paymentdetailschange_add')}?agency={agency.pk}"
