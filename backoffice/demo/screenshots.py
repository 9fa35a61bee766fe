"""Pictures of the main pages, taken in Chromium from the running demo."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from backoffice.demo.logins import PASSWORD

CHROMIUM = "/usr/bin/chromium-headless-shell"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DESK, PHONE = 1440, 390


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: whose page, how wide, in which light."""

    name: str
    login: str
    path: str
    width: int = DESK
    dark: bool = False


def money_shots(*, released_id: int, payout_id: int, registry_id: int) -> tuple[Shot, ...]:
    """The accountants' pages: of a booking whose money was released, a payout and a registry."""
    story = f"/admin/sales/booking/{released_id}/money/"
    return (
        Shot("home-accountant", "accountant", "/admin/"),
        Shot("home-accountant-phone", "accountant", "/admin/", width=PHONE),
        Shot("money-story", "accountant", story),
        Shot("refund", "accountant", f"/admin/finance/refund/ask/{released_id}/"),
        Shot("payouts", "accountant2", "/admin/finance/payout/queue/"),
        Shot("payout", "accountant", f"/admin/finance/payout/{payout_id}/change/"),
        Shot(
            "reconciliation",
            "accountant",
            f"/admin/finance/reconciliationfile/{registry_id}/change/",
        ),
        Shot("report", "accountant", "/admin/reports/commission/"),
    )


def partner_shots(*, partner_id: int) -> tuple[Shot, ...]:
    """The partners' league, one of them, and what goes to cards."""
    partner = f"/admin/partners/referralpartner/{partner_id}/change/"
    return (
        Shot("partners", "support", "/admin/partners/referralpartner/"),
        Shot("partner", "support", partner),
        Shot("partner-phone", "support", partner, width=PHONE),
        Shot("withdrawals", "accountant", "/admin/finance/referralpayoutrequest/"),
    )


def shots(*, booking_id: int, session_id: int, tour_id: int) -> tuple[Shot, ...]:
    """What is kept in ``docs/screenshots``: of a paid booking, its session and its tour."""
    tour = f"/admin/catalog/tour/{tour_id}"
    booking = f"/admin/sales/booking/{booking_id}/change/"
    requests = "/admin/sales/bookingrequest/"
    return (
        Shot("home-manager", "silk-manager", "/admin/"),
        Shot("home-manager-phone", "silk-manager", "/admin/", width=PHONE),
        Shot("home-admin-dark", "admin", "/admin/", dark=True),
        Shot("home-support", "support", "/admin/"),
        Shot("search", "support", "/admin/find/?q=Bobur"),
        Shot("account", "silk-owner", "/admin/account/"),
        Shot("members", "silk-owner", "/admin/partners/agencymember/"),
        Shot("permissions", "silk-owner", "/admin/who-may-what/"),
        Shot("log", "admin", "/admin/core/eventlog/"),
        Shot("settings", "admin", "/admin/constance/config/"),
        Shot("requests", "silk-manager", requests),
        Shot("requests-phone", "silk-manager", requests, width=PHONE),
        Shot("bookings-phone", "silk-manager", "/admin/sales/booking/", width=PHONE),
        Shot("booking", "admin", booking),
        Shot("booking-phone", "admin", booking, width=PHONE),
        Shot("booking-dark", "admin", booking, dark=True),
        Shot("tours", "silk-owner", "/admin/catalog/tour/"),
        Shot("tour", "admin", f"{tour}/change/"),
        Shot("tour-preview", "admin", f"{tour}/preview/"),
        Shot("calendar", "silk-manager", "/admin/catalog/toursession/calendar/"),
        Shot(
            "passengers-phone",
            "admin",
            f"/admin/catalog/toursession/{session_id}/passengers/",
            width=PHONE,
        ),
    )


def take(wanted: tuple[Shot, ...], *, url: str, folder: Path) -> Iterator[Path]:
    """Take each picture, in Russian, and yield its file."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shot in wanted:
            yield _take(browser, shot, url, folder)
        browser.close()


def _take(browser: Browser, shot: Shot, url: str, folder: Path) -> Path:
    context = browser.new_context(
        viewport={"width": shot.width, "height": 900},
        locale="ru-RU",
        color_scheme="dark" if shot.dark else "light",
    )
    page = context.new_page()
    page.goto(f"{url}/admin/login/")
    page.fill("input[name=username]", shot.login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    page.goto(url + shot.path)
    page.wait_for_load_state("networkidle")
    path = folder / f"{shot.name}.png"
    page.screenshot(path=path, full_page=shot.width == PHONE)
    context.close()
    return path
