"""Agencies that are owed money, and the two accountants who pay it out."""

from decimal import Decimal

from django.db import transaction

from core.actor import job
from core.money import ZERO
from finance.models import Payout
from finance.services.payouts import approve_payout, create_payout, pay_payout
from finance.services.post import About, Line, post
from finance.services.registers import make_register
from finance.states import AccountKind, JournalType
from partners.models import TravelAgency
from tests.factories import NOW

DETAILS = {
    "bank_name": "Kapitalbank",
    "bank_account": "20208000900123456789",
    "bank_mfo": "01088",
    "tax_id": "301234567",
}


def with_bank(agency: TravelAgency) -> TravelAgency:
    """The agency, with bank details as if they had been approved long ago."""
    TravelAgency.objects.filter(pk=agency.pk).update(**DETAILS)
    agency.refresh_from_db()
    return agency


def earn(agency, amount, *, at=NOW, memo="earned") -> None:
    """So much more (or less) is available to the agency."""
    amount = Decimal(amount)
    give, take = max(amount, ZERO), max(-amount, ZERO)
    lines = [
        Line(AccountKind.PAYME, debit=give, credit=take),
        Line(AccountKind.AGENCY_AVAILABLE, credit=give, debit=take, agency_id=agency.pk),
    ]
    about = About(agency_id=agency.pk, memo=memo)
    with transaction.atomic():
        post(JournalType.ADJUSTMENT, lines, about=about, by=job(), at=at)


class Desk:
    """The first accountant makes, sends and settles, the second approves."""

    def __init__(self, cast):
        self.first = cast.accountant.actor("admin")
        self.second = cast.second_accountant.actor("admin")

    def create(self, agency, *, at=NOW) -> Payout:
        return create_payout(agency_id=agency.pk, source="staff", by=self.first, at=at)

    def approve(self, payout, *, at=NOW) -> Payout:
        return approve_payout(payout_id=payout.pk, by=self.second, at=at)

    def approved(self, agency, *, at=NOW) -> Payout:
        return self.approve(self.create(agency, at=at), at=at)

    def sent(self, agency, *, at=NOW) -> Payout:
        payout = self.approved(agency, at=at)
        make_register(payout_ids=[payout.pk], by=self.first, at=at)
        payout.refresh_from_db()
        return payout

    def paid(self, agency, *, at=NOW, reference="B-1") -> Payout:
        payout = self.sent(agency, at=at)
        return pay_payout(payout_id=payout.pk, reference=reference, by=self.first, at=at)
