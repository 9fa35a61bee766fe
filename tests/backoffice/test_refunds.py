"""Refunds and money without a deal at the accountants' desk."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backoffice.admin.finance.proofs import with_proof
from core.storage import private_storage
from finance.models import MoneyCase, PaymentTransaction, Refund
from finance.queries.bookings import lines_of_refund
from finance.services.cases import open_case
from finance.services.refund import RefundMoved
from sales.services.refunds import ask_refund
from tests.backoffice.pages import SUBMIT, action_on, chosen, fared, list_of, page_of, said
from tests.factories import NOW

PDF = b"%PDF-1.7 the bank's order"


def ask_address(booking):
    return reverse("admin:finance_refund_ask", args=[booking.pk])


def ask(cast, booking, amount, method="by_hand", by=None):
    by = (by or cast.accountant).actor("admin")
    what = {"amount": Decimal(amount), "method": method, "reason": "Rain."}
    return ask_refund(booking_id=booking.pk, by=by, at=NOW, **what)


def order(content=PDF, name="order.pdf"):
    return {"reference": "Order 17", "proof": SimpleUploadedFile(name, content)}


def files_in(folder):
    try:
        return private_storage().listdir(folder)[1]
    except FileNotFoundError:
        return []


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.accountant)


# --- asking


def test_the_buttons_lead_from_the_booking_and_the_payment_to_one_page(cast, sign_in, desk):
    booking = cast.paid()
    address = ask_address(booking)

    for row in (booking, booking.payments.get()):
        assert action_on(row, "refund") in desk.get(page_of(row)).content.decode()
        assert desk.get(action_on(row, "refund")).url == address
        manager = sign_in(cast.silk_manager)
        assert action_on(row, "refund") not in manager.get(page_of(row)).content.decode()
        assert manager.get(action_on(row, "refund")).status_code == 403
    assert sign_in(cast.silk_owner).get(address).status_code == 403


def test_every_party_is_shown_before_anybody_confirms(cast, desk):
    booking = cast.paid(seats=2, referral_code="MADINA")

    page = desk.get(ask_address(booking)).content.decode()
    half = {"amount": "1000000", "method": "by_hand", "reason": ""}
    part = desk.post(ask_address(booking), half, headers={"HX-Request": "true"}).content.decode()

    for words in ("2,000,000", "1,800,000", "200,000", "100,000", "Madina", "seats are free again"):
        assert words in page, words
    for words in ("1,000,000", "900,000", "50,000", "stays as it is"):
        assert words in part, words
    assert "<form" not in part
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"amount": "1000000.01"}, "amount", "At most"),
        ({"amount": "0"}, "amount", "greater than"),
        ({"amount": "5", "method": "provider"}, "method", "whole payments only"),
        ({"reason": " "}, "reason", "Say why"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    cast, desk, typed, field, words
):
    booking = cast.paid()
    typed = {"amount": "1000000", "method": "by_hand", "reason": "The guide was ill."} | typed

    page = desk.post(ask_address(booking), typed)

    form = page.context["form"]
    assert words in str(form.errors[field])
    assert {name: form[name].value() for name in typed} == typed
    assert not Refund.objects.exists()


def test_asking_says_what_happens_next_and_only_one_is_open(cast, desk):
    booking = cast.paid(seats=2)
    typed = {"amount": "2000000", "method": "provider", "reason": "Snow."}

    asked = desk.post(ask_address(booking), typed)
    again = desk.get(ask_address(booking))

    refund = Refund.objects.get()
    assert (refund.status, refund.reason, refund.method) == ("requested", "Snow.", "provider")
    assert asked.url == again.url == page_of(refund)
    assert "another accountant has to approve" in said(asked)[0]


# --- the list and the page


def test_the_maker_is_told_that_somebody_else_has_to_approve(cast, sign_in, desk):
    refund = ask(cast, cast.paid(seats=2), 2_000_000)
    approve = action_on(refund, "approve")

    own, other = (sign_in(who).get(page_of(refund)) for who in (cast.accountant, cast.admin))
    desk.post(approve, SUBMIT)
    refund.refresh_from_db()

    assert approve not in own.content.decode()
    assert "You made this yourself" in own.content.decode()
    assert approve in other.content.decode()
    assert refund.status == "requested"
    sign_in(cast.second_accountant).post(approve, SUBMIT)
    refund.refresh_from_db()
    assert refund.status == "approved"


def test_several_are_approved_each_with_its_outcome(cast, sign_in, desk):
    theirs = ask(cast, cast.paid(seats=2), 2_000_000)
    own = ask(cast, cast.paid(seats=2), 2_000_000, by=cast.second_accountant)

    answer = sign_in(cast.second_accountant).post(
        list_of(Refund), chosen("approve_selected", theirs, own)
    )

    theirs.refresh_from_db()
    own.refresh_from_db()
    assert (theirs.status, own.status) == ("approved", "requested")
    assert "You made this yourself" in fared(answer)[own.pk]
    assert fared(answer)[theirs.pk] == "approved"


def test_a_rejection_says_why(cast, desk):
    refund = ask(cast, cast.paid(), 5)

    desk.post(action_on(refund, "reject"), SUBMIT | {"reason": "The tour was as promised."})

    refund.refresh_from_db()
    assert (refund.status, refund.note) == ("rejected", "The tour was as promised.")


def test_the_tabs_count_what_is_open_and_filter(cast, desk):
    first = ask(cast, cast.paid(), 5)
    for _more in range(2):
        ask(cast, cast.paid(seats=2), 2_000_000)

    page = desk.get(list_of(Refund), {"status__exact": "requested"})

    tabs = {tab["title"]: tab.get("n") for tab in page.context["status_tabs"]}
    assert tabs["to be carried out"] == 1
    assert tabs["waits for a second pair of eyes"] == 2
    assert first not in page.context["cl"].queryset


def test_an_agency_reads_and_its_owner_sees_what_it_takes_from_him(cast, sign_in):
    booking = cast.paid(referral_code="MADINA")
    refund = ask(cast, booking, 500_000)

    owner = sign_in(cast.silk_owner).get(page_of(refund)).content.decode()
    manager = sign_in(cast.silk_manager).get(page_of(refund)).content.decode()

    assert "450,000" in owner
    assert "450,000" not in manager
    for page in (owner, manager):
        assert "500,000" in page
        assert "Madina" not in page
        assert action_on(refund, "by_hand") not in page
    assert sign_in(cast.silk_owner).post(action_on(refund, "by_hand"), order()).status_code == 403
    assert sign_in(cast.nomad_owner).get(page_of(refund)).status_code == 404


# --- by hand, with proof


def test_it_is_carried_out_by_hand_with_a_proof_that_is_kept(cast, sign_in, desk):
    refund = ask(cast, cast.paid(), 500_000)

    answer = desk.post(action_on(refund, "by_hand"), order(name="../../order.exe"))

    refund.refresh_from_db()
    assert (answer.url, refund.status, refund.reference) == (page_of(refund), "done", "Order 17")
    assert refund.proof.name.startswith("refunds/")
    assert refund.proof.name.endswith(".pdf")
    page = desk.get(page_of(refund)).content.decode()
    for line in lines_of_refund(refund):
        assert page_of(line) in page
    address = reverse("admin:finance_refund_proof", args=[refund.pk])
    assert address in page
    file = desk.get(address)
    assert b"".join(file.streaming_content) == PDF
    assert file.headers["Content-Type"] == "application/pdf"
    assert "no-store" in file.headers["Cache-Control"]
    assert file.headers["Content-Disposition"].startswith("attachment")
    for person, status in ((cast.silk_owner, 403), (cast.support, 403), (cast.nomad_owner, 403)):
        assert sign_in(person).get(address).status_code == status


@pytest.mark.parametrize(
    "file", [b"MZ an executable", b"<svg></svg>", b"", b"\x89PNG\r\n\x1a\n broken"]
)
def test_only_a_pdf_or_a_picture_is_a_proof(cast, desk, file):
    refund = ask(cast, cast.paid(), 500_000)

    page = desk.post(action_on(refund, "by_hand"), order(file))

    assert "proof" in page.context["form"].errors
    assert page.context["form"]["reference"].value() == "Order 17"
    refund.refresh_from_db()
    assert refund.status == "approved"


def test_a_refused_act_leaves_no_file_behind(cast):
    before = files_in("refunds")

    def refuse(name):
        assert name.removeprefix("refunds/") in files_in("refunds")
        raise RefundMoved(status="done")

    with pytest.raises(RefundMoved):
        with_proof("refunds", PDF, refuse)

    assert files_in("refunds") == before


# --- money without a deal


def found(cast, amount=1_000_000, **rest):
    by = cast.accountant.actor("admin")
    what = {"kind": "unknown", "amount": Decimal(amount), "external_id": "5f5ab0c5"} | rest
    return open_case(by=by, at=NOW, **what)


def test_a_case_tells_what_happened_and_pays_a_booking(cast, desk):
    case, booking = found(cast), cast.approved()
    dear = cast.approved(seats=2)
    page = desk.get(page_of(case)).content.decode()

    refused = desk.post(action_on(case, "book"), {"booking_code": dear.code})
    done = desk.post(action_on(case, "book"), {"booking_code": booking.code})

    assert "a payment there that our books do not know" in page
    assert list(refused.context["candidates"]) == [booking]
    assert "costs 2" in str(refused.context["form"].errors["booking_code"])
    assert done.url == page_of(case)
    case.refresh_from_db()
    assert (case.status, case.booking) == ("closed", booking)
    assert PaymentTransaction.objects.get().state == "performed"
    assert page_of(booking) in desk.get(page_of(case)).content.decode()
    assert desk.get(action_on(case, "book")).url == page_of(case)


def test_a_case_is_returned_with_proof_or_kept_with_a_reason(cast, sign_in, desk):
    back, kept = found(cast), found(cast, 700)

    desk.post(action_on(back, "give_back"), order())
    unsaid = desk.post(action_on(kept, "keep"), {"note": ""})
    desk.post(action_on(kept, "keep"), {"note": "Nobody claims it."})

    assert "note" in unsaid.context["form"].errors
    assert list(MoneyCase.objects.values_list("decision", flat=True)) == ["kept", "returned"]
    address = reverse("admin:finance_moneycase_proof", args=[back.pk])
    assert b"".join(desk.get(address).streaming_content) == PDF
    assert sign_in(cast.support).get(address).status_code == 403


def test_refused_late_money_has_one_way_out(cast, desk):
    case = MoneyCase.objects.create(kind="late", amount=5, held=False, created_at=NOW)

    page = desk.get(page_of(case)).content.decode()
    desk.post(action_on(case, "nothing"), SUBMIT)

    assert "then closes by itself" in page.replace("\n", " ")
    assert action_on(case, "book") not in page
    case.refresh_from_db()
    assert (case.status, case.decision) == ("closed", "nothing")


def test_cases_are_the_accountants_alone_and_the_sidebar_counts_them(cast, sign_in, desk):
    case = found(cast)

    home = desk.get(reverse("admin:index")).content.decode()

    assert list_of(MoneyCase) in home
    for person in (cast.silk_owner, cast.support):
        assert sign_in(person).get(list_of(MoneyCase)).status_code == 403
        assert sign_in(person).post(action_on(case, "keep"), {"note": "x"}).status_code == 403
    tabs = desk.get(list_of(MoneyCase)).context["status_tabs"]
    assert [tab.get("n") for tab in tabs] == [None, 1, None]
