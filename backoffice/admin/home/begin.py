"""How an agency begins: the steps up to its first booking, derived from what there is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.catalog.gallery import TAB
from backoffice.admin.display import list_url, page_url
from catalog.queries.beginnings import beginnings
from finance.queries.payouts import missing_details
from partners.models import TravelAgency, User


@dataclass(frozen=True, slots=True)
class Step:
    """``note`` says what is lacking, or where it is done; ``url`` is that place."""

    title: str
    note: str
    url: str
    icon: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Begin:
    """An agency's way; new is one that has never published a tour."""

    agency: TravelAgency
    steps: list[Step]
    is_new: bool
    is_named: bool

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def left(self) -> list[Step]:
        return [step for step in self.steps if not step.is_done]

    @property
    def percent(self) -> int:
        return 100 * self.done // len(self.steps)


def begin_part(user: User) -> Begin | None:
    """Of the first of the person's agencies that has something left; None when all is done."""
    owned = user.agency_ids_for("partners.travelagency", "change")
    found: Iterable[Any] = beginnings(user.agency_ids)
    for agency in found:
        steps = _steps(agency, is_owner=agency.pk in owned)
        if not all(step.is_done for step in steps):
            is_new = not agency.has_published
            return Begin(agency, steps, is_new, is_named=len(user.agency_ids) > 1)
    return None


def _steps(agency: Any, *, is_owner: bool) -> list[Step]:
    """A manager's are those that he can do."""
    selling = [_tour(agency), _photos(agency), _date(agency), _published(agency)]
    if not is_owner:
        return selling
    return [_profile(agency), *selling, _details(agency), _colleague(agency), _chat(agency)]


def _profile(agency: Any) -> Step:
    has_contact = agency.phone or agency.email or agency.telegram
    lacking = [
        word
        for word, is_there in (
            (_("description"), agency.description),
            (_("contacts"), has_contact),
            (_("logo"), agency.logo_id),
        )
        if not is_there
    ]
    note = ", ".join(lacking) or _("Travellers see them beside your tours.")
    return Step(_("Tell about the agency"), note, _own_page(agency), "storefront", not lacking)


def _tour(agency: Any) -> Step:
    url = page_url("catalog.tour", agency.first_tour) if agency.first_tour else _add("tour")
    note = _("Title, description, programme, terms.")
    return Step(_("Describe the first tour"), note, url, "landscape", bool(agency.first_tour))


def _photos(agency: Any) -> Step:
    url = page_url("catalog.tour", agency.first_tour) + TAB if agency.first_tour else _add("tour")
    note = _("The first one is the cover.")
    return Step(_("Add its photos"), note, url, "photo_library", agency.has_photo)


def _date(agency: Any) -> Step:
    url = _add("toursession")
    if agency.first_tour:
        url += f"?tour={agency.first_tour}"
    note = _("Days, price and seats; many at once by a rule.")
    return Step(_("Add the first date"), note, url, "calendar_month", agency.has_date)


def _published(agency: Any) -> Step:
    url = page_url("catalog.tour", agency.first_tour) if agency.first_tour else _add("tour")
    note = _("From then on travellers see it in the Mini App.")
    return Step(_("Publish the tour"), note, url, "rocket_launch", agency.is_published)


def _details(agency: Any) -> Step:
    """Typed in by the platform, and confirmed by another of it."""
    is_done = not missing_details(agency)
    note = _("Send them to the platform's accountants; two of them confirm.")
    if agency.has_proposed and not is_done:
        note = _("They wait to be confirmed.")
    url = list_url("partners.paymentdetailschange")
    return Step(_("Payment details"), note, url, "account_balance", is_done)


def _colleague(agency: Any) -> Step:
    is_done = agency.has_colleague or agency.has_invited
    note = _("So that no request lapses while you are away.")
    url = list_url("partners.agencymember")
    return Step(_("Invite a colleague"), note, url, "group_add", is_done)


def _chat(agency: Any) -> Step:
    note = _("Put the bot into your group and say /desk: requests come there, too.")
    url = _own_page(agency)
    return Step(_("Connect a Telegram chat"), note, url, "forum", bool(agency.manager_chat_id))


def _own_page(agency: Any) -> str:
    return page_url("partners.travelagency", agency.pk)


def _add(model: str) -> str:
    return reverse(f"admin:catalog_{model}_add")
