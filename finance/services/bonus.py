"""A traveller's bonus, reserved by a booking and given back. Building blocks."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.money import som
from core.refusals import Conflict
from finance.models import Account
from finance.services.locks import lock_accounts
from finance.services.post import About, Line, account_of, post
from finance.states import AccountKind, JournalType


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
