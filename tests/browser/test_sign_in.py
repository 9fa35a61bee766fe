"""Signing in with a second factor, in a real browser."""

import re

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from tests.backoffice.staff_codes import code_of
from tests.browser.conftest import PASSWORD, elsewhere
from tests.browser.test_approvals import both_widths, fits

pytestmark = pytest.mark.django_db(transaction=True)


@both_widths
def test_she_sets_up_an_app_and_signs_in_with_its_code(visit, cast, width):
    person = cast.silk_owner
    page = visit(person, width, by_form=True)

    page.goto("/admin/account/")
    assert fits(page)
    page.get_by_role("link", name="Turn on").click()
    page.get_by_text("Type the key by hand").click()
    fours = page.locator(".c-key span").all_inner_texts()
    assert {len(four) for four in fours} == {4}
    assert fits(page)
    key = page.evaluate("document.querySelector('[href^=otpauth]').href")
    assert f"secret={''.join(fours)}" in key
    page.get_by_label("Code that the app shows").fill(code_of(hex_of("".join(fours))))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".c-codes li")).to_have_count(10)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == f"circle-{person.login}.txt"
    assert fits(page)
    spare = page.locator(".c-codes li").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Recovery codes left")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/admin/catalog/tour/")
    page.fill("input[name=username]", person.login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.get_by_label("Code of the app").fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("The code is wrong")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(spare)
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile("/admin/catalog/tour/$"))
    assert elsewhere(TOTPDevice.objects.get).user_id == person.pk


def hex_of(secret: str) -> str:
    from base64 import b32decode

    return b32decode(secret).hex()
