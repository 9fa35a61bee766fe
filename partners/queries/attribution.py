"""Who brought a traveller, for what share, and why not."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from constance import config
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from partners.models import PartnerRate, ReferralPartner, User
from partners.states import NoCredit

# So many steps up a ring is looked for.
RING_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Brought:
    """``partner`` brought the traveller, by a typed code or by his first touch.

    ``refusal`` says why the typed code, or without one the first touch, does not count.
    """

    partner: ReferralPartner | None = None
    by_code: bool = False
    refusal: NoCredit = NoCredit.NONE


def who_brought(user: User, *, code: str, at: datetime) -> Brought:
    """The partner a booking counts for: the typed code, else the first touch.

    A touch counts for ATTRIBUTION_DAYS; nobody brings himself or who brought him; stopped partners
    earn nothing; a code that is refused does not take the first touch away.
    """
    refusal = NoCredit.NONE
    if code.strip():
        typed = ReferralPartner.objects.by_code(code)
        refusal = why_not(typed, user) if typed else NoCredit.UNKNOWN
        if not refusal:
            return Brought(typed, by_code=True)
    first = user.referred_by
    if first is None:
        return Brought(refusal=refusal)
    old = why_not(first, user) if _touch_counts(user, at) else NoCredit.LATE
    return Brought(None if old else first, refusal=refusal or old)


def why_not(partner: ReferralPartner, user: User) -> NoCredit:
    """Why ``partner`` is not credited with ``user``; NONE when he is."""
    if partner.user_id == user.pk:
        return NoCredit.SELF
    if not partner.is_active or not partner.user.is_active:
        return NoCredit.STOPPED
    return NoCredit.RING if _was_brought_by(partner, user) else NoCredit.NONE


def _was_brought_by(partner: ReferralPartner, user: User) -> bool:
    """Whether the partner himself came through ``user``, at whatever remove."""
    step: ReferralPartner | None = partner
    for _ in range(RING_DEPTH):
        step = ReferralPartner.objects.filter(brought=step.user_id).first() if step else None
        if step is None:
            return False
        if step.user_id == user.pk:
            return True
    return False


def _touch_counts(user: User, at: datetime) -> bool:
    window = timedelta(days=config.ATTRIBUTION_DAYS)
    return user.referred_at is not None and at - user.referred_at < window


def percent_of_partner(partner: ReferralPartner, day: date) -> Decimal:
    """What the partner earns of a booking asked for on the local ``day``, per cent."""
    rate = PartnerRate.objects.filter(partner_id=partner.pk).in_force(day).first()
    return rate.percent if rate else partner.commission_percent


def with_percent(partners: QuerySet[ReferralPartner], day: date) -> QuerySet[ReferralPartner]:
    """Each with ``percent``, what ``percent_of_partner`` says of him for the local ``day``."""
    rates = PartnerRate.objects.filter(partner_id=OuterRef("pk")).in_force(day)
    of_a_rate = Subquery(rates.values("percent")[:1])
    return partners.annotate(percent=Coalesce(of_a_rate, F("commission_percent")))
