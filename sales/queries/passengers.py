"""The passenger list of a session: every seat of its paid bookings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from catalog.models import TourSession
from catalog.queries.transport import transport_title
from core.clock import local_date
from core.money import HUNDRED
from core.refusals import NotFound
from sales.models import Booking, BookingTraveller
from sales.states import BookingStatus, TravellerKind

# A bus that leaves at night is boarded the evening before; a guide who had no network marks later.
# After a week the marks are a record of who went, and stand.
OPENS_BEFORE = timedelta(days=1)
CLOSES_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Passenger:
    """A paid seat; ``number`` is its place in the list."""

    number: int
    seat: BookingTraveller

    @property
    def booking(self) -> Booking:
        return self.seat.booking

    @property
    def transport(self) -> str:
        """The title in the active language; empty for who comes by himself."""
        return transport_title(self.booking.selected_transport or {})

    @property
    def percent(self) -> str:
        """The share of the seat price that the traveller's kind pays, when it is not all of it."""
        full = self.booking.unit_price
        if self.seat.seat_price == full:
            return ""
        share = (HUNDRED * self.seat.seat_price / full).quantize(Decimal("0.01"))
        return f"{share.normalize():f}\N{NO-BREAK SPACE}%"

    @property
    def kind(self) -> str:
        """In words, with the share."""
        return ", ".join(filter(None, (self.seat.get_kind_display(), self.percent)))


@dataclass(frozen=True, slots=True)
class PassengerList:
    """Who goes; ``waiting`` are approved seats that are not paid yet."""

    session: TourSession
    passengers: list[Passenger]
    waiting: int
    at: datetime

    @property
    def named(self) -> int:
        return sum(1 for each in self.passengers if each.seat.name)

    @property
    def checked_in(self) -> int:
        return sum(1 for each in self.passengers if each.seat.checked_in_at)

    @property
    def by_kind(self) -> list[tuple[str, int]]:
        found = Counter(each.seat.kind for each in self.passengers)
        return [(str(label), found[kind]) for kind, label in TravellerKind.choices if found[kind]]

    @property
    def by_transport(self) -> list[tuple[str, int]]:
        """In the order of the list; the empty title stands for who comes by himself."""
        return list(Counter(each.transport for each in self.passengers).items())

    @property
    def rooms(self) -> list[tuple[str, int]]:
        found = Counter(each.seat.room for each in self.passengers if each.seat.room)
        return sorted(found.items())

    @property
    def takes_check_ins(self) -> bool:
        return can_check_in(self.session, self.at)

    @property
    def check_in_days(self) -> tuple[date, date]:
        return check_in_days(self.session)


def passenger_list(session_id: int, *, at: datetime) -> PassengerList:
    """The list as it stands at ``at``, in three queries. Refuses with NotFound.

    Whose session it is, the caller has checked.
    """
    session = TourSession.objects.select_related("tour__agency").filter(pk=session_id).first()
    if session is None:
        raise NotFound
    seats = BookingTraveller.objects.filter(
        booking__session_id=session_id, booking__status=BookingStatus.PAID
    ).select_related("booking__user")
    ordered = enumerate(_in_order(session, seats), 1)
    passengers = [Passenger(number, seat) for number, seat in ordered]
    return PassengerList(session, passengers, _waiting(session_id, at), at)


def check_in_days(session: TourSession) -> tuple[date, date]:
    """The first and the last day on which travellers are marked."""
    return session.date_start - OPENS_BEFORE, session.date_end + CLOSES_AFTER


def can_check_in(session: TourSession, at: datetime) -> bool:
    first, last = check_in_days(session)
    return first <= local_date(at) <= last


def _in_order(
    session: TourSession, seats: Iterable[BookingTraveller]
) -> Iterable[BookingTraveller]:
    """By transport as the tour lists it, those who come by themselves last; then by booking."""
    codes = [option["code"] for option in session.tour.transport_options]
    places = {code: place for place, code in enumerate(codes)}

    def place(seat: BookingTraveller) -> tuple[int, str, int, int]:
        code = seat.booking.transport_code
        known = places.get(code, len(codes)) if code else len(codes) + 1
        return known, code or "", seat.booking_id, seat.pk

    return sorted(seats, key=place)


def _waiting(session_id: int, at: datetime) -> int:
    rows = Booking.objects.filter(
        session_id=session_id, status=BookingStatus.APPROVED, expires_at__gt=at
    )
    return rows.aggregate(n=Sum("seats_reserved"))["n"] or 0
