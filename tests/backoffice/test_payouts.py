"""The accountants' pages: the queue, a payout, a register, the bank's answer; the owner's side."""

from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from core.clock import local_date
from core.models import EventLog
from finance.models import CommissionRate, Payout, PayoutRegister
from finance.services.payouts import cancel_payout, fail_payout, pay_payout
from notifications.handlers import handle
from notifications.models import Notification
from notifications.templates import render
from partners.models import PaymentDetailsChange, TravelAgency
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said
from tests.backoffice.test_forms import form_of
from tests.factories import MILLION, NOW
from tests.finance.owed import DETAILS, Desk, earn, with_bank

QUEUE = "/admin/finance/payout/queue/"
ANSWERS = "/admin/finance/payoutregister/answers/"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"


@pytest.fixture
def desk(cast) -> Desk:
    for agency in (cast.silk, cast.nomad):
        earn(with_bank(agency), MILLION)
    return Desk(cast)


def text(response) -> str:
    return response.content.decode()


def chosen(way, *ids):
    return {"way": way, "chosen": ids}


def test_several_are_made_approved_and_handed_over_each_with_its_outcome(cast, sign_in, desk):
    first, second = sign_in(cast.accountant), sign_in(cast.second_accountant)
    TravelAgency.objects.filter(pk=cast.nomad.pk).update(status="blocked")

    made = first.post(QUEUE, chosen("create", cast.silk.pk, cast.nomad.pk))
    payout = Payout.objects.get()
    own = first.post(QUEUE, chosen("approve", payout.pk))
    approved = second.post(QUEUE, chosen("approve", payout.pk))
    register = second.post(QUEUE, chosen("register", payout.pk))

    outcomes = {o.name: (o.is_done, o.said) for o in made.context["outcomes"]}
    assert outcomes["Silk Road Travel"] == (True, "Made.")
    assert outcomes["Nomad Tours"] == (False, "The agency is blocked: nothing is paid out to it.")
    assert (payout.source, payout.amount) == ("cycle", MILLION)
    assert not own.context["outcomes"][0].is_done
    assert approved.context["outcomes"][0].is_done
    assert register.url == page_of(PayoutRegister.objects.get())
    payout.refresh_from_db()
    assert payout.status == "sent"


def test_the_queue_says_why_not_and_where_to_see_to_it(cast, sign_in, desk):
    earn(cast.swift, -5)
    TravelAgency.objects.filter(pk=cast.nomad.pk).update(bank_mfo="")
    factories.payment_details_change(agency=cast.silk)
    factories.refund(payment=cast.paid().payments.get())
    TravelAgency.objects.filter(pk=cast.swift.pk).update(status="blocked")

    browser = sign_in(cast.accountant)
    response = browser.get(QUEUE)
    page = text(response)

    links = {reason.url for row in response.context["rows"] for reason in row.reasons}
    assert {browser.get(link).status_code for link in links if link} == {200}
    for words in (
        "due today",
        "Payment details are missing: MFO.",
        f"/admin/partners/paymentdetailschange/add/?agency={cast.nomad.pk}",
        "The balance is below zero",
        "The agency is blocked",
        "Refunds of this agency&#x27;s bookings are on their way.",
        "New payment details wait for a decision",
    ):
        assert words in page


def test_nothing_chosen_and_unknown_ways_change_nothing(cast, sign_in, desk):
    browser = sign_in(cast.accountant)

    answers = [browser.post(QUEUE, data) for data in ({"way": "create"}, {"way": "x"}, {})]
    refused = browser.post(QUEUE, chosen("register"))

    assert {answer.status_code for answer in answers} == {302}
    assert said(refused)[-1] == "Choose payouts that are approved."
    assert not Payout.objects.exists()


@pytest.mark.parametrize(
    ("name", "code"), [("silk_owner", 403), ("silk_manager", 403), ("support", 403), ("admin", 200)]
)
def test_the_queue_is_the_platforms_books(name, code, cast, sign_in):
    assert sign_in(cast.people[name]).get(QUEUE).status_code == code


