"""Tour chats: when this event, then that person is invited or taken out."""

from catalog.models import TourChat
from catalog.states import RUNS
from core.clock import local_date
from core.models import EventLog
from notifications.queries.chats import states_of_members
from notifications.services.chats import drop_invitations, follow_books
from partners.models import User
from sales.models import Booking
from sales.queries.companions import who_goes
from sales.states import BookingStatus

BOUND = ("chat.bound", "chat.restored")
UNBOUND = ("chat.unbound",)
REACHABLE = ("user.reachable_again",)


def invite_travellers(event: EventLog) -> None:
    """The group is there, or is there again: all are gone through who have paid, or had."""
    chat = _standing(pk=event.object_id)
    if chat is None:
        return
    concerned = who_goes(chat.session_id) | set(states_of_members(chat))
    for user in User.objects.filter(pk__in=concerned).order_by("pk"):
        follow_books(chat, user, event)


def let_go(event: EventLog) -> None:
    drop_invitations(TourChat.objects.get(pk=event.object_id))


def catch_up(event: EventLog) -> None:
    """Somebody lets the bot in again: he gets the ways in that could not be sent to him."""
    user = User.objects.get(pk=event.object_id)
    coming = TourChat.objects.standing().filter(
        session__bookings__user=user,
        session__bookings__status=BookingStatus.PAID,
        session__status__in=RUNS,
        session__date_end__gte=local_date(event.timestamp),
    )
    for chat in coming.select_related("session__tour__agency").order_by("pk").distinct():
        follow_books(chat, user, event)


def keep_door(event: EventLog, booking: Booking) -> None:
    """A booking of a session with a chat was paid, or has ended."""
    chat = _standing(session_id=booking.session_id)
    if chat is not None:
        follow_books(chat, booking.user, event)


def _standing(**where: int | None) -> TourChat | None:
    chats = TourChat.objects.standing().select_related("session__tour__agency")
    return chats.filter(**where).first()
