"""Invitations of staff: found by their link, and what has become of them."""

import hashlib
from datetime import datetime

from partners.models import StaffInvitation
from partners.states import InvitationState


def digest_of(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def invitation_behind(token: str) -> StaffInvitation | None:
    """The invitation a link leads to, whatever has become of it: one look-up for junk, too."""
    rows = StaffInvitation.objects.select_related("agency", "invited_by")
    return rows.filter(digest=digest_of(token)).first()


def state_of(invitation: StaffInvitation, at: datetime) -> InvitationState:
    if invitation.accepted_at is not None:
        return InvitationState.ACCEPTED
    if invitation.revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.WAITING if at < invitation.expires_at else InvitationState.LAPSED
