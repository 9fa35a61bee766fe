"""The voucher of a paid booking: a button on its page that gives the PDF."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from backoffice.admin.base import BaseAdmin
from backoffice.admin.display import change_url
from backoffice.admin.refusals import go, tell
from core.clock import now
from core.refusals import Refusal
from sales.models import Booking
from sales.papers.voucher import file_name, voucher_pdf
from sales.states import BookingStatus


class GivesVouchers(BaseAdmin):
    """Mixed into the bookings' page."""

    def has_voucher_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "sales.view_booking", object_id)

    def voucher_actions(self, booking: Booking) -> list[Any]:
        """The button, once it is paid."""
        if booking.status != BookingStatus.PAID:
            return []
        actions = self._get_base_actions_detail()
        return [each for each in actions if each.method.original_function_name == "voucher"]

    @action(
        description=_("Voucher"),
        url_path="voucher",
        permissions=["voucher"],
        icon="confirmation_number",
    )
    def voucher(self, request: HttpRequest, object_id: str) -> HttpResponse:
        booking: Booking = self.own_or_404(request, object_id)
        try:
            content = voucher_pdf(booking.pk, at=now())
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(booking))
        name = file_name(booking.code)
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )
