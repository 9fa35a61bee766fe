"""Bonus set aside and given back: building blocks of deals."""

from decimal import Decimal

import pytest
from django.db import transaction

from finance.services.bonus import BonusInsufficient, reserve_bonus, return_bonus
from finance.services.post import About
from tests.factories import NOW


@pytest.fixture
def reserve(cast):
    def call(amount, block=reserve_bonus):
        with transaction.atomic():
            block(
                user_id=cast.traveller.pk,
                amount=Decimal(amount),
                about=About(),
                by=cast.traveller.actor("api"),
                at=NOW,
            )

    return call


def test_a_reserve_moves_bonus_aside_and_a_return_moves_it_back(cast, reserve):
    cast.give_bonus(cast.traveller, 100)

    reserve(60)
    assert cast.balance("bonus_available", cast.traveller) == 40
    assert cast.balance("bonus_reserved", cast.traveller) == 60

    reserve(60, block=return_bonus)
    assert cast.balance("bonus_available", cast.traveller) == 100
    assert cast.balance("bonus_reserved", cast.traveller) == 0


def test_the_whole_balance_may_be_reserved_but_not_a_tiyin_more(cast, reserve):
    cast.give_bonus(cast.traveller, 100)

    with pytest.raises(BonusInsufficient):
        reserve("100.01")
    reserve(100)
    assert cast.balance("bonus_available", cast.traveller) == 0


def test_nothing_is_reserved_without_a_journal(cast, reserve):
    reserve(0)

    assert not cast.traveller.accounts.exists()


def test_more_is_never_returned_than_was_reserved(cast, reserve):
    """The database's own constraint: reserved bonus is not negative."""
    from django.db import IntegrityError

    cast.give_bonus(cast.traveller, 100)
    reserve(60)

    with pytest.raises(IntegrityError, match="reserved_bonus_not_negative"):
        reserve(61, block=return_bonus)
