"""Who is in a tour's chat, as far as the bot has let them in."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.state import StateField, StatefulModel, transition
from notifications.states import MemberState


class MemberQuerySet(models.QuerySet["ChatMember"]):
    def for_user(self, user) -> "MemberQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(chat__session__tour__agency_id__in=user.agency_ids)


class ChatMember(StatefulModel):
    """A paid traveller and the chat of his session; ``link`` is his own, and admits nobody else."""

    chat = models.ForeignKey(
        "catalog.TourChat", models.CASCADE, related_name="members", verbose_name=_("tour chat")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("traveller")
    )
    link = models.CharField(_("link"), max_length=200, blank=True)
    state = StateField(_("state"), choices=MemberState, default=MemberState.INVITED)
    joined_at = models.DateTimeField(_("joined at"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a tour chat")
        verbose_name_plural = _("members of tour chats")
        constraints = [
            models.UniqueConstraint(fields=["chat", "user"], name="one_row_for_a_chat_member"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.chat}"

    @transition(
        state, [MemberState.INVITED, MemberState.LEFT, MemberState.REMOVED], MemberState.JOINED
    )
    def join(self, *, at: datetime) -> None:
        """The bot has let him in."""
        self.joined_at = at

    @transition(state, MemberState.JOINED, MemberState.LEFT)
    def leave(self) -> None:
        """He went by himself."""

    @transition(
        state, [MemberState.INVITED, MemberState.JOINED, MemberState.LEFT], MemberState.REMOVED
    )
    def remove(self) -> None:
        """He no longer goes on the tour."""

    @transition(state, [MemberState.REMOVED, MemberState.LEFT], MemberState.INVITED)
    def invite_again(self) -> None:
        """He goes after all."""