def test_a_payouts_page_offers_what_can_be_done_by_whom(cast, sign_in, desk):
    payout = desk.create(cast.silk)

    def buttons(person):
        page = sign_in(person).get(page_of(payout))
        return {
            name
            for name in ("approve", "cancel", "pay", "withdraw", "fail")
            if action_on(payout, name) in text(page)
        }

    assert buttons(cast.accountant) == {"cancel"}
    assert buttons(cast.second_accountant) == {"approve", "cancel"}
    assert buttons(cast.silk_owner) == set()
    sign_in(cast.second_accountant).post(action_on(payout, "approve"), SUBMIT)
    assert buttons(cast.accountant) == {"withdraw"}
    sign_in(cast.accountant).post(QUEUE, chosen("register", payout.pk))
    assert buttons(cast.accountant) == {"pay", "fail"}
    sign_in(cast.accountant).post(action_on(payout, "pay"), SUBMIT | {"reference": "B-9"})
    assert buttons(cast.accountant) == {"fail"}
    sign_in(cast.accountant).post(action_on(payout, "fail"), SUBMIT | {"reason": "Closed"})
    assert buttons(cast.accountant) == set()
    payout.refresh_from_db()
    assert (payout.status, payout.bank_reference, payout.note) == ("failed", "B-9", "Closed")


def test_a_payout_that_no_register_has_is_withdrawn_rather_than_come_back(cast, sign_in, desk):
    payout = desk.approved(cast.silk)
    browser = sign_in(cast.accountant)

    page = text(browser.get(page_of(payout)))
    dialog = text(browser.get(action_on(payout, "withdraw")))
    browser.post(action_on(payout, "withdraw"), SUBMIT | {"reason": "The owner asked for it"})

    assert f'<a href="{QUEUE}" class="c-link">from the queue</a>' in page
    assert "approved; it waits for a register" in page
    assert "Withdraw this payout?" in dialog
    payout.refresh_from_db()
    assert (payout.status, payout.note) == ("failed", "The owner asked for it")


def test_who_approves_a_payout_sees_where_it_goes(cast, sign_in, desk):
    payout = desk.create(cast.silk)
    address, dialog = page_of(payout), action_on(payout, "approve")

    seen = {
        name: DETAILS["bank_account"] in text(sign_in(cast.people[name]).get(address))
        for name in ("second_accountant", "admin", "silk_owner", "silk_manager", "support")
    }
    asked = text(sign_in(cast.second_accountant).get(dialog))

    assert seen == {
        "second_accountant": True,
        "admin": True,
        "silk_owner": True,
        "silk_manager": False,
        "support": False,
    }
    assert all(detail in asked for detail in DETAILS.values())


def test_bank_details_of_the_last_month_are_told_as_new(cast, sign_in, desk):
    payout = desk.create(cast.silk)

    def told(*decided):
        PaymentDetailsChange.objects.all().delete()
        for days, account in decided:
            factories.payment_details_change(
                agency=cast.silk,
                bank_account=account,
                status="approved",
                decided_by=cast.second_accountant,
                decided_at=NOW - timedelta(days=days),
            )
        page = sign_in(cast.second_accountant).get(page_of(payout))
        return page.context["page"]["destination"].since

    assert told() is None
    assert told((40, "1" * 20)) is None
    assert told((40, "1" * 20), (5, "2" * 20)) == local_date(NOW - timedelta(days=5))
    # The last change was of the cashbox alone.
    assert told((40, "1" * 20), (5, "1" * 20)) is None
    assert told((20, "1" * 20), (5, "1" * 20)) == local_date(NOW - timedelta(days=20))


