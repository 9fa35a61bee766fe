"""The passengers of a session: the page at which seats are named and people checked in, the files.

The page is one form and works without scripts: "Save" carries out an act for each row that was
changed on this screen and says how each went. Rows that somebody else changed meanwhile are not
written back. With htmx a tap on a check-in button exchanges that button alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.base import BaseAdmin, actor, staff
from backoffice.admin.display import COLOURS, change_url, list_url, page_url
from backoffice.admin.refusals import carry_out, go, sentence_of, tell
from catalog.models import TourSession
from catalog.queries.chats import chat_of_session
from catalog.states import SessionStatus
from core.clock import now
from core.ids import id_of, ids_of
from core.refusals import Refusal
from notifications.queries.chats import states_of_members
from notifications.states import MemberState
from sales.models import BookingTraveller
from sales.papers.passengers import passengers_pdf, passengers_xlsx
from sales.queries.passengers import Passenger, passenger_list
from sales.services.passengers import (
    check_in,
    export_passengers,
    name_traveller,
    seat_traveller,
    undo_check_in,
)

# A hundred rows post nine hundred fields; Django reads at most a thousand.
PER_PAGE = 100
NAMES = ("first_name", "last_name")
PLACES = ("room", "transport_seat")
MARKS: dict[str, Callable[..., Any]] = {"check_in": check_in, "undo": undo_check_in}
FILES = {
    "xlsx": (
        passengers_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "pdf": (passengers_pdf, "application/pdf"),
}


class PassengerPages(BaseAdmin):
    """For the session's admin: the action ``passengers`` is the page, its files and its form."""

    def has_passengers_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "sales.view_bookingtraveller", object_id)

    @action(
        description=_("Passengers"),
        url_path="passengers",
        permissions=["passengers"],
        icon="groups",
    )
    def passengers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        session = self.own_or_404(request, object_id)
        if request.method == "POST":
            return _post(request, session, self)
        if file_format := request.GET.get("file"):
            return _file(request, session, file_format)
        return _show(request, session, self)


# --- rows


def _cell(label: Any, name: str) -> forms.CharField:
    """An input that knows what it showed; what does not fit is the act's to refuse."""
    limit = BookingTraveller._meta.get_field(name).max_length  # type: ignore[union-attr]
    look = {"maxlength": limit, "aria-label": label, "placeholder": label, "autocomplete": "off"}
    box = UnfoldAdminTextInputWidget(attrs=look)
    return forms.CharField(label=label, required=False, widget=box, show_hidden_initial=True)


class SeatForm(forms.Form):
    first_name = _cell(_("First name"), "first_name")
    last_name = _cell(_("Last name"), "last_name")
    room = _cell(_("Room"), "room")
    transport_seat = _cell(_("Place"), "transport_seat")


@dataclass(slots=True)
class Row:
    """A seat with its form."""

    passenger: Passenger
    form: SeatForm
    # The traveller's comment and contact are shown once a booking.
    begins_booking: bool = True
    error: str = ""
    # Where the traveller stands with the tour's chat; None when there is none.
    member: MemberState | None = None

    @property
    def member_colour(self) -> str:
        return COLOURS["member"].get(self.member or "", "plain")

    @property
    def booking_url(self) -> str:
        return page_url("sales.booking", self.passenger.booking.pk)


def _form(seat_id: int, seat: BookingTraveller | None, typed: QueryDict | None) -> SeatForm:
    shown = {name: getattr(seat, name) for name in (*NAMES, *PLACES)} if seat else {}
    return SeatForm(typed, prefix=f"seat-{seat_id}", initial=shown)


def _posted(typed: QueryDict) -> list[int]:
    """The seats whose inputs were sent."""
    return ids_of(typed.getlist("seat")[:PER_PAGE])


def _rows(page: Page, refused: Mapping[int, str], typed: QueryDict | None) -> list[Row]:
    """The page's rows; those of ``refused`` hold what was typed, all do when it names none."""
    rows: list[Row] = []
    before = None
    posted = set(refused or _posted(typed)) if typed else set()
    for passenger in page.object_list:
        seat = passenger.seat
        form = _form(seat.pk, seat, typed if seat.pk in posted else None)
        rows.append(Row(passenger, form, seat.booking_id != before, refused.get(seat.pk, "")))
        before = seat.booking_id
    return rows


# --- the page


def _show(
    request: HttpRequest,
    session: TourSession,
    model_admin: BaseAdmin,
    *,
    refused: Mapping[int, str] | None = None,
    typed: QueryDict | None = None,
) -> HttpResponse:
    found = passenger_list(session.pk, at=now())
    page = Paginator(found.passengers, PER_PAGE).get_page(request.GET.get("page"))
    rows = _rows(page, refused or {}, typed)
    _mark_members(rows, session)
    context = {
        **model_admin.admin_site.each_context(request),
        **_rights(request, found.session),
        "title": gettext("Passengers"),
        "opts": model_admin.opts,
        "original": found.session,
        "list": found,
        "page": page,
        "rows": rows,
        "was_refused": bool(refused),
        "colour": COLOURS["session"].get(session.status, "plain"),
        "session_url": change_url(session),
        "bookings_url": list_url("sales.booking", session__id__exact=session.pk),
    }
    return TemplateResponse(request, "admin/sales/passengers.html", context)


