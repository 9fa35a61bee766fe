"""Sessions and their Telegram groups."""

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from catalog.models import TourChat, TourSession
from catalog.states import RUNS, ChatStatus


def chat_of_group(chat_id: int) -> TourChat | None:
    """The chat that stands with this Telegram id, its session and agency loaded."""
    chats = TourChat.objects.standing().select_related("session__tour__agency")
    return chats.filter(chat_id=chat_id).first()


def former_chat_of_group(chat_id: int) -> TourChat | None:
    """The latest that was let go, loaded alike."""
    chats = TourChat.objects.filter(chat_id=chat_id, status=ChatStatus.CLOSED)
    return chats.select_related("session__tour__agency").order_by("-pk").first()


def chat_of_session(session_id: int) -> TourChat | None:
    """The session's chat, bound or lost."""
    return TourChat.objects.standing().filter(session_id=session_id).first()


def sessions_without_chat(agency_ids: Collection[int] | None, today: date) -> QuerySet[TourSession]:
    """Sessions that are not over and have no chat the bot keeps, the next first; of all agencies
    for None."""
    kept = TourChat.objects.filter(session=OuterRef("pk"), status=ChatStatus.BOUND)
    rows = TourSession.objects.filter(~Exists(kept), status__in=RUNS, date_end__gte=today)
    if agency_ids is not None:
        rows = rows.filter(tour__agency_id__in=agency_ids)
    return rows.select_related("tour").order_by("date_start", "pk")
