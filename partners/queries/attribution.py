"""Who brought a traveller."""

from datetime import datetime, timedelta

from constance import config

from partners.models import ReferralPartner, User


def who_brought(user: User, *, code: str, at: datetime) -> int | None:
    """The id of the partner a booking counts for: the typed code, else the first touch.

    A touch counts for ATTRIBUTION_DAYS; nobody brings himself; stopped partners earn nothing; a
    code that is nobody's does not take the first touch away.
    """
    typed = ReferralPartner.objects.filter(code=code.strip().upper()).first()
    partners = [typed, user.referred_by if _touch_counts(user, at) else None]
    fitting = (p for p in partners if p is not None and p.is_active and p.user_id != user.pk)
    return next((partner.pk for partner in fitting), None)


def _touch_counts(user: User, at: datetime) -> bool:
    window = timedelta(days=config.ATTRIBUTION_DAYS)
    return user.referred_at is not None and at - user.referred_at < window
