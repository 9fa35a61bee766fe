"""Whom a booking counts for: shown to the platform alone, and changed before the payment."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from backoffice.admin.act_form import ActPage, act_page, picker, reason_field
from backoffice.admin.base import BaseAdmin, staff
from backoffice.admin.display import change_url, page_url
from backoffice.admin.refusals import go
from core.actor import Actor
from partners.models import ReferralPartner, User
from sales.models import Booking
from sales.services.attribution import PartnerFixed, change_partner
from sales.states import LIVE

# What names the partner on a booking begins with this.
PREFIX = "referral_"


def sees_partners(reader: User) -> bool:
    """An agency does not learn who brought its travellers."""
    return reader.has_perm("partners.view_referralpartner")


def tell_partner_of(booking: Booking, reader: User) -> dict[str, Any] | None:
    """Who brought it and how that is known, or why nobody is credited; and where to change it."""
    if not sees_partners(reader):
        return None
    partner = booking.referral_partner
    may_change = booking.status in LIVE and reader.has_perm("sales.attribute_booking")
    return {
        "partner": partner,
        "url": page_url("partners.referralpartner", partner.pk) if partner else "",
        "percent": booking.referral_percent,
        "source": booking.get_referral_source_display(),
        "refusal": booking.get_referral_refusal_display() if booking.referral_refusal else "",
        "change_url": reverse("admin:sales_booking_partner", args=[booking.pk])
        if may_change
        else "",
    }


class PartnerForm(forms.Form):
    partner = picker(
        Booking,
        "referral_partner",
        label=_("Partner"),
        required=False,
        help_text=_("By code, name or phone. Empty: nobody is credited."),
    )
    reason = reason_field(_("Reason"), _("The staff read it; the agency does not."))


def shown(changes: Iterable[Any]) -> list[Any]:
    """Changes of the booking's history without those that name its partner."""
    return [change for change in changes if not change.field.startswith(PREFIX)]


class Attributes(BaseAdmin):
    """Mixed into the bookings' page: the step, which has its link beside the partner, and a history
    that keeps the partner to us."""

    def has_attribute_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "sales.attribute_booking", object_id)

    @action(
        description=_("Change the partner"),
        url_path="partner",
        permissions=["attribute"],
        icon="campaign",
    )
    def partner(self, request: HttpRequest, object_id: str) -> HttpResponse:
        booking = self.own_or_404(request, object_id)
        if booking.status not in LIVE:
            messages.error(request, PartnerFixed(status=booking.get_status_display()).detail)
            return go(request, change_url(booking))
        form = PartnerForm(request.POST or None, initial={"partner": booking.referral_partner_id})
        page = ActPage(
            title=gettext("Whom booking %(code)s counts for") % {"code": booking.code},
            button=gettext("Change the partner"),
            done=gettext("The partner is changed."),
            back=change_url(booking),
        )
        lead = gettext("The bonus is that of the day the booking was asked for.")
        work = partial(_change, booking.pk)
        return act_page(request, self, form, work, page, lead=lead, facts=_facts(booking))

    def untold(self, request: HttpRequest) -> Collection[str]:
        secret: Collection[str] = super().untold(request)  # type: ignore[misc]
        if sees_partners(staff(request)):
            return secret
        names = {field.name for field in self.opts.concrete_fields}
        return {*secret, *(name for name in names if name.startswith(PREFIX))}


def _change(
    booking_id: int, *, partner: ReferralPartner | None, reason: str, by: Actor, at: datetime
) -> Booking:
    return change_partner(
        booking_id=booking_id,
        partner_id=partner.pk if partner else None,
        reason=reason,
        by=by,
        at=at,
    )


def _facts(booking: Booking) -> list[tuple[str, Any]]:
    found = [
        (gettext("Traveller"), booking.user),
        (gettext("Tour"), f"{booking.session.tour.title}, {booking.session.date_start:%d.%m.%Y}"),
        (gettext("Counts for now"), booking.referral_partner or gettext("nobody")),
    ]
    if booking.referral_refusal:
        found.append((gettext("Does not count"), booking.get_referral_refusal_display()))
    return found
