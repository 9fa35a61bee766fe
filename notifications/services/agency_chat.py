"""Which group may be an agency's desk."""

from datetime import datetime

from constance import config
from django.utils.translation import gettext_lazy as _

from catalog.models import TourChat
from core.actor import Actor
from core.acts import act
from core.refusals import Conflict, NotFound
from notifications.services.staff_chats import StaffChat
from partners.models import TravelAgency
from partners.services.agency_chat import set_agency_chat


class TravellersRead(Conflict):
    message = _("This group is a tour's chat: travellers would read who asks for seats.")


class StaffGroup(Conflict):
    message = _("This group is the platform's own.")


@act
def bind_desk(*, agency_id: int, chat_id: int, by: Actor, at: datetime) -> TravelAgency:
    """Make a group the agency's desk.

    Refuses with NotFound for what is no group, TravellersRead, StaffGroup, and as
    ``set_agency_chat``.
    """
    if chat_id >= 0:
        raise NotFound
    if TourChat.objects.standing().filter(chat_id=chat_id).exists():
        raise TravellersRead
    if chat_id in [getattr(config, chat) for chat in StaffChat]:
        raise StaffGroup

    return set_agency_chat(agency_id=agency_id, chat_id=chat_id, by=by, at=at)