def _mark_members(rows: list[Row], session: TourSession) -> None:
    """Who of those who booked is in the tour's chat."""
    chat = chat_of_session(session.pk)
    states = states_of_members(chat) if chat else {}
    for row in rows:
        state = states.get(row.passenger.booking.user_id)
        row.member = MemberState(state) if state else None


def _rights(request: HttpRequest, session: TourSession) -> dict[str, bool]:
    """What the reader's buttons are; the acts ask again."""
    user = staff(request)

    def may(what: str) -> bool:
        there = user.agency_ids_for("sales.bookingtraveller", what)
        mine = user.sees_all_agencies or session.tour.agency_id in there
        return mine and user.has_perm(f"sales.{what}_bookingtraveller")

    runs = session.status != SessionStatus.CANCELLED
    return {"may_write": runs and may("change"), "may_mark": runs and may("checkin")}


def _post(request: HttpRequest, session: TourSession, model_admin: BaseAdmin) -> HttpResponse:
    """A mark, with all that was typed kept; or what was typed is saved."""
    for name, mark in MARKS.items():
        if name in request.POST:
            seat_id = _id(request.POST[name])
            work = partial(mark, traveller_id=seat_id, by=actor(request), at=now())
            if "HX-Request" in request.headers:
                return _marked(request, session, seat_id, work)
            carry_out(request, work, done=gettext("Noted."))
            return _show(request, session, model_admin, typed=request.POST)
    refused = _save(request, session)
    if refused:
        return _show(request, session, model_admin, refused=refused, typed=request.POST)
    return HttpResponseRedirect(request.get_full_path())


def _id(text: str) -> int:
    found = id_of(text)
    if found is None:
        raise Http404
    return found


# --- check-in


def _marked(
    request: HttpRequest, session: TourSession, seat_id: int, work: Callable[[], Any]
) -> HttpResponse:
    """For htmx: the button alone, and the totals."""
    error = ""
    try:
        work()
    except Refusal as refusal:
        error = sentence_of(refusal)
    found = passenger_list(session.pk, at=now())
    seat = next((each.seat for each in found.passengers if each.seat.pk == seat_id), None)
    if seat is None:
        # Not in the list any more: the page says why.
        messages.error(request, error)
        return go(request, request.get_full_path())
    context = {**_rights(request, found.session), "list": found, "seat": seat, "error": error}
    return TemplateResponse(request, "admin/sales/passengers_marked.html", context)


# --- saving


def _save(request: HttpRequest, session: TourSession) -> dict[int, str]:
    """Write the rows that were changed, each by itself; why which was refused, by the seat's id."""
    found = passenger_list(session.pk, at=now())
    seats = {each.seat.pk: each.seat for each in found.passengers}
    saved, refused = 0, {}
    for seat_id in _posted(request.POST):
        form = _form(seat_id, seats.get(seat_id), request.POST)
        if not form.has_changed():
            continue
        error = _save_row(request, seat_id, seats.get(seat_id), form)
        saved += not error
        if error and seat_id in seats:
            refused[seat_id] = error
        elif error:
            # It has left the list meanwhile; what was typed can only be said.
            messages.error(request, f"{_typed(form)}: {error}")
    if saved:
        messages.success(request, gettext("Saved: %(n)s.") % {"n": saved})
    if refused:
        messages.error(request, gettext("Refused: %(n)s. See below why.") % {"n": len(refused)})
    return refused


def _save_row(
    request: HttpRequest, seat_id: int, seat: BookingTraveller | None, form: SeatForm
) -> str:
    """The acts for what was changed; why it was refused, or nothing."""
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    try:
        for work, names in ((name_traveller, NAMES), (seat_traveller, PLACES)):
            if set(names) & set(form.changed_data):
                # What was not touched here stays as it is now, not as it was on the screen.
                values = {name: _value(form, seat, name) for name in names}
                work(traveller_id=seat_id, by=actor(request), at=now(), **values)
    except Refusal as refusal:
        label = form.fields[refusal.field].label if refusal.field in form.fields else ""
        return ": ".join(filter(None, (str(label), sentence_of(refusal))))
    return ""


def _value(form: SeatForm, seat: BookingTraveller | None, name: str) -> str:
    typed = name in form.changed_data or seat is None
    return str(form.cleaned_data[name] if typed else getattr(seat, name))


def _typed(form: SeatForm) -> str:
    return " ".join(form[name].data for name in form.changed_data)


# --- files


def _file(request: HttpRequest, session: TourSession, file_format: str) -> HttpResponse:
    """The list as a file; that it was taken is recorded before it is handed out."""
    if file_format not in FILES:
        raise Http404
    make, content_type = FILES[file_format]
    here = HttpResponseRedirect(request.path)
    try:
        found = export_passengers(
            session_id=session.pk, file_format=file_format, by=actor(request), at=now()
        )
        content = make(found, language=get_language() or "ru")
    except Refusal as refusal:
        tell(request, refusal)
        return here
    name = f"passengers-{session.code}-{session.date_start:%Y-%m-%d}.{file_format}"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
