"""Partners who want their bonus on cards, and the accountants who send it there."""

from decimal import Decimal

from core.sealed import Secret
from finance.models import PayoutRegister, ReferralPayoutRequest
from finance.services.withdrawal_registers import send_withdrawals
from finance.services.withdrawals import approve_withdrawal, ask_withdrawal
from partners.models import ReferralPartner
from tests import factories
from tests.factories import CARD, NOW

HUMO = "9860120111111114"


class CardDesk:
    """The first accountant sends, the second approves."""

    def __init__(self, cast):
        self.cast = cast
        self.first = cast.accountant.actor("admin")
        self.second = cast.second_accountant.actor("admin")

    def asked(self, person, amount=100_000, *, card=CARD, at=NOW) -> ReferralPayoutRequest:
        """The person is a partner, has so much, and asks for all of it."""
        if not ReferralPartner.objects.filter(user=person).exists():
            factories.referral_partner(user=person)
        self.cast.give_bonus(person, amount)
        return ask_withdrawal(
            amount=Decimal(amount), card_number=Secret(card), by=person.actor("api"), at=at
        )

    def approved(self, person, amount=100_000, **how) -> ReferralPayoutRequest:
        row = self.asked(person, amount, **how)
        by = self.first if person == self.cast.second_accountant else self.second
        return approve_withdrawal(withdrawal_id=row.pk, by=by, at=how.get("at", NOW))

    def sent(self, *rows) -> PayoutRegister:
        """A register of the rows, which know it."""
        register = send_withdrawals(withdrawal_ids=[row.pk for row in rows], by=self.first, at=NOW)
        for row in rows:
            row.refresh_from_db()
        return register
