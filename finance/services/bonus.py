"""A person's bonus: reserved by a booking and given back (building blocks), and maturing."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import structlog
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, job
from core.acts import act
from core.locks import lock_row
from core.money import som
from core.refusals import Conflict, Refusal
from core.services.events import record
from core.sweeps import one_of_many
from finance.models import Account, ReferralBonus
from finance.queries.bonus import bonuses_to_mature
from finance.services.locks import lock_accounts
from finance.services.post import About, Line, account_of, post
from finance.states import AccountKind, JournalType

log = structlog.get_logger(__name__)


class BonusInsufficient(Conflict):
    code = "bonus_insufficient"
    message = _("Your bonus balance is {available}.")
    field = "use_bonus"

    @classmethod
    def with_balance(cls, balance: Decimal) -> "BonusInsufficient":
        return cls(available=som(balance))


def lock_bonuses(user_ids: Iterable[int]) -> None:
    """Lock the bonus accounts of several people at once, in the order of their ids."""
    kinds = (AccountKind.BONUS_AVAILABLE, AccountKind.BONUS_RESERVED)
    rows = Account.objects.filter(user_id__in=list(user_ids), kind__in=kinds)
    lock_accounts(rows.values_list("pk", flat=True))


def reserve_bonus(*, user_id: int, amount: Decimal, about: About, by: Actor, at: datetime) -> None:
    """Set bonus aside for a booking. Refuses with BonusInsufficient."""
    if not amount:
        return
    account_id = account_of(AccountKind.BONUS_AVAILABLE, user_id=user_id).pk
    balance = lock_accounts([account_id])[account_id].balance
    if amount > balance:
        raise BonusInsufficient.with_balance(balance)
    lines = [
        Line(AccountKind.BONUS_AVAILABLE, debit=amount, user_id=user_id),
        Line(AccountKind.BONUS_RESERVED, credit=amount, user_id=user_id),
    ]
    post(JournalType.BONUS, lines, about=about, by=by, at=at)


def return_bonus(*, user_id: int, amount: Decimal, about: About, by: Actor, at: datetime) -> None:
    """Give a reserved bonus back: the booking ended unpaid."""
    lines = [
        Line(AccountKind.BONUS_RESERVED, debit=amount, user_id=user_id),
        Line(AccountKind.BONUS_AVAILABLE, credit=amount, user_id=user_id),
    ]
    post(JournalType.BONUS, lines, about=about, by=by, at=at)


# --- it matures


@act
def mature_bonus(*, bonus_id: int, by: Actor, at: datetime) -> ReferralBonus:
    """What refunds have left of a pending bonus may be used from now on. Nothing happens before its
    day, twice, or while a refund of its booking is open."""
    bonus = lock_row(ReferralBonus, pk=bonus_id)
    if not bonuses_to_mature(at).filter(pk=bonus_id).exists():
        return bonus

    bonus.mature(at=at)
    bonus.save(update_fields=["status", "matured_at"])

    lines = [
        Line(AccountKind.BONUS_PENDING, debit=bonus.kept, user_id=bonus.user_id),
        Line(AccountKind.BONUS_AVAILABLE, credit=bonus.kept, user_id=bonus.user_id),
    ]
    about = About(booking_id=bonus.booking_id)
    post(JournalType.BONUS, lines, about=about, by=by, at=at)

    record("bonus.matured", bonus, by=by, at=at, amount=bonus.kept)
    return bonus


def mature_bonuses(*, at: datetime) -> int:
    """Mature every bonus whose day has come; returns how many. May be late, and run twice."""
    matured = 0
    for pk in list(bonuses_to_mature(at).values_list("pk", flat=True)):
        with one_of_many("a bonus did not mature", bonus_id=pk):
            matured += _matures(pk, at)
    return matured


def _matures(bonus_id: int, at: datetime) -> bool:
    try:
        return mature_bonus(bonus_id=bonus_id, by=job(), at=at).matured_at == at
    except Refusal as refusal:
        # The others do not wait for one that is locked; the next run comes soon.
        log.warning("a bonus did not mature", bonus_id=bonus_id, reason=str(refusal))
        return False
