"""The accountants' pages of withdrawals: the queue, one of them, the file with cards, bonuses."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import EventLog
from finance.models import PayoutRegister, ReferralBonus, ReferralPayoutRequest
from finance.services.withdrawals import reject_withdrawal
from tests.backoffice.pages import (
    SUBMIT,
    action_on,
    chosen,
    fared,
    history_of,
    list_of,
    page_of,
    said,
)
from tests.factories import CARD, NOW
from tests.finance.card_desk import HUMO, CardDesk

LIST = list_of(ReferralPayoutRequest)
ANSWERS = "/admin/finance/referralpayoutrequest/answers/"
STEPS = ("approve", "reject", "pay", "fail")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"


@pytest.fixture
def desk(cast) -> CardDesk:
    return CardDesk(cast)


def text(response) -> str:
    return response.content.decode()


def cards_of(register):
    return reverse("admin:finance_payoutregister_cards", args=[register.pk])


def test_two_accountants_carry_withdrawals_out(cast, sign_in, desk, settings):
    first, second = sign_in(cast.accountant), sign_in(cast.second_accountant)
    rows = [desk.asked(cast.blogger), desk.asked(cast.stranger), desk.asked(cast.accountant)]

    approved = first.post(LIST, chosen("approve_selected", *rows))
    own = rows[2]
    refused = first.post(action_on(own, "approve"), SUBMIT)
    second.post(action_on(own, "reject"), SUBMIT | {"reason": "Ask later"})
    made = second.post(LIST, chosen("send_selected", *rows[:2]))
    register = PayoutRegister.objects.get()

    own_made = "You made this yourself: somebody else has to decide it."
    assert list(fared(approved).values()) == ["approved", "approved", own_made]
    assert said(refused)[-1] == own_made
    own.refresh_from_db()
    assert (own.status, own.note) == ("rejected", "Ask later")
    assert made.url == page_of(register)

    page, file = second.get(page_of(register)), second.post(cards_of(register), {"as": "csv"})
    answer = re.sub(r"(?m)^(W-\d+;.*?)\r?$", r"\1;paid;A-1", file.content.decode("utf-8-sig"))
    answer = answer.replace("\r", "").replace("\n", ";Статус;Референс\n", 1)
    upload = SimpleUploadedFile("answer.csv", answer.encode())
    trial = second.post(ANSWERS, {"file": upload})
    kept = [path.read_bytes() for path in settings.IMPORTS_ROOT.iterdir()]
    done = second.post(ANSWERS, {"token": trial.context["token"], "name": "answer.csv"})
    after = second.post(cards_of(register), {"as": "csv"})

    assert CARD not in text(page)
    assert (CARD in text(file), "no-store" in file["Cache-Control"]) == (True, True)
    assert [str(row["plan"].step) for row in trial.context["rows"]] == ["pay", "pay"]
    assert len(kept) == 1
    assert CARD not in text(trial) + str(kept)
    assert done.context["is_done"]
    assert set(register.withdrawals.values_list("status", flat=True)) == {"paid"}
    assert "no file" in said(after)[-1]
    assert "The card numbers are erased" in text(second.get(page_of(register)))
    assert EventLog.objects.filter(action="withdrawal.cards_shown").count() == 1


def test_the_numbers_are_handed_to_those_who_send_and_by_a_button(cast, sign_in, desk, settings):
    register = desk.sent(desk.approved(cast.blogger))
    address = cards_of(register)

    codes = {
        name: sign_in(cast.people[name]).post(address, {"as": "xlsx"}).status_code
        for name in ("accountant", "admin", "support", "silk_owner")
    }
    browser = sign_in(cast.accountant)
    assert codes == {"accountant": 200, "admin": 200, "support": 403, "silk_owner": 403}
    assert browser.get(address).status_code == 405
    assert browser.post(address, {"as": "exe"}).status_code == 404
    assert browser.get(address.replace("cards", "file") + "?as=csv").status_code == 404
    settings.CARD_ENCRYPTION_KEYS = ["A" * 43 + "="]
    stopped = browser.post(address, {"as": "csv"})
    assert (stopped.status_code, "cannot be read" in said(stopped)[-1]) == (302, True)
    assert EventLog.objects.filter(action="withdrawal.cards_shown").count() == 2


def test_a_page_offers_what_fits_and_by_whom(cast, sign_in, desk):
    row = desk.asked(cast.second_accountant)

    def buttons(person):
        page = text(sign_in(person).get(page_of(row)))
        return {name for name in STEPS if action_on(row, name) in page}

    assert buttons(cast.accountant) == {"approve", "reject"}
    assert buttons(cast.second_accountant) == buttons(cast.support) == set()
    browser = sign_in(cast.accountant)
    browser.post(action_on(row, "approve"), SUBMIT)
    assert buttons(cast.accountant) == {"fail"}
    browser.post(LIST, chosen("send_selected", row))
    assert buttons(cast.accountant) == {"pay", "fail"}
    browser.post(action_on(row, "pay"), SUBMIT | {"reference": "A-9"})
    assert buttons(cast.accountant) == {"fail"}
    browser.post(action_on(row, "fail"), SUBMIT | {"reason": "Closed"})
    assert buttons(cast.accountant) == set()
    row.refresh_from_db()
    assert (row.status, row.provider_reference, row.note) == ("failed", "A-9", "Closed")
    history = text(browser.get(history_of(row)))
    assert "v1." not in text(browser.get(page_of(row))) + history


def test_what_to_mind_is_said_in_the_list_and_on_the_page(cast, sign_in, desk):
    before = desk.asked(cast.blogger)
    reject_withdrawal(withdrawal_id=before.pk, reason="x", by=desk.first, at=NOW)
    cast.give_bonus(cast.blogger, -100_000)
    row, other = desk.asked(cast.blogger, card=HUMO), desk.asked(cast.stranger, card=HUMO)
    cast.give_bonus(cast.blogger, -5)
    cast.partner.is_active = False
    cast.partner.stop_reason = "Spam"
    cast.partner.save()
    browser = sign_in(cast.accountant)

    page, whole = browser.get(page_of(row)), text(browser.get(LIST))

    for words in (
        "Refunds have taken the balance to −5",
        "asked for money to this card, too: 1.",
        "This partner is stopped",
        "paid to from 02.03.2027 11:00 on",
    ):
        assert words in text(page).replace("-5", "−5")
    assert page_of(cast.stranger) in text(page)
    assert page_of(cast.partner) in text(page)
    assert action_on(row, "approve") not in text(page)
    dialog = text(browser.get(action_on(other, "approve")))
    assert "asked for money to this card, too: 1." in dialog, "it is said where it is decided"
    for words in ("balance below zero", "card of others: 1", "partner stopped", "until 02.03.2027"):
        assert words in whole
    for query, shown in (("me", {other.pk}), ("card", {row.pk})):
        found = browser.get(LIST, {"waits": query}).context["cl"].result_list
        assert {each.pk for each in found} == shown


def test_a_list_of_three_costs_what_a_list_of_one_costs(cast, sign_in, desk):
    browser = sign_in(cast.accountant)
    counts = []
    for people in ([cast.blogger], [cast.stranger, cast.traveller]):
        for person in people:
            desk.asked(person)
        browser.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert CARD not in text(browser.get(LIST))
        counts.append(len(queries))

    assert counts == [11, 11]


def test_where_the_provider_is_asked_by_a_job_no_register_is_offered(cast, sign_in, desk, settings):
    settings.PAYOUT_API_URL = "https://payouts.example"
    row, browser = desk.approved(cast.blogger), sign_in(cast.accountant)

    page = text(browser.get(LIST))
    browser.post(LIST, chosen("send_selected", row))

    assert "handed over to the provider by themselves" in page
    assert "send_selected" not in page
    assert not PayoutRegister.objects.exists()
    assert "handed over to the provider by itself" in text(browser.get(page_of(row)))


def test_bonuses_are_shown_with_what_is_left_and_nothing_to_press(cast, sign_in):
    booking = cast.paid(referral_code="MADINA")
    bonus = ReferralBonus.objects.get()
    browser = sign_in(cast.support)

    page, whole = text(browser.get(page_of(bonus))), text(browser.get(list_of(ReferralBonus)))

    assert page_of(booking) in page
    assert page_of(cast.partner) in page
    assert "50,000\xa0soʻm" in whole
    assert "mature" not in whole.replace("matured", "")
