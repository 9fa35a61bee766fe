"""People become referral partners, are stopped, and earn a rate for a time."""

import re
from datetime import date, datetime
from decimal import Decimal

from constance import config
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.clock import local_date
from core.codes import code_from, new_code
from core.locks import lock_row
from core.money import HUNDRED, ZERO
from core.refusals import Conflict, Invalid, NotAllowed
from core.services.events import record
from partners.models import PartnerRate, ReferralPartner, User
from partners.roles import allowed, require

# As they fit into a link of Telegram's, and are typed without a mistake.
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,18}[A-Z0-9]")
NAME_IN_CODE = 10


class AlreadyPartner(Conflict):
    message = _("This person is a partner already: {code}.")
    field = "user"


class CodeTaken(Conflict):
    message = _("Somebody has this code already.")
    field = "code"


class CodeMalformed(Invalid):
    message = _("A code is 4 to 20 Latin letters, digits and hyphens.")
    field = "code"


class BonusOutOfRange(Invalid):
    message = _("A bonus is between 0 and 100 per cent.")
    field = "percent"


class BonusRateInPast(Conflict):
    """Bookings of the past keep the rate they were asked for under."""

    message = _("A rate cannot begin in the past: from {today} at the earliest.")
    field = "valid_from"


class BonusRateEndsTooEarly(Invalid):
    message = _("The last day is before the first.")
    field = "valid_to"


class OwnPartnership(Conflict):
    """Staff have no say in what they themselves earn."""

    code = "own_proposal"
    message = _("This is your own partnership: somebody else has to decide it.")


class OtherPercent(Invalid):
    message = _("Everybody begins with {percent} %; an admin may give another rate.")
    field = "percent"


class WhyPartner(Invalid):
    message = _("Say why.")
    field = "reason"


class AlreadyStopped(Conflict):
    message = _("The partner is stopped already.")


class NotStopped(Conflict):
    message = _("The partner is active already.")


@act
def become_partner(*, by: Actor, at: datetime) -> ReferralPartner:
    """The acting person becomes a partner at PARTNER_PERCENT; who is one already stays what he is,
    a stopped one included. Refuses with NotAllowed for a deactivated person."""
    user = lock_row(User, pk=by.person_id)
    known = ReferralPartner.objects.filter(user=user).first()
    if known is not None:
        return known
    if not user.is_active:
        raise NotAllowed
    percent = Decimal(config.PARTNER_PERCENT)
    return _create(user, code=_free_code(user), percent=percent, by=by, at=at)


@act
def make_partner(
    *, user_id: int, percent: Decimal, code: str = "", by: Actor, at: datetime
) -> ReferralPartner:
    """Staff make somebody a partner; without a ``code`` he gets one of his name.

    Who may not set rates gives PARTNER_PERCENT. Refuses with NotAllowed, OtherPercent, NotFound,
    OwnPartnership, AlreadyPartner, CodeMalformed, CodeTaken and BonusOutOfRange.
    """
    require(by, "partners.referralpartner", "add")
    _check_not_own(user_id, by)
    user = lock_row(User, pk=user_id)
    known = ReferralPartner.objects.filter(user=user).first()
    if known is not None:
        raise AlreadyPartner(code=known.code)
    _check_percent(percent)
    if percent != config.PARTNER_PERCENT and not allowed(by.role, "partners.partnerrate", "add"):
        raise OtherPercent(percent=config.PARTNER_PERCENT)
    code = _checked_code(code) if code.strip() else _free_code(user)
    return _create(user, code=code, percent=percent, by=by, at=at)


@act
def stop_partner(*, partner_id: int, reason: str, by: Actor, at: datetime) -> ReferralPartner:
    """He is credited with nothing more, and what was asked for and is not paid yet earns nothing;
    what he has earned is his. Refuses with NotAllowed, NotFound, WhyPartner and AlreadyStopped."""
    require(by, "partners.referralpartner", "stop")
    partner = lock_row(ReferralPartner, pk=partner_id)
    if not reason.strip():
        raise WhyPartner
    if not partner.is_active:
        raise AlreadyStopped

    partner.is_active, partner.stop_reason = False, reason.strip()[:300]
    partner.save(update_fields=["is_active", "stop_reason"])

    record("partner.stopped", partner, by=by, at=at, reason=partner.stop_reason)
    return partner


@act
def resume_partner(*, partner_id: int, by: Actor, at: datetime) -> ReferralPartner:
    """He is credited again. Refuses with NotAllowed, NotFound, OwnPartnership and NotStopped."""
    require(by, "partners.referralpartner", "stop")
    partner = lock_row(ReferralPartner, pk=partner_id)
    _check_not_own(partner.user_id, by)
    if partner.is_active:
        raise NotStopped

    partner.is_active, partner.stop_reason = True, ""
    partner.save(update_fields=["is_active", "stop_reason"])

    record("partner.resumed", partner, by=by, at=at)
    return partner


@act
def set_partner_rate(
    *,
    partner_id: int,
    percent: Decimal,
    valid_from: date,
    reason: str,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> PartnerRate:
    """What he earns of bookings asked for from a local day on, or between two days.

    Refuses with NotAllowed, NotFound, OwnPartnership, BonusOutOfRange, BonusRateInPast,
    BonusRateEndsTooEarly and WhyPartner.
    """
    require(by, "partners.partnerrate", "add")
    partner = lock_row(ReferralPartner, pk=partner_id)
    _check_not_own(partner.user_id, by)
    _check_percent(percent)
    today = local_date(at)
    if valid_from < today:
        raise BonusRateInPast(today=f"{today:%d.%m.%Y}")
    if valid_to is not None and valid_to < valid_from:
        raise BonusRateEndsTooEarly
    if not reason.strip():
        raise WhyPartner

    rate = PartnerRate.objects.create(
        partner=partner,
        percent=percent,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason.strip()[:300],
        created_by_id=by.person_id,
        created_at=at,
    )

    record(
        "partner.rate_set",
        partner,
        by=by,
        at=at,
        percent=percent,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=rate.reason,
    )
    return rate


def _create(user: User, *, code: str, percent: Decimal, by: Actor, at: datetime) -> ReferralPartner:
    partner = ReferralPartner.objects.create(
        user=user, code=code, commission_percent=percent, created_at=at
    )
    record("partner.created", partner, by=by, at=at, code=code, percent=percent)
    return partner


def _check_not_own(user_id: int, by: Actor) -> None:
    if user_id == by.person_id:
        raise OwnPartnership


def _check_percent(percent: Decimal) -> None:
    if not ZERO <= percent <= HUNDRED:
        raise BonusOutOfRange


def _checked_code(code: str) -> str:
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        raise CodeMalformed
    if ReferralPartner.objects.filter(code=code).exists():
        raise CodeTaken
    return code


def _free_code(user: User) -> str:
    """Such as MADINA-7KQ4: read aloud easily, and not to be guessed."""
    name = code_from(user.first_name or user.username, length=NAME_IN_CODE + 3).upper()
    while True:
        code = f"{name[:NAME_IN_CODE].strip('-')}-{new_code(4)}"
        if not ReferralPartner.objects.filter(code=code).exists():
            return code
