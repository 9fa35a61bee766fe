"""Which kinds of messages somebody may turn off."""

from notifications.models import Preferences
from notifications.states import OPTIONAL, Kind
from partners.models import ReferralPartner, User

OF_AGENCIES = (Kind.AGENCY_PAID, Kind.AGENCY_CANCELLED)
OF_PARTNERS = (Kind.BONUS_EARNED, Kind.BONUS_MATURED)


def kinds_for(user: User) -> list[Kind]:
    """The OPTIONAL kinds that can reach him: an agency's people hear of its bookings, who brings
    travellers hears of bonus."""
    left_out: set[Kind] = set()
    if not user.agency_ids:
        left_out |= set(OF_AGENCIES)
    if not ReferralPartner.objects.filter(user_id=user.pk).exists():
        left_out |= set(OF_PARTNERS)
    return [kind for kind in OPTIONAL if kind not in left_out]


def muted_by(user: User) -> set[str]:
    """The kinds he does not want."""
    rows = Preferences.objects.filter(user_id=user.pk).values_list("muted", flat=True)
    return set(rows.first() or ())
