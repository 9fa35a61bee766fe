"""What every decision of a second pair of eyes checks. Building blocks."""

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.models.proposal import Proposal, ProposalStatus
from core.refusals import Conflict, NotAllowed


class OwnProposal(Conflict):
    """Nobody approves what he made himself."""

    code = "own_proposal"
    message = _("You made this yourself: somebody else has to decide it.")
    for_good = True


class AlreadyDecided(Conflict):
    message = _("This has been decided already: {status}.")
    for_good = True


def check_decidable(proposal: Proposal, by: Actor) -> None:
    """Refuse with AlreadyDecided, and with OwnProposal to the one who proposed it."""
    if proposal.status != ProposalStatus.PROPOSED:
        raise AlreadyDecided(status=proposal.get_status_display())
    check_other_person(proposal.created_by_id, by)


def check_other_person(maker_id: int | None, by: Actor) -> None:
    """Refuse with OwnProposal when ``by`` made it; only a person can decide at all."""
    if by.user_id is None:
        raise NotAllowed
    if maker_id == by.user_id:
        raise OwnProposal
