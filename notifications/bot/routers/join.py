"""An invitation to work for an agency, shown and accepted in the chat with the bot."""

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery
from django.utils.translation import gettext as _

from core.actor import Source
from core.clock import now
from core.refusals import Conflict
from notifications.booking_words import moment_of
from notifications.bot.screens import Screen, ask, button, said, show
from partners.links import JOIN, OFFICE
from partners.models import MemberRole, User
from partners.queries.invitations import invitation_behind
from partners.services.invitations import (
    InvitationUnknown,
    accept_invitation,
    check_acceptable,
)

router = Router(name="join")


class Join(CallbackData, prefix="join"):
    token: str


def invitation_screen(user: User, code: str) -> Screen | None:
    """What a link with an invitation opens; None for other links. Its refusals are sentences."""
    if not code.startswith(JOIN):
        return None
    token = code.removeprefix(JOIN)
    invitation = invitation_behind(token)
    if invitation is None:
        raise InvitationUnknown
    check_acceptable(invitation, user, now())
    text = said(
        _(
            "{inviter} invites you to work for <b>{agency}</b>.\n"
            "For whom: {name}. Role: {role}. Good until {until}.\n\n"
            "Once you have accepted, the agency's requests come into this chat, and you answer "
            "them here."
        ),
        inviter=invitation.invited_by,
        agency=invitation.agency,
        role=MemberRole(invitation.role).label,
        name=invitation.name,
        until=moment_of(invitation.expires_at),
    )
    return Screen(text, [[button(_("Accept"), Join(token=token))]])


@router.callback_query(Join.filter())
async def join(press: CallbackQuery, callback_data: Join, user: User) -> None:
    await show(press, await joined(user, callback_data.token))


@ask
def joined(user: User, token: str) -> Screen:
    """What has become of it stands where the button stood."""
    try:
        member = accept_invitation(token=token, by=user.actor(Source.BOT), at=now())
    except (Conflict, InvitationUnknown) as refusal:
        return Screen(said("{why}", why=refusal.detail))
    text = said(
        _(
            "You work for <b>{agency}</b> now. Role: {role}.\n"
            "/{office} opens the back office; /help says what the bot can do for you."
        ),
        agency=member.agency,
        role=MemberRole(member.role).label,
        office=OFFICE,
    )
    return Screen(text)
