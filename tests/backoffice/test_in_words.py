"""What people read is in their words: no bare numbers, no names of the code, no foreign dates."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.urls import reverse

from core.models import EventLog
from partners.models import TravelAgency
from sales.models import Booking
from tests import factories
from tests.backoffice.pages import list_of, page_of
from tests.factories import NOW


def seen(browser, url, language="en") -> str:
    return browser.get(url, headers={"Accept-Language": language}).content.decode()


def test_what_a_form_only_shows_is_in_words(cast, sign_in):
    booking = cast.paid()
    trip = factories.trip_request(
        category=factories.category(
            parameters_schema={
                "type": "object",
                "properties": {
                    "level": {
                        "type": "string",
                        "enum": ["hard"],
                        "x-title": {"ru": "Сложность", "en": "Level"},
                        "x-labels": {"hard": {"ru": "высокая", "en": "very hard"}},
                    }
                },
            }
        ),
        parameters={"level": "hard", "own_cook": True},
    )
    promotion = factories.promotion(agency=cast.silk, discount_percent=8)
    accountant = sign_in(cast.accountant)

    date = seen(accountant, page_of(booking.session))
    seat = seen(accountant, page_of(booking.travellers.first()))
    told = seen(accountant, page_of(promotion))
    refund = factories.refund(payment=booking.payments.get(), amount=70_000)
    payment = seen(accountant, page_of(refund.payment))
    agencies = seen(accountant, list_of(TravelAgency))

    assert "1,000,000\xa0soʻm" in date
    assert "1000000.00" not in date + seat
    assert "70,000\xa0soʻm" in payment
    assert "10\xa0%" in agencies
    assert "10.00" not in agencies
    assert "8.00" not in told.replace('data-percent="8.00"', "")
    admin = sign_in(cast.admin)
    assert "Level: very hard; own cook: yes" in seen(admin, page_of(trip))
    assert ">{}<" not in "".join(seen(admin, page_of(factories.trip_request())).split())


def test_a_moment_reads_the_same_in_every_language(cast, sign_in):
    cast.paid()
    browser = sign_in(cast.accountant)

    pages = [seen(browser, list_of(Booking), each) for each in ("ru", "uz", "en")]

    assert all("01.03.2027 " in page for page in pages)


def test_a_failed_sign_in_is_called_by_its_login(cast, sign_in):
    attempt = AccessAttempt.objects.create(
        username=cast.support.login, ip_address="10.0.0.1", failures_since_start=1
    )

    page = seen(sign_in(cast.admin), page_of(attempt))

    title = page.split("<title>")[1].split("</title>")[0]
    assert cast.support.login in title
    assert "Attempted Access" not in page


def test_the_log_names_a_setting_by_what_it_is_about_and_says_yes(cast, sign_in):
    setting = factories.event(
        object_type="constance.constance",
        object_name="UNDO_SECONDS",
        action="setting.changed",
        details={"before": 30, "after": 60},
    )
    comment = factories.event(
        object_type="sales.booking", action="booking.commented", details={"internal": True}
    )
    browser = sign_in(cast.admin)

    listed = seen(browser, list_of(EventLog))
    facts = dict(browser.get(page_of(comment)).context["page"]["facts"])

    assert "Seconds in which an approval or a rejection can be taken back" in listed
    assert setting.object_name not in listed.split("<tbody", 1)[-1].replace("#UNDO_SECONDS", "")
    assert facts["Internal"] == "yes"


def test_who_works_for_one_agency_has_no_list_of_them(cast, sign_in):
    def titles(person):
        groups = sign_in(person).get(reverse("admin:index")).context["sidebar_navigation"]
        return {str(item["title"]) for group in groups for item in group["items"]}

    assert "My agency" in titles(cast.silk_owner)
    assert "Agencies" not in titles(cast.silk_owner)
    assert "Agencies" in titles(cast.accountant)
    factories.member(agency=cast.nomad, user=cast.silk_owner, role="manager")
    assert "Agencies" in titles(cast.silk_owner)


def test_a_message_that_is_late_does_not_leave_in_the_past(cast, sign_in):
    booking = cast.paid()
    message = factories.notification(
        booking=booking,
        agency=cast.silk,
        recipient=cast.silk_owner,
        next_attempt_at=NOW - timedelta(hours=1),
    )
    browser = sign_in(cast.silk_owner)

    late = seen(browser, page_of(booking))
    type(message).objects.filter(pk=message.pk).update(next_attempt_at=NOW + timedelta(hours=1))
    soon = seen(browser, page_of(booking))

    assert "was to leave at" in late
    assert "was to leave at" not in soon