def test_another_agencys_payout_and_statement_are_not_found(cast, sign_in, desk):
    theirs = desk.approved(cast.nomad)
    browser = sign_in(cast.silk_owner)
    addresses = [
        reverse("admin:finance_payout_statement", args=[theirs.pk]) + "?file=pdf",
        reverse("admin:partners_travelagency_statement", args=[cast.nomad.pk]),
        *(action_on(theirs, name) for name in ("approve", "pay", "withdraw", "fail", "cancel")),
        action_on(cast.nomad, "payout"),
    ]

    assert {browser.get(address).status_code for address in addresses} <= {403, 404}
    assert {browser.post(address, SUBMIT).status_code for address in addresses[2:]} <= {403, 404}
    own = reverse("admin:partners_travelagency_statement", args=[cast.silk.pk])
    assert sign_in(cast.silk_manager).get(own).status_code == 403
    assert sign_in(cast.support).get(own).status_code == 403


def test_an_owner_reads_his_statements_and_asks_for_a_payout(cast, sign_in, desk):
    browser = sign_in(cast.silk_owner)

    browser.post(action_on(cast.silk, "payout"), SUBMIT)
    payout = Payout.objects.get()
    page = browser.get(page_of(cast.silk))
    preview = browser.get(page_of(payout))
    desk.approve(payout)
    address = reverse("admin:finance_payout_statement", args=[payout.pk])
    pdf = browser.get(f"{address}?file=pdf&language=uz")
    xlsx = browser.get(f"{address}?file=xlsx")

    assert (payout.source, payout.created_by) == ("agency", cast.silk_owner)
    assert f"Payout №{payout.pk} is not finished yet." in text(page)
    assert action_on(cast.silk, "payout") not in text(page)
    assert "What it is made of, as of now" in text(preview)
    assert "Silk Road Travel" in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    assert [r["Content-Disposition"] for r in (pdf, xlsx)] == [
        f'attachment; filename="payout-{payout.pk}-uz.pdf"',
        f'attachment; filename="payout-{payout.pk}-en.xlsx"',
    ]
    assert "no-store" in pdf["Cache-Control"]
    assert browser.get(f"{address}?file=exe").status_code == 404


def test_pages_read_no_more_than_they_show(cast, sign_in, desk):
    browser, payout = sign_in(cast.accountant), desk.create(cast.silk)
    cancel_payout(payout_id=payout.pk, reason="Wrong", by=desk.second, at=NOW)

    with CaptureQueriesContext(connection) as queries:
        page = browser.get(page_of(payout))
    assert "Wrong" in text(page)
    assert not [q for q in queries if "finance_ledgerentry" in q["sql"]]

    with CaptureQueriesContext(connection) as queries:
        page = browser.get(page_of(cast.silk))
    assert action_on(cast.silk, "payout") in text(page)
    assert len([q for q in queries if 'DISTINCT ON ("finance_payout"' in q["sql"]]) == 1


def test_a_statement_of_any_period_is_shown_and_saved(cast, sign_in, desk):
    earn(cast.silk, 77, at=NOW - timedelta(days=20), memo="Long ago")
    browser = sign_in(cast.accountant)
    address = reverse("admin:partners_travelagency_statement", args=[cast.silk.pk])

    february = browser.get(address, {"start": "2027-02-01", "end": "2027-02-28"})
    wrong = browser.get(address, {"start": "2027-02-28", "end": "2027-02-01"})
    since = browser.get(address)
    file = browser.get(address, {"start": "2027-02-01", "end": "2027-02-28", "file": "xlsx"})

    assert "Long ago" in text(february)
    assert "earned" not in text(february)
    assert "The period ends before it begins." in text(wrong)
    assert "Since the last payout" in text(since)
    assert file["Content-Type"].startswith("application/vnd.openxml")


# --- registers


@pytest.fixture
def register(cast, desk, sign_in) -> PayoutRegister:
    ids = [desk.approved(agency).pk for agency in (cast.silk, cast.nomad)]
    sign_in(cast.accountant).post(QUEUE, chosen("register", *ids))
    return PayoutRegister.objects.get()


