"""Dates of tours as rows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import tablib
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.admin.catalog.exchange.columns import (
    Column,
    Day,
    Instant,
    Number,
    Upper,
    Whole,
    Words,
)
from backoffice.admin.catalog.exchange.rows import ActResource, Fault, Values
from catalog.models import Tour, TourSession
from catalog.services.sessions import Departure, change_session, create_sessions
from catalog.states import SessionStatus
from sales.services.departures import move_session

DATES = ("date_start", "date_end")
TO_OPEN = (*DATES, "price", "capacity")
FIXED = ("agency", "tour")
Departs = tuple[int, date, date]


class SessionResource(ActResource):
    """An agency's dates by their code; a row without a code opens a new one."""

    model = TourSession
    needed = ("code",)
    relations = ("tour__agency",)
    table = {
        "code": Column(Upper(), "key", attribute="code"),
        "agency": Column(Words(), attribute="tour__agency__slug"),
        "tour": Column(Words(), attribute="tour__code"),
        "tour_title": Column(Words(), "info", attribute="tour__title_ru"),
        "date_start": Column(Day(), attribute="date_start"),
        "date_end": Column(Day(), attribute="date_end"),
        "price": Column(Number(), attribute="price"),
        "capacity": Column(Whole(), attribute="capacity"),
        "min_group_size": Column(Whole(), attribute="min_group_size"),
        "sales_close_at": Column(Instant(), attribute="sales_close_at", empty=None),
        "guide": Column(Words(), attribute="guide", empty=""),
        "seats_taken": Column(Whole(), "info", attribute="seats_taken"),
        "status": Column(Words(), "state", attribute="status"),
    }

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.tours: dict[tuple[int, str], int] = {}
        self.departs: dict[Departs, str] = {}

    def titles(self) -> dict[str, Any]:
        return {**super().titles(), "tour_title": _("title (ru)")}

    def rows_of(self, agency_ids: Iterable[int]) -> QuerySet[TourSession]:
        rows = TourSession.objects.filter(tour__agency_id__in=agency_ids)
        return rows.select_related(*self.relations)

    def look_up(self, dataset: tablib.Dataset) -> None:
        codes = {self.fields["code"].read(cell) for cell in dataset["code"]} - {...}
        mine = self.rows_of(self.agencies.values())
        self.known = {session.code: session for session in mine.filter(code__in=codes)}
        if "tour" not in dataset.headers:
            return
        names = {self.fields["tour"].read(cell) for cell in dataset["tour"]} - {...}
        tours = Tour.objects.filter(agency_id__in=self.agencies.values(), code__in=names)
        self.tours = {(a, code): pk for a, code, pk in tours.values_list("agency_id", "code", "pk")}
        there = mine.filter(tour__in=self.tours.values()).exclude(status=SessionStatus.CANCELLED)
        self.departs = {
            (tour, start, end): code
            for tour, start, end, code in there.values_list("tour_id", *DATES, "code")
        }

    def key_of(self, values: Values) -> Any:
        code = values["code"]
        if code is ...:
            return None
        if code not in self.known:
            sentence = _("There is no date with this code. Leave it empty to open a new one.")
            raise Fault.at("code", sentence)
        return code

    def create(self, values: Values) -> TourSession:
        missing = [name for name in ("tour", *TO_OPEN) if name not in values]
        if missing:
            raise Fault({name: [_("This cannot be empty.")] for name in missing})
        tour_id = self._tour_id(values)
        self._check_new(tour_id, values)
        said = {name: v for name, v in values.items() if name not in ("code", *FIXED)}
        (made,) = create_sessions(tour_id=tour_id, departures=[Departure(**said)], **self.who)
        return made

    def change(self, row: TourSession, values: Values) -> TourSession:
        for name in FIXED:
            if name in values:
                raise Fault.at(name, _("A date stays with its tour; open a new one instead."))
        session = row
        if days := {name: values[name] for name in DATES if name in values}:
            days = {name: getattr(row, name) for name in DATES} | days
            session = move_session(session_id=row.pk, **days, **self.who)
        if rest := {name: value for name, value in values.items() if name not in DATES}:
            session = change_session(session_id=row.pk, values=rest, **self.who)
        return session

    def _tour_id(self, values: Values) -> int:
        found = self.tours.get((self.agency_of(values), values["tour"]))
        if found is None:
            raise Fault.at("tour", _("There is no tour with this code."))
        return found

    def _check_new(self, tour_id: int, values: Values) -> None:
        """A file brought twice must not open every date twice."""
        departs: Departs = (tour_id, values["date_start"], values["date_end"])
        if departs in self.departs:
            sentence = _("The tour departs on these days already: %(code)s. Put the code here.")
            raise Fault.at("code", sentence % {"code": self.departs[departs]})
        self.departs[departs] = "–"
