"""The bot's part of bonus, partners and withdrawals."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from core.actor import Source
from core.models import EventLog
from core.sealed import Secret
from finance.models import ReferralPayoutRequest
from finance.services.withdrawals import ask_withdrawal, reject_withdrawal
from partners.models import ReferralPartner, User
from partners.services.referral import stop_partner
from tests import factories
from tests.factories import CARD, NOW
from tests.notifications.talk import buttons, talk  # noqa: F401
from tests.outside.conftest import bot_api  # noqa: F401

pytestmark = pytest.mark.django_db
HUNDRED_THOUSAND = Decimal(100_000)


@pytest.fixture
def madina(talk, cast):  # noqa: F811
    """The blogger's chat."""
    User.objects.filter(pk=cast.blogger.pk).update(language="en")
    return talk(cast.blogger.telegram_id, "Madina", username="madina_travels")


@pytest.fixture
def olim(talk, cast):  # noqa: F811
    """The chat of a stranger who brought nobody."""
    return talk(cast.stranger.telegram_id, "Olim")


def withdraw(cast, amount=HUNDRED_THOUSAND):
    by = cast.blogger.actor(Source.API)
    return ask_withdrawal(amount=amount, card_number=Secret(CARD), by=by, at=NOW)


# --- /bonus


def test_everybody_reads_his_bonus(olim, cast):
    text = olim.write("/bonus")
    assert "<b>Available: 0\xa0soʻm</b>" in text
    assert "Nothing has moved yet." in text

    for amount in range(1, 8):
        cast.give_bonus(cast.stranger, amount * HUNDRED_THOUSAND)
    [call] = olim.hear(olim.says("/bonus"))

    assert "Available: 2,800,000\xa0soʻm" in call["text"]
    assert call["text"].count("granted by the platform") == 5, "the last five"
    assert "+700,000\xa0soʻm" in call["text"]
    assert "https://t.me/" in buttons(call)["Use or withdraw"]


def test_a_partner_reads_when_what_is_pending_can_be_used(madina, cast):
    withdrawn = Decimal(60_000)
    cast.give_bonus(cast.blogger, HUNDRED_THOUSAND)
    cast.paid(referral_code="MADINA")
    withdraw(cast, withdrawn)

    text = madina.write("/bonus")

    assert "Available: 40,000\xa0soʻm" in text
    assert f"from {(NOW + timedelta(days=7)):%-d %B %Y}" in text
    assert "On its way to the card: 60,000\xa0soʻm" in text
    assert "−60,000\xa0soʻm  withdrawal to a card" in text


# --- /partner


def test_becoming_a_partner_by_pressing_twice_makes_one(olim, cast):
    [invitation] = olim.hear(olim.says("/partner"))
    assert "a bonus: 3 %" in invitation["text"]
    press = olim.presses(buttons(invitation)["Become a partner"])

    first = olim.hear(press)[0]
    again = olim.hear(press)[0]

    partner = ReferralPartner.objects.get(user=cast.stranger)
    assert first["text"] == again["text"] == olim.write("/partner")
    assert f"startapp={partner.code}" in first["text"]
    assert f"https://t.me/circle_tours_bot?start={partner.code}" in first["text"]
    assert EventLog.objects.get(action="partner.created").source == "bot"


def test_a_partner_gets_a_qr_code_for_each_door(madina):
    app, bot, answer = madina.hear(madina.presses("partner-qr"))

    assert (app["method"], bot["method"], answer["method"]) == (
        "sendPhoto",
        "sendPhoto",
        "answerCallbackQuery",
    )
    assert "app?startapp=MADINA" in app["caption"]
    assert "?start=MADINA" in bot["caption"]
    assert Image.open(BytesIO(app["document"])).format == "PNG"
    assert app["document"] != bot["document"]


def test_who_is_no_partner_presses_a_partners_buttons_for_nothing(olim):
    assert olim.press("partner-qr")["text"] == "Not found."
    assert olim.press("partner-deals:0")["text"] == "Not found."
    assert "Become a partner" in buttons(olim.press("partner"))


