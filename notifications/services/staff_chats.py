"""The platform's own groups in Telegram: the accountants' and the staff's, both settings."""

from datetime import datetime
from enum import StrEnum

from constance import config
from django.utils.translation import gettext_lazy as _

from catalog.models import TourChat
from core.actor import Actor, job
from core.acts import act, require_transaction
from core.refusals import Conflict
from core.services.settings import record_setting
from partners.models import TravelAgency
from partners.roles import require


class StaffChat(StrEnum):
    """The settings that hold the ids."""

    ACCOUNTANTS = "ACCOUNTANTS_CHAT_ID"
    PLATFORM = "PLATFORM_CHAT_ID"


class TourGroup(Conflict):
    message = _("This group is a tour's chat: travellers would read the platform's messages.")


class AgencyGroup(Conflict):
    message = _("This group is the chat of {agency}: it would read the platform's messages.")


@act
def name_staff_chat(*, chat: StaffChat, chat_id: int, by: Actor, at: datetime) -> None:
    """Make a group the platform's ``chat``; the group that was it before is told nothing more. The
    same group a second time changes nothing. Refuses with NotAllowed, TourGroup and AgencyGroup."""
    require(by, "constance.config", "change")
    check_staff_chat(chat_id)

    _set(chat, chat_id, by, at)


def check_staff_chat(chat_id: int) -> None:
    """That the platform may speak in the group. Refuses with TourGroup and AgencyGroup."""
    if TourChat.objects.standing().filter(chat_id=chat_id).exists():
        raise TourGroup
    if (agency := TravelAgency.objects.filter(manager_chat_id=chat_id).first()) is not None:
        raise AgencyGroup(agency=agency)


def move_staff_chats(*, old_id: int, new_id: int, at: datetime) -> None:
    """Telegram knows a group by another id from now on. A building block."""
    require_transaction()
    for chat in StaffChat:
        if getattr(config, chat) == old_id:
            _set(chat, new_id, job(), at)


def lose_staff_chats(*, chat_id: int, at: datetime) -> None:
    """The group has put the bot out: what was told there is told to people again, or to nobody. A
    building block."""
    require_transaction()
    for chat in StaffChat:
        if getattr(config, chat) == chat_id:
            _set(chat, 0, job(), at)


def _set(chat: StaffChat, chat_id: int, by: Actor, at: datetime) -> None:
    before = getattr(config, chat)
    if before == chat_id:
        return
    setattr(config, chat, chat_id)
    record_setting(chat, before=before, by=by, at=at)
