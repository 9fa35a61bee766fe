"""Every list of the back office over very many bookings.

``make bench-lists`` does it with a million and prints what each page took. Its database is its own
and stays, so that a second run measures at once.
"""

import os
import re
import statistics
import time
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import EventLog
from finance.models import AccountingTransaction, LedgerEntry, PaymentTransaction, ProviderCall
from notifications.models import Notification
from partners.models import AgencyMember, User
from sales.models import Booking, BookingTraveller
from tests.backoffice.many_rows import BASE, fill
from tests.backoffice.pages import list_of
from tests.cast import assemble

BOOKINGS = int(os.environ.get("BENCH_BOOKINGS", "0"))
TRIES = 3
# Of these there are as many as bookings, or more.
GREAT = (
    Booking,
    BookingTraveller,
    EventLog,
    LedgerEntry,
    AccountingTransaction,
    Notification,
    PaymentTransaction,
    ProviderCall,
    User,
)
# Whoever waits longer than this looks elsewhere meanwhile.
MOST_MILLISECONDS = 1_000

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not BOOKINGS, reason="a bench: make bench-lists"),
]


@dataclass(frozen=True, slots=True)
class Visit:
    page: str
    milliseconds: float
    queries: int
    slowest: tuple[float, str]


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """The database of a big Circle, filled once."""
    with django_db_blocker.unblock():
        if not User.objects.filter(pk=BASE).exists():
            fill(assemble(), BOOKINGS)
        owner, _made = User.objects.get_or_create(login="big.owner")
        AgencyMember.objects.get_or_create(agency_id=BASE, user=owner, role="owner")


def pages_of(person: User) -> list[tuple[str, str]]:
    """Every list the person may see, and what is done with the great ones."""
    lists = [
        (model._meta.label, list_of(model))
        for model in admin.site._registry
        if person.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    ]
    bookings = list_of(Booking)
    some = Booking.objects.for_staff(person).filter(status="paid").latest("pk")
    asked = {
        "bookings, page 100": "p=100",
        "bookings, paid": "status__exact=paid",
        "bookings, by code": f"q={some.code}",
        "bookings, by name": "q=Dilnoza+Karimov",
        "bookings, by phone": f"q={some.user.phone[4:]}",
        "bookings, by Payme's id": f"q={some.payments.get().payme_invoice_id}",
        "bookings, nobody of that name": "q=Zzyzx",
    }
    orders = [
        (f"{model._meta.verbose_name_plural} by {column}", f"{list_of(model)}?o={number}")
        for model in GREAT
        if person.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
        for number, column in sortable(model, person)
    ]
    return [
        *orders,
        ("home", reverse("admin:index")),
        ("a booking", reverse("admin:sales_booking_change", args=[some.pk])),
        *lists,
        *((name, f"{bookings}?{query}") for name, query in asked.items()),
    ]


def sortable(model, person: User) -> list[tuple[int, str]]:
    """The columns whose heading sorts, by their numbers."""
    request = RequestFactory().get(list_of(model))
    request.user = person
    page = admin.site.get_model_admin(model)
    shown, allowed = list(page.get_list_display(request)), page.get_sortable_by(request)
    return [
        (number, name)
        for number, name in enumerate(shown, start=1)
        if name in allowed and has_order(page, model, name)
    ]


def has_order(page, model, name: str) -> bool:
    column = getattr(page, name, None)
    fields = {field.name for field in model._meta.fields}
    return bool(getattr(column, "admin_order_field", None)) or (column is None and name in fields)


def visit(browser: Client, name: str, address: str) -> Visit:
    """The median of a few tries, the first not counted."""
    times = []
    for attempt in range(TRIES + 1):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as seen:
            answer = browser.get(address)
        if attempt:
            times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (name, answer.status_code)
    slowest = max((float(q["time"]) * 1000, q["sql"]) for q in seen.captured_queries)
    return Visit(name, statistics.median(times), len(seen), slowest)


@pytest.mark.parametrize("login", ["admin", "big.owner"])
def test_every_page_answers_over_very_many_bookings(filled, sign_in, login):
    person = User.objects.get(login=login)
    browser = sign_in(person)
    visits = [visit(browser, *page) for page in pages_of(person)]

    tell(login, visits)
    slow = [v.page for v in visits if v.milliseconds > MOST_MILLISECONDS]
    assert slow == []


def tell(login: str, visits: list[Visit]) -> None:
    print(f"\n{login}: pages {len(visits)}, bookings {BOOKINGS}")
    for each in sorted(visits, key=lambda v: -v.milliseconds):
        took, sql = each.slowest
        words = re.sub(r"\s+", " ", sql)[:220] if took > 50 else ""
        print(
            f"{each.milliseconds:7.0f} ms {each.queries:3d} queries  {each.page}"
            + (f"\n            {took:.0f} ms: {words}" if words else "")
        )
