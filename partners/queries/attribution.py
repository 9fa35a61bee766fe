"""Who brought a traveller."""

from datetime import datetime, timedelta

from constance import config

from partners.models import ReferralPartner, User


def who_brought(user: User, *, code: str, at: datetime) -> int | None:
    """The id of the partner a booking counts for: the typed code, else the first touch.

    A touch counts for ATTRIBUTION_DAYS; nobody brings himself; stopped partners earn nothing.
    """
    partner = None
    if code.strip():
        partner = ReferralPartner.objects.filter(code=code.strip().upper()).first()
    elif user.referred_at and at - user.referred_at < timedelta(days=config.ATTRIBUTION_DAYS):
        partner = user.referred_by
    if partner is None or not partner.is_active or partner.user_id == user.pk:
        return None
    return partner.pk
