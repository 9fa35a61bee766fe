"""Tours' chats: which group is whose, who is in it, and what to do when the bot has lost one.

They are bound in Telegram, where the bot can look whether it may keep the door; here they are read
and let go.
"""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, Steps, staff
from backoffice.admin.core.sentences import (
    Sentence,
    events_of,
    newest_first,
    read_event,
    rows_about,
)
from backoffice.admin.display import COLOURS, change_url, page_url, state_badge, two_lines
from catalog.models import TourChat, TourSession
from catalog.queries.chats import chat_of_session
from catalog.services.chats import unbind_chat
from catalog.states import RUNS, ChatStatus
from notifications.models import ChatMember
from notifications.queries.chats import count_members
from notifications.states import MemberState
from partners.models import User
from sales.models import Booking

COMINGS = ("booking.chat_joined", "booking.chat_removed", "booking.chat_left")
WHAT_TO_DO = {
    ChatStatus.LOST: _(
        "The bot is no longer in this group, or may no longer invite and ban there: nobody is let "
        "in or taken out. Add it to the group again as an administrator with these two rights; it "
        "then goes through everybody. Or unbind the group and bind another."
    ),
}


@admin.register(TourChat)
class ChatAdmin(OwnPage, Steps, ReadOnly, BaseAdmin):
    agency_path = "session__tour__agency_id"
    agency_filter = "session__tour__agency"
    event_name = "tour_chat"
    list_display = ("title_shown", "date", "state", "inside", "invited", "created_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("session__date_start", RangeDateFilter),
    )
    list_select_related = ("session__tour",)
    search_fields = ("title", "session__tour__title_ru")
    search_help_text = _("Group or tour")
    ordering = ("-id",)
    fields = ("session",)
    readonly_fields = fields
    change_form_template = "admin/catalog/chat.html"
    actions_detail = ["unbind"]
    empty_title = _("No chats yet")
    empty_text = _("A date's page has the link that connects a Telegram group.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TourChat]:
        members = {
            "n_inside": Count("members", filter=Q(members__state=MemberState.JOINED)),
            "n_invited": Count("members", filter=Q(members__state=MemberState.INVITED)),
        }
        rows: QuerySet[TourChat] = super().get_queryset(request)
        return rows.select_related("session__tour", "bound_by").annotate(**members)

    def page_of(self, request: HttpRequest, obj: TourChat) -> dict[str, Any]:
        return _tell(obj, staff(request))

    def fit(self, request: HttpRequest, obj: TourChat) -> Collection[str]:
        return () if obj.status == ChatStatus.CLOSED else ("unbind",)

    def has_unbind_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.change_tourchat", object_id)

    @action(
        description=_("Unbind"),
        url_path="unbind",
        permissions=["unbind"],
        icon="link_off",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Shall this group no longer be the chat of the date?"),
            "description": _(
                "Who is in it stays in it; the bot lets nobody in and takes nobody out any more."
            ),
            "form_submit_text": _("Unbind"),
        },
    )
    def unbind(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        chat = self.own_or_404(request, object_id)
        work = partial(unbind_chat, tour_chat_id=chat.pk)
        return self.do(request, chat, work, done=_("The group is unbound."))

    # --- columns

    @display(description=_("group"), ordering="title")
    def title_shown(self, chat: TourChat) -> str:
        return str(chat)

    @display(description=_("date"), ordering="session__date_start")
    def date(self, chat: TourChat) -> SafeString:
        session = chat.session
        return two_lines(f"{session.date_start:%d.%m.%Y}", session.tour.title)

    @display(description=_("status"), ordering="status")
    def state(self, chat: TourChat) -> SafeString:
        return state_badge("chat", chat.status, chat.get_status_display())

    @display(description=_("in the chat"), ordering="n_inside")
    def inside(self, chat: Any) -> int:
        return int(chat.n_inside)

    @display(description=_("invited"), ordering="n_invited")
    def invited(self, chat: Any) -> int:
        return int(chat.n_invited)


def connect_url(session: TourSession) -> str:
    """Opens Telegram: a group is picked, the bot put in with the rights it needs, and bound."""
    rights = "invite_users restrict_members"
    query = urlencode({"startgroup": f"s-{session.code}", "admin": rights})
    return f"https://t.me/{settings.TELEGRAM_BOT_USERNAME}?{query}"


def tell_chat(session: TourSession, reader: User) -> dict[str, Any]:
    """For a date's page: its group, or the way to connect one."""
    if not reader.has_perm("catalog.view_tourchat"):
        return {}
    chat = chat_of_session(session.pk)
    may_bind = session.status in RUNS and reader.has_perm("catalog.add_tourchat")
    return {
        "chat": chat and _brief(chat),
        "connect_url": connect_url(session) if may_bind and chat is None else "",
    }


def _brief(chat: TourChat) -> dict[str, Any]:
    return {
        "row": chat,
        "url": change_url(chat),
        "colour": COLOURS["chat"].get(chat.status, "plain"),
        "counts": [
            (state.label, n, COLOURS["member"].get(state, "plain"))
            for state, n in count_members(chat)
        ],
    }


def _tell(chat: TourChat, reader: User) -> dict[str, Any]:
    """The page's context."""
    members = ChatMember.objects.filter(chat=chat).select_related("user")
    return {
        **_brief(chat),
        "session_url": page_url("catalog.toursession", chat.session_id),
        "passengers_url": _passengers_url(chat, reader),
        "what_to_do": WHAT_TO_DO.get(ChatStatus(chat.status), ""),
        "members": [
            (member, COLOURS["member"].get(member.state, "plain"), _not_written(member))
            for member in members.order_by("state", "user__first_name", "pk")
        ],
        "events": _chat_events(chat, reader),
    }


def door_events(session: TourSession, reader: User) -> list[Sentence]:
    """For a date's page: what became of its groups, and who was let in or has left."""
    if not reader.has_perm("catalog.view_tourchat"):
        return []
    chats = TourChat.objects.filter(session=session).values_list("pk", flat=True)
    rows = rows_about(TourChat, chats, reader)
    return newest_first([read_event(row) for row in rows], _comings(session.pk, reader))


def _chat_events(chat: TourChat, reader: User) -> list[Sentence]:
    # The date may have had another group before.
    comings = _comings(chat.session_id, reader, timestamp__gte=chat.created_at)
    return newest_first(events_of(chat, reader), comings)


def _comings(session_id: int, reader: User, **which: Any) -> list[Sentence]:
    """The bookings' own events, with the traveller's name."""
    bookings = Booking.objects.filter(session=session_id).select_related("user").in_bulk()
    rows = rows_about(Booking, bookings, reader, action__in=COMINGS, **which)
    told = [(bookings[row.object_id].user, read_event(row)) for row in rows]
    return [replace(event, text=f"{user}: {event.text}") for user, event in told]


def _passengers_url(chat: TourChat, reader: User) -> str:
    if not reader.has_perm("sales.view_bookingtraveller"):
        return ""
    return reverse("admin:catalog_toursession_passengers", args=[chat.session_id])


def _not_written(member: ChatMember) -> str:
    """Why somebody who is invited has no link."""
    if member.state != MemberState.INVITED or member.link:
        return ""
    user = member.user
    if user.telegram_id is None or not user.is_reachable:
        return gettext("The bot cannot write to this person.")
    return gettext("The link has not left yet.")
