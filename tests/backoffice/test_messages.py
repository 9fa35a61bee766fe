"""Messages in the admin: the outbox, trying again, templates, and the operations page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.admin.notifications.operations import SILENT_AFTER
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from notifications.heartbeat import beat
from notifications.models import WHOLE_BOT, Notification
from notifications.queries.operations import STUCK_AFTER
from notifications.reasons import FLOOD
from notifications.samples import READERS, sample
from notifications.services.reach import BLOCKED
from notifications.services.retry import NotFailed, Unreachable, retry_message
from notifications.states import Kind
from notifications.templates import TEMPLATES, render
from partners.models import Language
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, chosen, fared, list_of, page_of
from tests.factories import NOW

OPERATIONS = reverse("admin:notifications_operations_changelist")
PREVIEWS = reverse("admin:notifications_notification_previews")
GONE = "Forbidden: bot was blocked by the user"

pytestmark = pytest.mark.django_db


def failed(**fields):
    defaults = {"state": "failed", "attempts": 12, "last_error": "Bad Gateway"}
    return factories.notification(**defaults | fields)


def retry(message, by):
    return retry_message(message_id=message.pk, by=by.actor("admin"), at=NOW)


# --- trying again


def test_what_failed_is_owed_anew_with_all_its_attempts(cast):
    message = failed(agency=cast.silk)

    retry(message, cast.silk_manager)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("queued", 0, "")
    assert message.next_attempt_at == NOW
    assert EventLog.objects.get(action="message.retried").details["to"] == str(message.recipient)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("nomad_owner", NotFound),
        ("accountant", NotAllowed),
        ("silk_owner", None),
        ("support", None),
    ],
)
def test_trying_again_is_for_those_whose_message_it_is(cast, who, refusal):
    message = failed(agency=cast.silk)
    if refusal is None:
        assert retry(message, cast.people[who]).state == "queued"
        return
    with pytest.raises(refusal):
        retry(message, cast.people[who])


def test_only_what_failed_is_tried_again_or_was_kept_back_by_a_block(cast):
    for fields in ({"state": "queued"}, {"state": "dropped", "last_error": "Overtaken."}):
        with pytest.raises(NotFailed):
            retry(failed(**fields), cast.support)

    assert retry(failed(state="dropped", last_error=BLOCKED), cast.support).state == "queued"


def test_who_has_blocked_the_bot_is_not_written_to_but_by_e_mail(cast):
    person = factories.user(is_reachable=False, first_name="Olga")

    with pytest.raises(Unreachable, match="Olga has blocked the bot"):
        retry(failed(recipient=person), cast.support)
    assert retry(failed(recipient=person, email="o@example.com"), cast.support).state == "queued"


# --- the pages


def test_several_are_tried_again_each_with_its_outcome(cast, sign_in):
    good = failed()
    blocked = failed(recipient=factories.user(is_reachable=False))
    picked = chosen("retry_selected", good, blocked)

    told = fared(sign_in(cast.support).post(list_of(Notification), picked))

    assert told[good.pk] == "goes once more"
    assert "blocked the bot" in told[blocked.pk]
    assert Notification.objects.get(pk=good.pk).state == "queued"
    assert Notification.objects.get(pk=blocked.pk).state == "failed"


def test_a_message_s_page_shows_it_as_it_is_read_with_its_buttons(cast, sign_in):
    browser = sign_in(cast.support)
    later = {"next_attempt_at": NOW + timedelta(minutes=37)}
    card = failed(
        kind=Kind.AGENCY_REQUEST, payload=sample(Kind.AGENCY_REQUEST, "en"), language="en", **later
    )
    change = factories.notification(
        chat_id=1, kind=Kind.CARD_CLOSED, payload={"outcome": "✅ Approved"}, edits=card, **later
    )

    page = browser.get(page_of(card)).content.decode()
    assert "New request <b>K7M2QX</b>" in page
    assert "📅 Offer another date" in page
    assert "Bad Gateway" in page
    assert "Telegram has a fault of its own." in page
    assert "11:37" not in page
    assert action_on(card, "retry") in page
    assert page_of(change) in page

    changed = browser.get(page_of(change)).content.decode()
    assert page_of(card) in changed
    assert "11:37" in changed
    assert action_on(change, "retry") not in changed

    browser.post(action_on(card, "retry"), SUBMIT)
    card.refresh_from_db()
    assert card.state == "queued"


def test_what_failed_is_a_list_with_reasons(cast, sign_in):
    failed(), factories.notification(payload={"text": "fine"})

    response = sign_in(cast.support).get(list_of(Notification), {"state__exact": "failed"})

    assert response.context["cl"].result_count == 1
    page = response.content.decode()
    assert "Telegram has a fault of its own." in page
    assert "Bad Gateway" not in page


def test_a_person_s_page_leads_to_what_was_sent_to_him(cast, sign_in):
    sent = factories.notification(recipient=cast.traveller), factories.notification()
    browser = sign_in(cast.support)

    shown = browser.get(action_on(cast.traveller, "sent"), follow=True)

    assert [row.pk for row in shown.context["cl"].result_list] == [sent[0].pk]
    assert sign_in(cast.accountant).get(action_on(cast.traveller, "sent")).status_code == 403


# --- templates


def test_every_kind_has_a_template_a_reader_and_values_in_every_language():
    kinds = [kind for _title, read in READERS for kind in read]

    assert sorted(kinds) == sorted(Kind) == sorted(TEMPLATES)
    for kind in kinds:
        for language in Language.values:
            text = render(kind, sample(kind, language), language)
            assert text.strip(), (kind, language)
            assert "{" not in text, (kind, language)


def test_staff_read_every_template_in_every_language(cast, sign_in):
    browser = sign_in(cast.support)

    for language, tour in (("ru", "Чимган"), ("uz", "Chimyon"), ("en", "Chimgan")):
        page = browser.get(PREVIEWS, {"language": language})
        assert page.status_code == 200
        text = page.content.decode()
        assert tour in text
        assert "a value is missing" not in text
        assert text.count('class="c-letter"') == len(Kind)
    assert (
        PREVIEWS
        in browser.get(list_of(Notification) + "templates", follow=True).redirect_chain[-1][0]
    )
    assert sign_in(cast.accountant).get(PREVIEWS).status_code == 403


# --- operations


def figures(response) -> dict[str, tuple[str, str, str]]:
    return {
        figure.title: (figure.value, figure.colour, figure.url)
        for _title, found in response.context["groups"]
        for figure in found
    }


@pytest.fixture
def well(queue, settings):
    """A bot, and a worker seen just now."""
    settings.TELEGRAM_BOT_TOKEN = "42:token"
    beat(NOW)


def test_all_is_well_when_nothing_waits(cast, sign_in, well):
    factories.notification(state="sent", sent_at=NOW - timedelta(minutes=30))
    factories.notification(is_bulk=True, next_attempt_at=NOW - timedelta(hours=1))

    response = sign_in(cast.support).get(OPERATIONS)

    assert response.context["troubles"] == []
    shown = figures(response)
    assert [shown[f"Sent in {span}"][0] for span in ("a minute", "an hour", "a day")] == [
        "0",
        "1",
        "1",
    ]
    assert shown["Messages that should have left"][:2] == ("0", "")
    assert shown["Of announcements"][0] == "1"


def test_what_is_wrong_is_said_with_its_reason(cast, sign_in, queue, clock):
    factories.notification(
        next_attempt_at=NOW - STUCK_AFTER, last_error="HTTP Client says - no way"
    )
    factories.chat_pace(chat_id=WHOLE_BOT, free_at=NOW + timedelta(seconds=30))
    failed(next_attempt_at=NOW - timedelta(hours=1))
    failed(next_attempt_at=NOW - timedelta(days=2))
    factories.user(is_reachable=False)
    beat(NOW - SILENT_AFTER)

    for seconds in (31, 32):
        failed(last_error=f"Telegram server says - Too Many Requests: retry after {seconds}")

    response = sign_in(cast.admin).get(OPERATIONS)

    told = " ".join(response.context["troubles"])
    for sentence in (
        "No worker",
        "There is no bot",
        "a pause until 11:00:30",
        "Messages are stuck",
    ):
        assert sentence in told
    shown = figures(response)
    assert shown["Messages that should have left"][:2] == ("1", "danger")
    assert shown["The bot may speak"][:2] == ("no bot", "danger")
    assert (shown["Failed in a day"][0], shown["People who blocked the bot"][0]) == ("3", "1")
    assert [(why, n) for why, n, _url in response.context["failures"]] == [
        ("Telegram asks for a pause: too much was sent at once.", 2),
        ("Telegram has a fault of its own.", 1),
    ]
    assert [(why, n) for why, n, _url in response.context["errors"]] == [
        ("HTTP Client says - no way", 1)
    ]


def test_without_a_bot_nothing_is_wrong_until_somebody_is_to_be_written_to(
    cast, sign_in, well, settings
):
    settings.TELEGRAM_BOT_TOKEN = ""
    factories.notification(next_attempt_at=NOW, email="desk@silk.uz")

    response = sign_in(cast.support).get(OPERATIONS)

    assert response.context["troubles"] == []
    assert "There is no bot: TELEGRAM_BOT_TOKEN is not set." in response.content.decode()
    assert figures(response)["The bot may speak"][:2] == ("no bot", "")


def test_every_figure_opens_its_list(cast, sign_in, queue):
    factories.notification(next_attempt_at=NOW - STUCK_AFTER, last_error="No & way")
    failed(next_attempt_at=NOW)
    factories.notification(next_attempt_at=NOW - STUCK_AFTER, last_error=f"{FLOOD} 3 s, of 5")
    browser = sign_in(cast.admin)
    response = browser.get(OPERATIONS)

    urls = {title: url for title, (_value, _colour, url) in figures(response).items() if url}
    assert len(urls) >= 9
    counts = {
        title: page.context["cl"].result_count
        for title, url in urls.items()
        if (page := browser.get(url)).status_code == 200
    }
    assert set(counts) == set(urls)
    assert (counts["Messages that should have left"], counts["Failed in a day"]) == (2, 1)
    for _why, times, url in [*response.context["failures"], *response.context["errors"]]:
        assert browser.get(url).context["cl"].result_count == times


def test_the_page_costs_the_same_however_much_waits(cast, sign_in, queue):
    browser = sign_in(cast.support)
    browser.get(OPERATIONS)
    with CaptureQueriesContext(connection) as empty:
        browser.get(OPERATIONS)
    for number in range(3):
        failed(last_error=f"Reason {number}", next_attempt_at=NOW)
        factories.notification(next_attempt_at=NOW - timedelta(hours=1))
    with CaptureQueriesContext(connection) as full:
        browser.get(OPERATIONS)

    assert len(full) == len(empty) <= 30


def test_it_is_for_the_platform_admin_and_support(cast, sign_in):
    for name, status in (("silk_owner", 403), ("accountant", 403), ("support", 200)):
        assert sign_in(cast.people[name]).get(OPERATIONS).status_code == status
