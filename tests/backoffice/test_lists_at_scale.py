"""Every list of the back office over very many bookings.

``make bench-lists`` does it with a million and prints what each page took. Its database is its own
and stays, so that a second run measures at once.
"""

import os
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.admin.paging import COUNTED
from core.models import EventLog
from partners.models import AgencyMember, User
from sales.models import Booking
from tests.backoffice.many_rows import BASE, fill
from tests.backoffice.pages import list_of
from tests.cast import assemble

BOOKINGS = int(os.environ.get("BENCH_BOOKINGS", "0"))
TRIES = 3
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
    lists = [model for model in admin.site._registry if is_shown(model, person)]
    some = Booking.objects.for_staff(person).filter(status="paid").latest("pk")
    return [
        ("home", reverse("admin:index")),
        ("a booking", reverse("admin:sales_booking_change", args=[some.pk])),
        *((model._meta.label, list_of(model)) for model in lists),
        *(
            (f"{model._meta.verbose_name_plural}, {what}", f"{list_of(model)}?{query}")
            for model in lists
            if getattr(admin.site.get_model_admin(model), "is_great", False)
            for what, query in great_queries(model, person, some)
        ),
        *((f"bookings, {what}", f"{list_of(Booking)}?{q}") for what, q in of_bookings(some)),
        *((f"log, {what}", f"{list_of(EventLog)}?{q}") for what, q in of_log(some)),
        *((f"found: {word}", f"{reverse('admin:find')}?q={word}") for word in words_for(some)),
    ]


def is_shown(model, person: User) -> bool:
    return person.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")


def great_queries(model, person: User, some: Booking) -> Iterator[tuple[str, str]]:
    """Its orders both ways, its last page and what is looked for in it."""
    request = RequestFactory().get(list_of(model))
    request.user = person
    page = admin.site.get_model_admin(model)
    for number, column in sortable(page, model, request):
        yield f"by {column}", f"o={number}"
        yield f"by {column}, down", f"o=-{number}"
    rows = page.get_queryset(request)[:COUNTED].count()
    yield "last page", f"p={max(1, -(-rows // page.list_per_page))}"
    for word in ("Dilnoza+Karimov", "Zzyzx", some.code):
        yield f"with {word}", f"q={word}"


def sortable(page, model, request) -> list[tuple[int, str]]:
    """The columns whose heading sorts, by their numbers."""
    shown, allowed = list(page.get_list_display(request)), page.get_sortable_by(request)
    first = 1 if page.get_actions(request) else 0
    return [
        (number, name)
        for number, name in enumerate(shown, start=first)
        if name in allowed and has_order(page, model, name)
    ]


def has_order(page, model, name: str) -> bool:
    column = getattr(page, name, None)
    fields = {field.name for field in model._meta.fields}
    return bool(getattr(column, "admin_order_field", None)) or (column is None and name in fields)


def of_bookings(some: Booking) -> list[tuple[str, str]]:
    return [
        ("paid", "status__exact=paid"),
        ("a name of many", "q=Dilnoza"),
        ("a phone", f"q={some.user.phone[4:]}"),
        ("Payme's id", f"q={some.payments.get().payme_invoice_id}"),
    ]


def of_log(some: Booking) -> list[tuple[str, str]]:
    return [
        ("this month", "period=month"),
        ("one action", "action=booking.paid"),
        ("one kind", "object_type=sales.booking"),
        ("one door", "source__exact=admin"),
        ("one person", f"user__id__exact={some.user_id}"),
        ("one booking", f"object_type=sales.booking&object_id={some.pk}"),
    ]


def words_for(some: Booking) -> list[str]:
    """What is typed into the search over everything."""
    return [some.code, some.user.phone[4:], "Dilnoza+Karimov", "Dilnoza", "Zzyzx"]


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
