"""The passenger list on paper: one set of words, as XLSX and as PDF."""

from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import TourSession
from core.clock import TASHKENT
from core.papers.pdf import MOST_ROWS, render_pdf
from core.papers.xlsx import Cell, Column, Fact, Sheet, write_xlsx
from core.refusals import Conflict
from partners.models import User
from sales.queries.passengers import Passenger, PassengerList

TICK = "✓"


class TooLongForPdf(Conflict):
    message = gettext_lazy("A PDF takes at most {limit} passengers; take the XLSX.")


def passengers_xlsx(found: PassengerList, *, language: str) -> bytes:
    """The list as a workbook, in ``language``."""
    with translation.override(language):
        money = Column(_("Seat price, UZS"), 14), Column(_("Comment"), 30)
        rows = [
            [*_row(each), each.seat.seat_price, each.booking.comment] for each in found.passengers
        ]
        return write_xlsx(
            Sheet(
                title=_title(found.session),
                columns=[*_columns(), *money],
                rows=rows,
                facts=_facts(found),
                totals=_totals(found),
            )
        )


def passengers_pdf(found: PassengerList, *, language: str) -> bytes:
    """The list as PDF, in ``language``. Refuses with TooLongForPdf."""
    if len(found.passengers) > MOST_ROWS:
        raise TooLongForPdf(limit=MOST_ROWS)
    with translation.override(language):
        columns = _columns()
        width = sum(column.width for column in columns)
        paper = {
            "title": _title(found.session),
            "columns": [(column.title, f"{column.width / width:.2%}") for column in columns],
            "rows": [_row(each) for each in found.passengers],
            "facts": _facts(found),
            "totals": _totals(found),
            "made": _("Made on %(time)s") % {"time": _time(found.at)},
        }
    return render_pdf("papers/passengers.html", {"paper": paper}, language=language)


def _title(session: TourSession) -> str:
    return _("Passengers: %(tour)s") % {"tour": session.tour.title}


def _facts(found: PassengerList) -> list[Fact]:
    """What the guide asks first; only what is known."""
    session, tour = found.session, found.session.tour
    agency = tour.agency
    facts = [
        (_("When"), _dates(session)),
        (_("Meeting point"), tour.meeting_point),
        (_("Guide"), session.guide),
        (_("Agency"), ", ".join(filter(None, (agency.name, agency.phone, agency.telegram)))),
    ]
    return [(name, text) for name, text in facts if text]


def _columns() -> list[Column]:
    return [
        Column("№", 5),
        Column(_("Traveller"), 24),
        Column(_("Kind"), 14),
        Column(_("Booking"), 14),
        Column(_("Booked by"), 21),
        Column(_("Contact"), 16),
        Column(_("Transport"), 16),
        Column(_("Place"), 8),
        Column(_("Room"), 10),
        Column(_("Has come"), 10),
    ]


def _row(passenger: Passenger) -> list[Cell]:
    seat, booking = passenger.seat, passenger.booking
    return [
        passenger.number,
        seat.name,
        passenger.kind,
        booking.code,
        str(booking.user),
        _contact(booking.user),
        passenger.transport,
        seat.transport_seat,
        seat.room,
        TICK if seat.checked_in_at else "",
    ]


def _contact(user: User) -> str:
    """One way to reach the booker, so that a row stays one line."""
    return user.phone or (f"@{user.username}" if user.username else "")


def _totals(found: PassengerList) -> list[Fact]:
    totals = [
        (_("Seats paid"), str(len(found.passengers))),
        (_("Named"), str(found.named)),
        (_("Have come"), str(found.checked_in)),
        (_("By kind"), _counts(found.by_kind)),
        (_("By transport"), _counts(found.by_transport)),
        (_("By room"), _counts(found.rooms)),
        (_("Seats that wait for payment"), str(found.waiting or "")),
    ]
    return [(name, text) for name, text in totals if text]


def _counts(counts: list[tuple[str, int]]) -> str:
    alone = _("by themselves")
    return "; ".join(f"{name or alone} – {number}" for name, number in counts)


def _dates(session: TourSession) -> str:
    days = sorted({session.date_start, session.date_end})
    return " – ".join(date_format(day, "j E Y") for day in days)


def _time(at: datetime) -> str:
    return f"{at.astimezone(TASHKENT):%d.%m.%Y %H:%M}"
