"""The voucher: what the traveller of a paid booking shows at the meeting point."""

import base64
from dataclasses import dataclass
from datetime import datetime

from constance import config
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Tour
from catalog.parameters import parameters_of
from catalog.queries.transport import transport_title
from core.clock import TASHKENT
from core.money import som
from core.papers.pdf import render_pdf
from core.refusals import Conflict, NotFound
from partners.links import bot_link, qr_svg
from partners.models import TravelAgency
from sales.models import Booking
from sales.states import BookingStatus

Fact = tuple[str, str]
# A category that asks its tours for this has its answer on the voucher.
BRING = "what_to_bring"


class NotPaidYet(Conflict):
    message = gettext_lazy("Only a paid booking has a voucher.")


@dataclass(frozen=True, slots=True)
class Points:
    """A list with its heading; without points it is left out."""

    title: str
    points: list[str]


def file_name(code: str) -> str:
    return f"circle-{code}.pdf"


def voucher_pdf(booking_id: int, *, at: datetime) -> bytes:
    """The voucher in the traveller's language, as PDF. Refuses with NotFound and NotPaidYet.

    Whose booking it is, the caller has checked.
    """
    tour = "session__tour"
    rows = Booking.objects.select_related(f"{tour}__agency", f"{tour}__category", "user")
    booking = rows.prefetch_related("travellers").filter(pk=booking_id).first()
    if booking is None:
        raise NotFound
    if booking.status != BookingStatus.PAID:
        raise NotPaidYet
    language = booking.user.language
    with translation.override(language):
        paper = _paper(booking, at)
    return render_pdf("papers/voucher.html", {"paper": paper}, language=language)


def _paper(booking: Booking, at: datetime) -> dict[str, object]:
    tour = booking.session.tour
    return {
        "title": _("Voucher %(code)s") % {"code": booking.code},
        "code": booking.code,
        "qr": _qr(booking.code),
        "tour": tour.title,
        "dates": _dates(booking),
        "facts": _facts(booking),
        "travellers": [
            (number, seat.name or _("not named"), seat.get_kind_display())
            for number, seat in enumerate(booking.travellers.all(), 1)
        ],
        "lists": [each for each in _lists(tour) if each.points],
        "contacts": [(name, text) for name, text in _contacts(tour.agency) if text],
        "made": _("Made on %(time)s") % {"time": f"{at.astimezone(TASHKENT):%d.%m.%Y %H:%M}"},
    }


def _qr(code: str) -> str:
    """Whoever scans it comes to the bot, which shows the booking to its traveller and its agency
    only."""
    drawn = base64.b64encode(qr_svg(bot_link(code))).decode()
    return f"data:image/svg+xml;base64,{drawn}"


def _facts(booking: Booking) -> list[Fact]:
    session = booking.session
    facts = [
        (_("Meeting point"), session.tour.meeting_point),
        (_("On the map"), session.tour.map_link),
        (_("Seats"), str(booking.seats_reserved)),
        (_("Transport"), transport_title(booking.selected_transport or {})),
        (_("Guide"), session.guide),
        (_("Agency"), session.tour.agency.name),
        (_("Paid"), som(booking.final_price)),
        (_("Bonus used"), som(booking.bonus_used) if booking.bonus_used else ""),
    ]
    return [(name, text) for name, text in facts if text]


def _lists(tour: Tour) -> list[Points]:
    found = [Points(_("Included"), tour.inclusions)]
    for asked in parameters_of(tour.category.parameters_schema):
        if asked.name == BRING and (value := tour.parameters.get(BRING)):
            found.append(Points(asked.title, asked.points(value)))
    return found


def _contacts(agency: TravelAgency) -> list[Fact]:
    support = config.SUPPORT_CONTACT or f"@{settings.TELEGRAM_BOT_USERNAME}"
    return [
        (agency.name, ", ".join(filter(None, (agency.phone, agency.telegram)))),
        (_("Circle's support"), support),
    ]


def _dates(booking: Booking) -> str:
    days = sorted({booking.session.date_start, booking.session.date_end})
    return " – ".join(date_format(day, "j E Y") for day in days)
