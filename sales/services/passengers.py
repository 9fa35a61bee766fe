"""Who sits where: naming seats, rooms and places, marking who has come, taking the list out."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.states import SessionStatus
from core.actor import Actor
from core.acts import act, require_transaction
from core.locks import lock_row
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from partners.roles import require, works_for
from sales.access import check_decides
from sales.models import Booking, BookingTraveller
from sales.queries.passengers import (
    PassengerList,
    can_check_in,
    check_in_days,
    passenger_list,
)
from sales.states import BookingStatus

TRAVELLER = "sales.bookingtraveller"


class NotPaid(Conflict):
    message = _("Booking {booking} is not paid: it is {status}.")


class WillNotRun(Conflict):
    message = _("This date is cancelled; its list no longer changes.")


class CheckInClosed(Conflict):
    message = _("Travellers are checked in from {first} to {last}.")


class TooLong(Invalid):
    message = _("At most {limit} characters.")


@act
def name_traveller(
    *, traveller_id: int, first_name: str, last_name: str, by: Actor, at: datetime
) -> BookingTraveller:
    """Write who sits in a paid seat; empty names make it a seat nobody has named.

    Kind and price stay as they were sold. Nothing is recorded when nothing differs. Refuses with
    NotAllowed, NotFound, NotPaid, WillNotRun and TooLong.
    """
    require(by, TRAVELLER, "change")
    seat = _lock_seat(traveller_id, by)

    names = {"first_name": _tidy(first_name), "last_name": _tidy(last_name)}
    if not _write(seat, names):
        return seat

    # The name stands on the seat; the log, which forgets nothing, does not keep it.
    record("booking.traveller_named", seat.booking, by=by, at=at, **_which(seat))
    return seat


@act
def seat_traveller(
    *, traveller_id: int, room: str, transport_seat: str, by: Actor, at: datetime
) -> BookingTraveller:
    """Write the room and the place in the transport of a paid seat; empty takes them away.

    Nothing is recorded when nothing differs. Refuses with NotAllowed, NotFound, NotPaid, WillNotRun
    and TooLong.
    """
    require(by, TRAVELLER, "change")
    seat = _lock_seat(traveller_id, by)

    places = {"room": _tidy(room), "transport_seat": _tidy(transport_seat)}
    if not _write(seat, places):
        return seat

    told: dict[str, Any] = {name: value or "–" for name, value in places.items()}
    record("booking.traveller_seated", seat.booking, by=by, at=at, **_which(seat), **told)
    return seat


@act
def check_in(*, traveller_id: int, by: Actor, at: datetime) -> BookingTraveller:
    """Mark that the traveller has come; a second time changes nothing.

    Refuses with NotAllowed, NotFound, NotPaid, WillNotRun and CheckInClosed.
    """
    require(by, TRAVELLER, "checkin")
    seat = _lock_seat(traveller_id, by)

    _check_open(seat.booking.session, at)
    if seat.checked_in_at:
        return seat
    seat.checked_in_at, seat.checked_in_by_id = at, by.person_id
    seat.save(update_fields=["checked_in_at", "checked_in_by"])

    record("booking.checked_in", seat.booking, by=by, at=at, **_which(seat))
    return seat


@act
def undo_check_in(*, traveller_id: int, by: Actor, at: datetime) -> BookingTraveller:
    """Take the mark away; where there is none nothing changes. Refuses as ``check_in`` does."""
    require(by, TRAVELLER, "checkin")
    seat = _lock_seat(traveller_id, by)

    _check_open(seat.booking.session, at)
    if not seat.checked_in_at:
        return seat
    seat.checked_in_at = seat.checked_in_by = None
    seat.save(update_fields=["checked_in_at", "checked_in_by"])

    record("booking.check_in_undone", seat.booking, by=by, at=at, **_which(seat))
    return seat


@act
def export_passengers(
    *, session_id: int, file_format: str, by: Actor, at: datetime
) -> PassengerList:
    """Hand out the list for a file and record who took it: names and phones leave the house.

    Refuses with NotAllowed and NotFound.
    """
    require(by, TRAVELLER, "view")
    found = passenger_list(session_id, at=at)
    agency_id = found.session.tour.agency_id
    if not works_for(by, agency_id):
        raise NotFound

    record(
        "session.passengers_exported",
        found.session,
        by=by,
        at=at,
        agency_id=agency_id,
        format=file_format,
        seats=len(found.passengers),
    )
    return found


# --- building blocks


def _lock_seat(traveller_id: int, by: Actor) -> BookingTraveller:
    """The seat, its booking locked: it can be neither cancelled nor written by another."""
    require_transaction()
    rows = BookingTraveller.objects.filter(pk=traveller_id)
    booking_id = rows.values_list("booking_id", flat=True).first()
    booking = lock_row(Booking, pk=booking_id)
    check_decides(booking, by)
    if booking.status != BookingStatus.PAID:
        raise NotPaid(booking=booking.code, status=booking.get_status_display())
    if booking.session.status == SessionStatus.CANCELLED:
        raise WillNotRun
    seat = rows.get()
    seat.booking = booking
    return seat


def _check_open(session: TourSession, at: datetime) -> None:
    if not can_check_in(session, at):
        first, last = (f"{day:%d.%m.%Y}" for day in check_in_days(session))
        raise CheckInClosed(first=first, last=last)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _write(seat: BookingTraveller, values: dict[str, str]) -> bool:
    """Set the values; whether any of them is new. Refuses with TooLong."""
    for name, value in values.items():
        limit = BookingTraveller._meta.get_field(name).max_length  # type: ignore[union-attr]
        if limit and len(value) > limit:
            raise TooLong(limit=limit, field=name)
    changed = [name for name, value in values.items() if getattr(seat, name) != value]
    for name in changed:
        setattr(seat, name, values[name])
    if changed:
        seat.save(update_fields=changed)
    return bool(changed)


def _which(seat: BookingTraveller) -> dict[str, Any]:
    """What events of a seat say: the agency, and the seat's number in its booking."""
    before = seat.booking.travellers.filter(pk__lt=seat.pk).count()
    return {"agency_id": seat.booking.agency_id, "seat": before + 1}
