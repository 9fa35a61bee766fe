"""A payout on its way through two accountants, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from finance.models import Payout
from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import DESK, PHONE, fits
from tests.factories import MILLION
from tests.finance.owed import earn, with_bank

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/finance/payout/queue/"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"


def test_one_makes_it_another_approves_it_and_the_banks_answer_ends_it(visit, cast):
    elsewhere(lambda: earn(with_bank(cast.silk), MILLION))
    first, second = visit(cast.accountant, DESK), visit(cast.second_accountant, PHONE)

    first.goto(QUEUE)
    expect(first.get_by_text(re.compile("due (today|since)"))).to_be_visible()
    first.get_by_role("button", name="Make payouts for the chosen").click()
    expect(first.get_by_text("Made.", exact=True)).to_be_visible()
    expect(first.get_by_role("button", name="Approve the chosen")).to_have_count(0)

    second.goto(QUEUE)
    second.get_by_label("Silk Road Travel").check()
    assert fits(second)
    second.get_by_role("button", name="Approve the chosen").click()
    expect(second.get_by_text("Approved.", exact=True)).to_be_visible()
    second.get_by_role("button", name="Make a register").click()
    with second.expect_download() as download:
        second.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("P-")
    assert fits(second)

    number = elsewhere(lambda: Payout.objects.get().pk)
    answer = f"number;status;reference\n{number};paid;B-77\n"
    second.get_by_role("link", name="Import the bank's answer").first.click()
    second.set_input_files(
        "input[type=file]",
        {"name": "answer.csv", "mimeType": "text/csv", "buffer": answer.encode()},
    )
    second.get_by_role("button", name="Show what it would do").click()
    expect(second.get_by_text("will be paid", exact=True)).to_be_visible()
    assert fits(second)
    second.get_by_role("button", name="Carry it out").click()
    expect(second.get_by_text("Carried out")).to_be_visible()

    payout = elsewhere(Payout.objects.get)
    assert (payout.status, payout.bank_reference) == ("paid", "B-77")
