"""Axe looks at the main pages as people with a screen reader or weak eyes meet them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from core.clock import now
from tests.backoffice.pages import add_page, list_of, page_of
from tests.browser.conftest import elsewhere

pytestmark = pytest.mark.django_db(transaction=True)

RULES = {"runOnly": ["wcag2a", "wcag2aa"]}
SERIOUS = ("serious", "critical")
# At a desk by day, on a phone by night.
DESK, PHONE = (1440, "light"), (390, "dark")


def faults_of(page) -> list[str]:
    """What axe finds serious, with the element it is about."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{page.url}: {each['id']}: {node['html'][:160]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@pytest.fixture
def busy(cast):
    """A request that waits and a booking that is paid."""

    def happen():
        cast.request(by=cast.second_traveller, at=now())
        return cast.pay(cast.approved(seats=2, at=now()), at=now()).booking

    return elsewhere(happen)


def pages_of(part: str, cast, paid) -> list[str]:
    """Addresses of what this part of the cast works with."""
    session, tour = cast.silk_session, cast.silk_tour
    if part == "silk_owner":
        requests = reverse("admin:sales_bookingrequest_changelist")
        calendar = reverse("admin:catalog_toursession_calendar")
        own = [page_of(paid), page_of(tour), page_of(session), add_page(type(session))]
        lists = [list_of(type(row)) for row in (paid, tour, session)]
        return [reverse("admin:index"), requests, calendar, *own, *lists]
    if part == "accountant":
        names = ("finance_payout_queue", "finance_refund_changelist", "core_eventlog_changelist")
        return [reverse("admin:index"), *(reverse(f"admin:{name}") for name in names)]
    names = ("index", "constance_config_changelist", "notifications_operations_changelist")
    return [*(reverse(f"admin:{name}") for name in names), list_of(type(cast.admin))]


@pytest.mark.parametrize(
    ("part", "width", "light"),
    [("silk_owner", *DESK), ("silk_owner", *PHONE), ("accountant", *DESK), ("admin", *PHONE)],
)
def test_axe_finds_no_serious_fault(visit, cast, busy, part, width, light):
    page = visit(getattr(cast, part), width)
    page.emulate_media(color_scheme=light)

    faults = []
    for address in pages_of(part, cast, busy):
        page.goto(address)
        faults += faults_of(page)

    assert faults == []


def test_axe_finds_no_serious_fault_at_the_door(visit, cast):
    page = visit(cast.silk_owner, 390)
    page.context.clear_cookies()
    page.goto(reverse("admin:login"))

    assert faults_of(page) == []