def test_a_registers_files_are_the_platforms(cast, sign_in, register):
    address = reverse("admin:finance_payoutregister_file", args=[register.pk])

    csv = sign_in(cast.accountant).get(f"{address}?as=csv")

    assert DETAILS["bank_account"] in csv.content.decode("utf-8-sig")
    assert csv["Content-Disposition"] == 'attachment; filename="P-2027-03-01-1.csv"'
    assert sign_in(cast.accountant).get(f"{address}?as=exe").status_code == 404
    assert sign_in(cast.silk_owner).get(f"{address}?as=csv").status_code in (403, 404)


def answer(register, *statuses):
    rows = [
        f"{payout.pk};{status};B-{payout.pk};Account closed"
        for payout, status in zip(register.payouts.order_by("pk"), statuses, strict=True)
    ]
    file = BytesIO("\n".join(["Номер выплаты;Статус;Референс;Причина", *rows]).encode("cp1251"))
    file.name = "answer.csv"
    return file


def test_the_banks_answer_is_tried_carried_out_and_not_doubled(cast, sign_in, register):
    browser = sign_in(cast.accountant)

    tried = browser.post(ANSWERS, {"file": answer(register, "исполнен", "отказ")})
    assert [str(plan.step) for plan in tried.context["plans"]] == ["pay", "fail"]
    assert set(register.payouts.values_list("status", flat=True)) == {"sent"}
    token = tried.context["token"]
    done = browser.post(ANSWERS, {"token": token, "name": "answer.csv"})
    again = browser.post(ANSWERS, {"file": answer(register, "исполнен", "отказ")})

    assert "Carried out" in text(done)
    assert sorted(register.payouts.values_list("status", flat=True)) == ["failed", "paid"]
    assert "token" not in again.context
    other = sign_in(cast.second_accountant).post(ANSWERS, {"token": token})
    assert said(other) != []


def test_a_file_that_is_none_is_refused_in_words(cast, sign_in, register):
    file = BytesIO(b"\x00\x01\x02")
    file.name = "answer.csv"

    response = sign_in(cast.accountant).post(ANSWERS, {"file": file})

    assert "This is not a table" in text(response)
    assert sign_in(cast.silk_owner).get(ANSWERS).status_code == 403


def test_the_owner_alone_is_told_when_it_is_paid_or_comes_back(cast, sign_in, desk):
    payout = desk.sent(cast.silk)
    pay_payout(payout_id=payout.pk, reference="B-7", by=desk.first, at=NOW)

    fail_payout(payout_id=payout.pk, reason="Closed", by=desk.first, at=NOW)

    for action in ("payout.paid", "payout.failed"):
        handle(EventLog.objects.get(action=action))

    paid, failed = Notification.objects.filter(kind__startswith="agency_payout").order_by("pk")
    assert {paid.recipient, failed.recipient} == {cast.silk_owner}
    texts = [render(m.kind, m.payload, "en") for m in (paid, failed)]
    assert "B-7" in texts[0]
    assert "did not go through: Closed" in texts[1]
    assert not list_seen(sign_in(cast.silk_manager), Notification)


def list_seen(browser, model, **query):
    """The rows of a list that this browser is shown."""
    return list(browser.get(list_of(model), query).context["cl"].result_list)


def test_the_log_tells_of_payouts_to_whom_they_are_shown(cast, sign_in, desk):
    desk.create(cast.silk)

    counts = {
        name: len(list_seen(sign_in(cast.people[name]), EventLog))
        for name in ("silk_owner", "silk_manager", "nomad_owner", "accountant", "support")
    }

    assert counts == {
        "silk_owner": 1,
        "silk_manager": 0,
        "nomad_owner": 0,
        "accountant": 1,
        "support": 0,
    }


