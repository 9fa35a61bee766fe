"""Flow 1 over HTTP, as each of its people: from Telegram to paid and into the books.

Every step says what it saw; a step that sees something else stops the walk with :class:`Astray`.
"""

import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from django.conf import settings

from backoffice.demo.logins import PASSWORD
from core.models import EventDelivery, EventLog
from finance.models import LedgerEntry
from finance.providers.payme.cashbox import own_key
from finance.providers.payme.protocol import to_tiyin
from finance.providers.payme.sandbox import Cashbox, Rehearsal, new_id
from finance.queries.balances import agency_balances
from notifications.models import Notification
from notifications.templates import render
from partners.models import AgencyMember, AgencyStatus, Collection, TravelAgency, User
from partners.providers.init_data import sign_init_data
from sales.models import Booking

TOLD_WITHIN_SECONDS = 70
Say = Callable[[str], None]
Json = dict[str, Any]


class Astray(Exception):
    """The walk saw something it should not have."""


def expect(holds: bool, otherwise: str) -> None:
    """Stop the walk unless ``holds``."""
    if not holds:
        raise Astray(otherwise)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody in the Mini App."""

    name: str
    http: httpx.Client
    token: str

    def call(self, method: str, path: str, status: int = 200, **kwargs: Any) -> Json:
        """An API call that must be answered with ``status``."""
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        response = self.http.request(method, f"/api{path}", headers=headers, **kwargs)
        expect(
            response.status_code == status,
            f"{self.name}: {method} {path} answered {response.status_code}, not {status}: "
            f"{response.text[:300]}",
        )
        body: Json = response.json()
        return body


def init_data(*, telegram_id: int, name: str, start_param: str = "", minutes_old: int = 0) -> str:
    """Init data as Telegram signs it."""
    fields = {
        "query_id": f"AAH{secrets.token_urlsafe(12)}",
        "user": json.dumps({"id": telegram_id, "first_name": name, "language_code": "ru"}),
        "auth_date": str(int(time.time()) - minutes_old * 60),
    }
    if start_param:
        fields["start_param"] = start_param
    return sign_init_data(fields, settings.INIT_DATA_TOKEN)


def sign_in(http: httpx.Client, *, telegram_id: int, name: str, start_param: str = "") -> Caller:
    """Open the Mini App."""
    signed = init_data(telegram_id=telegram_id, name=name, start_param=start_param)
    response = http.post("/api/users/register/", json={"init_data": signed})
    expect(response.status_code == 200, f"{name} could not sign in: {response.text[:300]}")
    return Caller(name, http, response.json()["token"])


class Walk:
    """The walk, step by step; ``say`` gets the story."""

    def __init__(self, url: str, say: Say):
        self.http = httpx.Client(base_url=url, timeout=20, headers={"Accept-Language": "en"})
        self.url = url
        self.say = say

    def run(self) -> str:
        """Walk all of flow 1; returns the booking's code."""
        agency = self._an_agency_that_decides()
        traveller = self._traveller()
        session = self._choose(traveller, agency)
        booking = self._book(traveller, session)
        self._strangers_find_nothing(booking, agency)
        self._approve(booking, agency)
        self._pay(traveller, booking)
        self._is_told(booking)
        self._books(booking, agency)
        return str(booking["code"])

    # --- the people's steps

    def _an_agency_that_decides(self) -> TravelAgency:
        # One whose money comes to the platform: its share is then seen as pending.
        rows = TravelAgency.objects.filter(collection=Collection.PLATFORM, auto_approve=False)
        agency = rows.filter(status=AgencyStatus.ACTIVE).first()
        if agency is None:
            raise Astray("There is no agency that decides itself; run `make demo` first.")
        return agency

    def _traveller(self) -> Caller:
        telegram_id = 7_000_000_000 + secrets.randbelow(10**9)
        traveller = sign_in(self.http, telegram_id=telegram_id, name="Равшан")
        self.say("A traveller opens the Mini App: Telegram's signature is right, he has a token.")
        forged = self.http.post(
            "/api/users/register/", json={"init_data": "user=%7B%7D&auth_date=1&hash=00"}
        )
        expect(forged.status_code == 401, "Forged init data was let in.")
        self.say("A forger tries the same with a hash of his own: 401.")
        return traveller

    def _choose(self, traveller: Caller, agency: TravelAgency) -> Json:
        page = traveller.call("GET", f"/tours/list/?agency={agency.pk}&seats=2")
        tour = next((t for t in page["results"] if t["next_sessions"]), None)
        expect(tour is not None, f"{agency} has nothing on sale with two free seats.")
        detail = traveller.call("GET", f"/tours/detail/{tour['id']}/")  # type: ignore[index]
        sessions = traveller.call("GET", f"/tours/sessions/?tour={detail['id']}&available=1")
        session: Json = next(s for s in sessions["results"] if s["available_seats"] >= 2)
        self.say(
            f"He reads of «{detail['title']}» by {agency} and picks {session['date_start']}: "
            f"{session['discounted_price']} UZS a seat, {session['available_seats']} seats free."
        )
        option = next(iter(detail["transport_options"]), None)
        return {**session, "transport": option["code"] if option else None}

    def _book(self, traveller: Caller, session: Json) -> Json:
        wish = {
            "session": session["id"],
            "seats": 2,
            "transport": session["transport"],
            "travellers": [
                {"first_name": "Равшан", "last_name": "Эргашев", "kind": "adult"},
                {"first_name": "Зухра", "last_name": "Эргашева", "kind": "adult"},
            ],
        }
        quote = traveller.call("POST", "/bookings/quote/", json=wish)
        key = {"Idempotency-Key": secrets.token_hex(16)}
        booking = traveller.call("POST", "/bookings/", 201, json=wish, headers=key)
        again = traveller.call("POST", "/bookings/", 201, json=wish, headers=key)
        expect(again["id"] == booking["id"], "A second tap made a second booking.")
        expect(booking["price"] == quote["price"], "The booking costs something else than quoted.")
        expect(booking["status"] == "requested", f"The booking is {booking['status']}.")
        self.say(
            f"He asks for two seats: {booking['code']} is requested for "
            f"{booking['price']['final']} UZS, as quoted, until {booking['expires_at']}. "
            "He taps twice; it is one booking."
        )
        return booking

    def _strangers_find_nothing(self, booking: Json, agency: TravelAgency) -> None:
        other = member_elsewhere(agency)
        caller = sign_in(self.http, telegram_id=other.telegram_id or 0, name=other.first_name)
        caller.call("GET", f"/bookings/{booking['id']}/", 404)
        caller.call("POST", f"/bookings/{booking['id']}/approve/", 404)
        self.say(f"{other}, who manages another agency, looks for it: 404, by every path.")

    def _approve(self, booking: Json, agency: TravelAgency) -> None:
        manager = member_of(agency)
        self._sees_it_in_the_admin(manager, booking)
        caller = sign_in(self.http, telegram_id=manager.telegram_id or 0, name=manager.first_name)
        waiting = caller.call("GET", "/bookings/pending/?page_size=50")["results"]
        row = next((r for r in waiting if r["id"] == booking["id"]), None)
        expect(row is not None, "The request is not among those waiting.")
        done = caller.call("POST", f"/bookings/{booking['id']}/approve/")
        expect(done["status"] == "approved", f"The booking is {done['status']}.")
        self.say(f"{manager} approves: two seats are taken, the hold ends {done['expires_at']}.")
        stale = caller.call("POST", f"/bookings/{booking['id']}/reject/", 409, json={"reason": "?"})
        self.say(f"She changes her mind a moment too late and reads: «{stale['detail']}»")

    def _sees_it_in_the_admin(self, manager: User, booking: Json) -> None:
        page = self._browser(manager).get("/admin/sales/bookingrequest/")
        expect(page.status_code == 200, f"The approvals list answered {page.status_code}.")
        expect(booking["code"] in page.text, "The request is not on the approvals list.")
        self.say(f"{manager} signs in to the back office and sees it on the approvals list.")

    def _browser(self, member: User) -> httpx.Client:
        """One in which a member of the staff has signed in to the back office."""
        browser = httpx.Client(base_url=self.url, follow_redirects=True, timeout=20)
        form = browser.get("/admin/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        expect(token is not None, "The sign-in page has no form.")
        browser.post(
            "/admin/login/",
            data={
                "username": member.login,
                "password": PASSWORD,
                "csrfmiddlewaretoken": token.group(1),  # type: ignore[union-attr]
            },
            headers={"Referer": f"{self.url}/admin/login/"},
        )
        return browser

    def _pay(self, traveller: Caller, booking: Json) -> None:
        checkout = traveller.call("POST", f"/bookings/{booking['id']}/pay/")
        self.say(f"The traveller is sent to {checkout['checkout_url'][:60]}…")
        rehearsal = Rehearsal(
            Cashbox(
                url=f"{self.url}/api/payments/payme/",
                login=settings.PAYME_LOGIN,
                key=own_key(),
                account_field=settings.PAYME_ACCOUNT_FIELD,
                reference=booking["code"],
                amount=to_tiyin(Decimal(checkout["amount"])),
            )
        )
        for step in rehearsal.pay(new_id()):
            expect(not step.problem, f"Payme, {step.title}: {step.problem}: {step.answer}")
            self.say(f"  Payme: {step.title}: {_short(step.answer)}")
        paid = traveller.call("GET", f"/bookings/{booking['id']}/")
        expect(paid["status"] == "paid", f"The booking is {paid['status']}.")
        self.say(f"{paid['code']} is paid, at {paid['paid_at']}.")

    def _is_told(self, booking: Json) -> None:
        """The worker turns events into messages; wait for it as the traveller would."""
        deadline = time.monotonic() + TOLD_WITHIN_SECONDS
        rows = Notification.objects.filter(
            booking_id=booking["id"], recipient_id=_traveller_of(booking)
        )
        kinds = {"booking_requested", "booking_approved", "booking_paid"}
        while not kinds <= set(rows.values_list("kind", flat=True)):
            expect(
                time.monotonic() < deadline,
                f"Nobody told the traveller ({EventDelivery.objects.count()} events wait): "
                "is the worker running?",
            )
            time.sleep(0.5)
        self.say("The traveller has been told:")
        for row in rows.order_by("id"):
            first_line = render(row.kind, row.payload, "en").splitlines()[0]
            self.say(f"  [{row.state}] {re.sub('<[^>]+>', '', first_line)}")

    def _books(self, booking: Json, agency: TravelAgency) -> None:
        self.say("The books after it:")
        entries = LedgerEntry.objects.filter(transaction__booking_id=booking["id"])
        debits = credits = Decimal(0)
        for entry in entries.select_related("transaction", "account__agency", "account__user"):
            side = f"debit  {entry.debit:>14}" if entry.debit else f"credit {entry.credit:>14}"
            self.say(f"  {entry.transaction.type:<8}{side}  {entry.account}")
            debits, credits = debits + entry.debit, credits + entry.credit
        expect(debits == credits and debits > 0, f"Debits {debits}, credits {credits}.")
        balances = agency_balances(agency.pk)
        self.say(f"  {agency} has {balances['agency_pending']} UZS pending.")
        self.say("The log:")
        events = EventLog.objects.filter(object_type="sales.booking", object_id=booking["id"])
        for event in events.order_by("id").select_related("user"):
            who = event.user or event.role
            self.say(f"  {event.timestamp:%H:%M:%S} {event.action:<18} {who} ({event.source})")


def member_of(agency: TravelAgency) -> User:
    member = AgencyMember.objects.filter(
        agency=agency, role="manager", is_active=True, user__telegram_id__isnull=False
    ).first()
    if member is None:
        raise Astray(f"{agency} has no manager in Telegram.")
    return member.user


def member_elsewhere(agency: TravelAgency) -> User:
    other = TravelAgency.objects.exclude(pk=agency.pk).filter(members__role="manager").first()
    if other is None:
        raise Astray("There is only one agency.")
    return member_of(other)


def _traveller_of(booking: Json) -> int | None:
    return Booking.objects.values_list("user_id", flat=True).get(pk=booking["id"])


def _short(answer: Json) -> str:
    error = answer.get("error")
    shown = {"error": error["code"]} if error else answer.get("result", answer)
    return json.dumps(shown)[:110]
