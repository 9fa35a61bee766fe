"""The demo's tour chats, by the acts: one that works and one that the bot has lost. Nothing is said
to Telegram: the groups are nobody's."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from backoffice.demo.people import People
from catalog.models import TourChat, TourSession
from catalog.services.chats import bind_chat, lose_chat
from catalog.states import RUNS
from core.actor import Source
from core.clock import local_date
from notifications.handlers import handle
from notifications.models import ChatMember
from notifications.services.chats import TELEGRAM, admit_traveller
from notifications.services.deliver import deliver_events
from sales.states import BookingStatus

GROUPS = (-1_009_990_000_001, -1_009_990_000_002)
HOUR = timedelta(hours=1)


def make_chats(people: People, *, at: datetime) -> None:
    """The groups of the two coming dates that most people have paid for."""
    paid = Count("bookings__user", Q(bookings__status=BookingStatus.PAID), distinct=True)
    coming = TourSession.objects.filter(status__in=RUNS, date_start__gt=local_date(at))
    dates = coming.select_related("tour__agency").annotate(paid=paid).order_by("-paid", "pk")
    bound = [
        _bind(people, session, group, at - 30 * HOUR)
        for session, group in zip(dates[: len(GROUPS)], GROUPS, strict=True)
    ]
    deliver_events(at=at, handle=handle)
    _come_in(bound[0], at - 28 * HOUR)
    lose_chat(chat_id=GROUPS[1], by=TELEGRAM, at=at - 3 * HOUR)


def _bind(people: People, session: TourSession, group: int, at: datetime) -> TourChat:
    return bind_chat(
        session_id=session.pk,
        chat_id=group,
        title=f"{session.tour.title}, {session.date_start:%d.%m}",
        by=people.manager(session.tour.agency.slug).actor(Source.BOT),
        at=at,
    )


def _come_in(chat: TourChat, at: datetime) -> None:
    """All have their links, and all but the last have asked to be let in."""
    members = list(ChatMember.objects.filter(chat=chat).order_by("pk"))
    for number, member in enumerate(members, start=1):
        ChatMember.objects.filter(pk=member.pk).update(link=f"https://t.me/+demo{member.pk}")
        if number < len(members):
            then = at + number * HOUR
            admit_traveller(tour_chat_id=chat.pk, user_id=member.user_id, by=TELEGRAM, at=then)
