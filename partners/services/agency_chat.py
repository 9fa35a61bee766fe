"""The agency's desk: the managers' group in Telegram, where its requests arrive."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, NotFound
from core.services.events import record
from partners.models import TravelAgency, User
from partners.roles import PLATFORM, require


class NoDesk(Conflict):
    message = _("{agency} has no chat in Telegram.")


@act
def set_agency_chat(*, agency_id: int, chat_id: int, by: Actor, at: datetime) -> TravelAgency:
    """The agency's requests arrive in the group ``chat_id`` from now on.

    Nothing is recorded when they do already. Refuses with NotAllowed and NotFound.
    """
    require(by, "partners.travelagency", "change")
    agency = _lock_own(agency_id, by)

    if agency.manager_chat_id == chat_id:
        return agency
    _write(agency, chat_id)

    record("agency.chat_set", agency, by=by, at=at, agency_id=agency.pk, chat_id=chat_id)
    return agency


@act
def unset_agency_chat(*, agency_id: int, by: Actor, at: datetime) -> TravelAgency:
    """The agency's requests go to its managers' own chats again.

    Refuses with NotAllowed, NotFound and NoDesk.
    """
    require(by, "partners.travelagency", "change")
    agency = _lock_own(agency_id, by)

    chat_id = agency.manager_chat_id
    if chat_id is None:
        raise NoDesk(agency=agency.name)
    _write(agency, None)

    record("agency.chat_unset", agency, by=by, at=at, agency_id=agency.pk, chat_id=chat_id)
    return agency


@act
def lose_agency_chat(*, chat_id: int, by: Actor, at: datetime) -> list[TravelAgency]:
    """The bot was put out of the group: whose desk it was has none any more; answers them.

    Telegram says so, or refuses a message; there is nobody to refuse.
    """
    rows = TravelAgency.objects.filter(manager_chat_id=chat_id)
    agencies = list(rows.select_for_update().order_by("pk"))

    for agency in agencies:
        _write(agency, None)

        record("agency.chat_lost", agency, by=by, at=at, agency_id=agency.pk, chat_id=chat_id)
    return agencies


def _lock_own(agency_id: int, by: Actor) -> TravelAgency:
    """The agency, for the platform and its own owner: who owns one may manage another."""
    if by.role not in PLATFORM:
        person = User.objects.get(pk=by.person_id)
        if agency_id not in person.agency_ids_for("partners.travelagency", "change"):
            raise NotFound
    return lock_row(TravelAgency, pk=agency_id)


def _write(agency: TravelAgency, chat_id: int | None) -> None:
    agency.manager_chat_id = chat_id
    agency.save(update_fields=["manager_chat_id"])