def test_the_log_tells_of_everything_to_whom_the_table_shows_such_things(cast, sign_in):
    silk = {"agency_id": cast.silk.pk}
    factories.member(agency=cast.nomad, user=cast.silk_owner, role="manager")
    for kind, facts in {
        "sales.booking": silk,
        "finance.adjustment": {},
        "finance.closedmonth": {},
        "finance.moneycase": silk,
        "partners.friendship": {},
        "constance.constance": {},
    }.items():
        factories.event(object_type=kind, **facts)
    for agency in (cast.silk, cast.nomad):
        for action in ("rate.proposed", "rate.approved", "rate.rejected"):
            factories.event(
                object_type="finance.commissionrate", action=action, agency_id=agency.pk
            )

    def told(name):
        return Counter(
            event.object_type.partition(".")[2]
            for event in list_seen(sign_in(cast.people[name]), EventLog)
        )

    books = {"adjustment": 1, "closedmonth": 1, "moneycase": 1, "commissionrate": 6}
    assert told("accountant") == {"booking": 1} | books
    assert told("admin") == {"booking": 1, "friendship": 1, "constance": 1} | books
    assert told("support") == {"booking": 1, "friendship": 1}
    # In the other agency he is only a manager.
    assert told("silk_owner") == {"booking": 1, "commissionrate": 1}
    assert told("silk_manager") == {"booking": 1}


# --- payment details


def test_details_are_proposed_by_one_and_approved_by_another(cast, sign_in):
    first, second = sign_in(cast.accountant), sign_in(cast.second_accountant)
    address = f"{add_page(PaymentDetailsChange)}?agency={cast.silk.pk}"
    form = form_of(first.get(address)) | DETAILS | {"reason": "Letter 7"}

    wrong = first.post(address, form | {"bank_mfo": "1", "collection": "split"})
    first.post(address, form)
    change = PaymentDetailsChange.objects.get()
    own = first.get(page_of(change))
    shown = second.get(page_of(change))
    second.post(action_on(change, "approve"), SUBMIT | {"note": "Rang them up"})

    assert "bank_mfo" in wrong.context["adminform"].form.errors
    assert "you proposed it" in text(own)
    assert action_on(change, "approve") not in text(own)
    assert action_on(change, "approve") in text(shown)
    cast.silk.refresh_from_db()
    assert cast.silk.bank_account == DETAILS["bank_account"]
    assert sign_in(cast.silk_manager).get(page_of(change)).status_code == 404
    assert sign_in(cast.silk_owner).get(page_of(change)).status_code == 200
    assert sign_in(cast.nomad_owner).get(page_of(change)).status_code == 404


def test_the_agencys_form_edits_neither_details_nor_commission(cast, sign_in):
    browser, address = sign_in(cast.admin), page_of(cast.silk)
    page = browser.get(address)
    form = form_of(page)
    assert not {*DETAILS, "commission_percent", "collection"} & set(form)

    browser.post(
        address, form | DETAILS | {"commission_percent": "0", "reserve_percent": "5", "logo": ""}
    )

    before = cast.silk.commission_percent
    cast.silk.refresh_from_db()
    assert (cast.silk.commission_percent, cast.silk.bank_account) == (before, "")
    assert cast.silk.reserve_percent == 5
    for model in (CommissionRate, PaymentDetailsChange):
        link = f"{list_of(model)}?agency__id__exact={cast.silk.pk}"
        assert link in text(page)
        assert browser.get(link).status_code == 200


def test_a_new_agency_has_its_commission_and_no_details_yet(cast, sign_in):
    browser = sign_in(cast.admin)
    form = form_of(browser.get(add_page(TravelAgency)))
    assert not {*DETAILS, "collection"} & set(form)

    browser.post(
        add_page(TravelAgency),
        form | {"name": "Zarafshon", "slug": "zarafshon", "commission_percent": "9", "logo": ""},
    )

    assert TravelAgency.objects.get(slug="zarafshon").commission_percent == 9


def test_the_queue_costs_the_same_with_one_of_each_and_with_two(cast, sign_in, desk):
    browser = sign_in(cast.accountant)
    earn(with_bank(cast.swift), MILLION)
    earn(factories.agency(), 5)
    desk.approved(cast.silk)
    with CaptureQueriesContext(connection) as few:
        browser.get(QUEUE)
    desk.approved(cast.nomad)
    earn(factories.agency(), 5)
    with CaptureQueriesContext(connection) as more:
        browser.get(QUEUE)

    assert len(more) == len(few)
    assert len(few) < 30
