"""Somebody comes by a partner's link. A building block."""

from datetime import datetime

from core.actor import Actor
from core.acts import require_transaction
from core.services.events import record
from partners.models import ReferralPartner, ReferralTouch, User
from partners.queries.attribution import why_not
from partners.states import NoCredit


def keep_touch(user: User, code: str, *, door: str, by: Actor, at: datetime) -> NoCredit:
    """Keep who brought the locked ``user``: the first touch wins; what is refused is kept with its
    reason. ``door`` is a Door. A code that is nobody's leaves no trace."""
    require_transaction()
    partner = ReferralPartner.objects.by_code(code) if code.strip() else None
    if partner is None:
        return NoCredit.UNKNOWN
    known = ReferralTouch.objects.filter(user=user, partner=partner).first()
    # One that was refused because the partner was stopped may count once he is not.
    if known is not None and known.refusal != NoCredit.STOPPED:
        return NoCredit(known.refusal)

    refusal = NoCredit.TAKEN if user.referred_by_id else why_not(partner, user)
    if known is not None and refusal == known.refusal:
        return refusal
    ReferralTouch.objects.update_or_create(
        user=user,
        partner=partner,
        defaults={"door": door, "refusal": refusal, "created_at": at},
    )
    if refusal:
        record(
            "user.referral_refused",
            user,
            by=by,
            at=at,
            partner_id=partner.pk,
            code=partner.code,
            reason=refusal.value,
        )
        return refusal
    user.referred_by = partner
    user.referred_at = at
    user.save(update_fields=["referred_by", "referred_at"])
    record("user.referred", user, by=by, at=at, partner_id=partner.pk)
    return refusal