def test_a_stopped_partner_is_told_why(madina, cast):
    stop_partner(
        partner_id=cast.partner.pk,
        reason="Spam <links>",
        by=cast.admin.actor(Source.ADMIN),
        at=NOW,
    )

    text = madina.write("/partner")

    assert text.startswith("<b>You are stopped as a partner:</b> Spam &lt;links&gt;")


def test_a_partner_leafs_through_the_bookings_he_brought(madina, cast, django_assert_num_queries):
    paid = cast.paid(referral_code="MADINA")
    for _ in range(6):
        factories.booking(
            referral_partner=cast.partner,
            referral_percent=Decimal(3),
            referral_source="touch",
            session=cast.nomad_session,
        )
    desk = madina.write("/partner")
    assert "Bookings: 7, paid: 1." in desk

    first, last = madina.press("partner-deals:0"), madina.press("partner-deals:999999999999")

    assert first["method"] == "editMessageText"
    assert buttons(first) == {"→": "partner-deals:1", "Back": "partner"}
    assert buttons(last) == {"←": "partner-deals:0", "Back": "partner"}
    assert (first["text"].count("<b>"), last["text"].count("<b>")) == (5, 2)
    assert f"<b>{paid.code}</b>" in last["text"]
    assert "pending until 08.03.2027" in last["text"]
    assert madina.press("partner")["text"] == desk


# --- /withdrawals


def test_a_withdrawal_is_cancelled_after_a_question_and_only_once(madina, cast):
    cast.give_bonus(cast.blogger, HUNDRED_THOUSAND)
    withdrawal = withdraw(cast)
    [shown] = madina.hear(madina.says("/withdrawals"))
    assert f"to card •••• {CARD[-4:]}" in shown["text"]

    question = madina.press(buttons(shown)[f"Cancel W-{withdrawal.pk}"])
    assert "Cancel withdrawal" in question["text"]
    assert ReferralPayoutRequest.objects.get().status == "requested"
    assert "requested" in madina.press(buttons(question)["No"])["text"]
    press = madina.presses(buttons(question)["Yes, cancel it"])
    done, again = madina.hear(press)[0], madina.hear(press)[0]

    assert "cancelled" in done["text"]
    assert again["text"] == done["text"]
    assert EventLog.objects.get(action="withdrawal.cancelled").source == "bot"
    assert cast.balance("bonus_available", cast.blogger) == HUNDRED_THOUSAND


def test_a_forged_number_of_anothers_withdrawal_does_nothing(olim, cast):
    cast.give_bonus(cast.blogger, HUNDRED_THOUSAND)
    withdrawal = withdraw(cast)

    for forged in (
        f"{withdrawal.pk}:0",
        f"{withdrawal.pk}:1",
        "0:1",
        f"{10**30}:1",
        f"-{10**30}:0",
    ):
        assert olim.press(f"cancel-withdrawal:{forged}")["text"] == "Not found."

    withdrawal.refresh_from_db()
    assert withdrawal.status == "requested"


def test_a_withdrawal_that_has_ended_says_why_and_cannot_be_cancelled(madina, cast):
    assert "You have asked for no withdrawal yet." in madina.write("/withdrawals")
    cast.give_bonus(cast.blogger, HUNDRED_THOUSAND)
    withdrawal = withdraw(cast)
    reject_withdrawal(
        withdrawal_id=withdrawal.pk,
        reason="Not your card & name",
        by=cast.accountant.actor(Source.ADMIN),
        at=NOW,
    )

    [shown] = madina.hear(madina.says("/withdrawals"))

    assert "rejected: Not your card &amp; name" in shown["text"]
    assert buttons(shown) == {}
    assert (
        "cannot be done with it now" in madina.press(f"cancel-withdrawal:{withdrawal.pk}:1")["text"]
    )
