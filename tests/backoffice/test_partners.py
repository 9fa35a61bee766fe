"""The staff's side of partners: the league, a partner's page, people's bonus, whom a booking
counts for; and that agencies learn nothing of it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from backoffice.admin.core.sentences import what_happened
from core.models import EventLog
from finance.models import Adjustment
from partners.models import PartnerRate, ReferralPartner, ReferralTouch, User
from sales.models import Booking
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, history_of, list_of, page_of, said
from tests.factories import NOW
from tests.finance.card_desk import CardDesk

LEAGUE = "/admin/partners/referralpartner/"


def text(response) -> str:
    return response.content.decode()


def errors(response) -> dict:
    return dict(response.context["form"].errors)


@pytest.fixture
def brought(cast):
    return cast.paid(referral_code="MADINA")


# --- the league


def test_the_league_ranks_partners_and_shows_what_is_worth_a_look(cast, sign_in, brought):
    factories.referral_partner(code="NEWCOMER")
    factories.referral_touch(user=cast.blogger, partner=cast.partner, refusal="self")
    browser = sign_in(cast.support)

    league = browser.get(LEAGUE).context["cl"]
    rows = league.result_list
    flagged = browser.get(LEAGUE, {"flagged": "yes"}).context["cl"].result_list
    calm = browser.get(LEAGUE, {"flagged": "no"}).context["cl"].result_list
    by_rest = browser.get(LEAGUE, {"o": str(league.list_display.index("rest"))})
    last_month = browser.get(LEAGUE, {"period": "last", "q": "madin"})

    assert [row.code for row in rows] == ["MADINA", "NEWCOMER"]
    assert [flag.kind for flag in rows[0].flags] == ["refused"]
    assert [row.code for row in flagged] == ["MADINA"]
    assert [row.code for row in calm] == ["NEWCOMER"]
    assert [row.code for row in by_rest.context["cl"].result_list] == ["NEWCOMER", "MADINA"]
    (row,) = last_month.context["cl"].result_list
    assert (row.code, row.sales, row.pending) == ("MADINA", 0, 50_000)


def test_an_empty_league_says_where_partners_come_from(cast, sign_in):
    ReferralPartner.objects.all().delete()

    page = text(sign_in(cast.admin).get(LEAGUE))

    assert "No referral partners yet" in page


# --- a partner's page


def test_a_partners_page_tells_everything_and_of_a_card_four_digits(cast, sign_in, brought):
    row = CardDesk(cast).asked(cast.blogger)
    factories.referral_touch(user=cast.stranger, partner=cast.partner, refusal="taken")
    factories.partner_rate(partner=cast.partner)

    response = sign_in(cast.accountant).get(page_of(cast.partner))

    page, told = text(response), response.context["page"]
    assert (told["desk"].percent, told["desk"].paid, told["figures"].rest) == (8, 1, 50_000)
    assert [each["row"].code for each in told["deals"]] == [brought.code]
    assert [each["row"].pk for each in told["withdrawals"]] == [row.pk]
    assert [rate["is_now"] for rate in told["rates"]] == [True]
    assert row.card in page
    assert factories.CARD not in page
    assert "somebody else brought the traveller first" in page
    assert "startapp=MADINA" in page


def test_qr_codes_are_images_and_files(cast, sign_in):
    browser = sign_in(cast.support)

    image = browser.get(f"{LEAGUE}{cast.partner.pk}/qr/app.svg")
    file = browser.get(f"{LEAGUE}{cast.partner.pk}/qr/bot.png?download")
    lost = [
        browser.get(f"{LEAGUE}{cast.partner.pk}/qr/{name}").status_code
        for name in ("web.svg", "app.gif")
    ]
    foreign = sign_in(cast.silk_owner).get(f"{LEAGUE}{cast.partner.pk}/qr/app.svg")

    assert image["Content-Type"] == "image/svg+xml"
    assert file.content.startswith(b"\x89PNG")
    assert 'filename="MADINA-bot.png"' in file["Content-Disposition"]
    assert lost == [404, 404]
    assert foreign.status_code in (403, 404)


def test_a_partner_is_stopped_with_a_reason_once_and_resumed(cast, sign_in):
    browser, stop = sign_in(cast.support), action_on(cast.partner, "stop")

    browser.post(stop, SUBMIT | {"reason": " "})
    assert ReferralPartner.objects.get(pk=cast.partner.pk).is_active
    browser.post(stop, SUBMIT | {"reason": "Spam"})
    stale = browser.post(stop, SUBMIT | {"reason": "Again"})
    page = text(browser.get(page_of(cast.partner)))
    browser.post(action_on(cast.partner, "resume"), SUBMIT)

    assert "The partner is stopped already." in said(stale)
    assert "Spam" in page
    assert "Resume" in page
    cast.partner.refresh_from_db()
    assert (cast.partner.is_active, cast.partner.stop_reason) == (True, "")


def test_a_rate_is_set_and_what_is_refused_is_said_at_its_field(cast, sign_in):
    browser, address = sign_in(cast.admin), action_on(cast.partner, "set_rate")
    form = {"percent": "7.5", "valid_from": "2027-02-28", "valid_to": "", "reason": "A campaign"}

    refused = browser.post(address, form)
    browser.post(address, form | {"valid_from": "2027-03-01"})

    assert "valid_from" in errors(refused)
    assert refused.context["form"]["reason"].value() == "A campaign"
    assert PartnerRate.objects.get().percent == Decimal("7.50")
    event = EventLog.objects.get(action="partner.rate_set")
    assert what_happened(event) == "Bonus from 01.03.2027 to …: 7.5 %. A campaign"


def test_staff_make_a_partner_and_lose_nothing_when_it_is_refused(cast, sign_in):
    browser, address = sign_in(cast.support), add_page(ReferralPartner)
    form = {"user": cast.traveller.pk, "percent": "50", "code": "madina"}

    taken = browser.post(address, form)
    again = browser.post(address, form | {"user": cast.blogger.pk, "code": ""})
    made = browser.post(address, form | {"code": "dilnoza"})

    said_at = [set(page.context["adminform"].form.errors) for page in (taken, again)]
    assert said_at == [{"code"}, {"user"}]
    assert taken.context["adminform"].form["code"].value() == "madina"
    assert taken.context["adminform"].form["percent"].value() == 3, "support gives what all get"
    assert made.status_code == 302
    partner = ReferralPartner.objects.get(user=cast.traveller)
    assert (partner.code, partner.commission_percent) == ("DILNOZA", 3)


def test_each_step_is_for_its_roles(cast, sign_in):
    stop, rate = action_on(cast.partner, "stop"), action_on(cast.partner, "set_rate")
    addresses = (stop, rate, add_page(ReferralPartner))

    got = {
        name: [sign_in(cast.people[name]).get(address).status_code for address in addresses]
        for name in ("accountant", "support", "admin", "silk_owner")
    }

    assert got == {
        "accountant": [403, 403, 403],
        "support": [200, 403, 200],
        "admin": [200, 200, 200],
        "silk_owner": [403, 403, 403],
    }


# --- a person's bonus


def test_a_persons_page_tells_his_bonus_and_who_brought_him(cast, sign_in, brought):
    User.objects.filter(pk=cast.stranger.pk).update(referred_by=cast.partner, referred_at=NOW)
    factories.referral_touch(user=cast.stranger, partner=cast.partner, door="bot")
    browser = sign_in(cast.accountant)

    partners = browser.get(page_of(cast.blogger)).context["page"]
    brought_page = text(browser.get(page_of(cast.stranger)))
    statement = browser.get(reverse("admin:partners_user_bonus", args=[cast.blogger.pk]))
    older = browser.get(
        reverse("admin:partners_user_bonus", args=[cast.blogger.pk]),
        {"before": statement.context["lines"][-1].moved.id},
    )
    foreign = sign_in(cast.silk_owner).get(
        reverse("admin:partners_user_bonus", args=[cast.blogger.pk])
    )

    assert (partners["balance"].pending, len(partners["lines"])) == (50_000, 1)
    assert "01.03.2027 11:00 · bot" in brought_page
    assert [line.moved.pending for line in statement.context["lines"]] == [50_000]
    assert older.context["lines"] == []
    assert foreign.status_code == 403


def test_bonus_is_granted_by_two_pairs_of_eyes(cast, sign_in):
    support, address = sign_in(cast.support), action_on(cast.traveller, "grant")
    form = {"way": "take", "amount": "50000", "reason": "An apology"}
    form["token"] = support.get(address).context["form"]["token"].value()

    refused = support.post(address, form)
    support.post(address, form | {"way": "give"})
    support.post(address, form | {"way": "give"})  # A second press.
    adjustment = Adjustment.objects.get()
    waiting = text(support.get(page_of(cast.traveller)))
    accountant = sign_in(cast.accountant)
    page = text(accountant.get(page_of(adjustment)))
    accountant.post(action_on(adjustment, "approve"), SUBMIT | {"note": ""})

    assert "amount" in errors(refused)
    assert refused.context["form"]["reason"].value() == "An apology"
    assert "waits for a second pair of eyes" in waiting
    assert "Whose bonus" in page
    assert "Dilnoza Karimova" in page
    assert cast.balance("bonus_available", cast.traveller) == 50_000
    assert sign_in(cast.silk_owner).get(address).status_code == 403


# --- whom a booking counts for


def test_the_partner_of_a_booking_is_changed_before_it_is_paid(cast, sign_in):
    booking = cast.request(referral_code="MADINA")
    other = factories.referral_partner(code="OTHER")
    browser, address = sign_in(cast.support), action_on(booking, "partner")

    refused = browser.post(address, {"partner": cast.partner.pk, "reason": "Because"})
    browser.post(address, {"partner": other.pk, "reason": "He asked us"})
    browser.post(address, {"partner": "", "reason": "Nobody did"})
    page = text(browser.get(page_of(booking)))

    assert f'href="{address}"' in page
    assert "partner" in errors(refused)
    booking.refresh_from_db()
    assert booking.referral_partner is None
    assert "It counts for OTHER instead of MADINA, bonus 5 %: He asked us" in page
    assert "It counts for nobody instead of OTHER, bonus 0 %: Nobody did" in page


def test_what_is_paid_has_no_button_and_its_partner_stays(cast, sign_in, brought):
    browser = sign_in(cast.support)

    page = text(browser.get(page_of(brought)))
    refused = browser.post(action_on(brought, "partner"), {"partner": "", "reason": "Late"})

    assert "MADINA" in page
    assert action_on(brought, "partner") not in page
    assert "before the payment only" in said(refused)[0]
    assert Booking.objects.get(pk=brought.pk).referral_partner == cast.partner


@pytest.mark.parametrize("name", ["silk_manager", "silk_owner"])
def test_an_agency_does_not_learn_who_brought_its_travellers(name, cast, sign_in):
    booking = cast.request(referral_code="MADINA")
    sign_in(cast.support).post(action_on(booking, "partner"), {"partner": "", "reason": "Secret"})
    cast.request(referral_code="NOBODY")
    browser = sign_in(cast.people[name])

    pages = [text(browser.get(address)) for address in (page_of(booking), history_of(booking))]
    log = text(browser.get(list_of(EventLog)))
    guesses = [
        browser.get(list_of(Booking), {name: value}).status_code
        for name, value in (
            ("referral_partner", cast.partner.pk),
            ("referral_partner_id", cast.partner.pk),
            ("referral_percent__gt", 0),
        )
    ]

    for page in (*pages, log):
        assert not any(word in page for word in ("MADINA", "Secret", "NOBODY", "partner&#x27;s"))
    assert guesses == [400, 400, 400]
    assert browser.get(action_on(booking, "partner")).status_code == 403
    assert "MADINA" in text(sign_in(cast.support).get(history_of(booking)))


def test_arrivals_are_listed_with_why_they_do_not_count(cast, sign_in):
    factories.referral_touch(user=cast.stranger, partner=cast.partner, refusal="taken")

    page = text(sign_in(cast.support).get(list_of(ReferralTouch), {"q": "madina"}))

    assert "somebody else brought the traveller first" in page
