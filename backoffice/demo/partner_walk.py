"""Flow 3 over HTTP: a blogger brings a traveller, earns a bonus and has it paid to her card.

What accountants do here, their pages do by the same acts. A bonus matures after BONUS_DELAY_DAYS:
the day of this one is brought forward, and the ledger's days stay true.
"""

import secrets
from decimal import Decimal

from backoffice.demo.content.partners import CARD_OF_THE_WALK as CARD
from backoffice.demo.walkthrough import Astray, Caller, Json, Walk, expect, init_data, sign_in
from core.actor import Actor, Source, job
from core.clock import local_date, now
from finance.models import LedgerEntry, ReferralBonus, ReferralPayoutRequest
from finance.models.withdrawal import number_of
from finance.services.bonus import mature_bonus
from finance.services.withdrawal_registers import are_sent_by_hand, send_withdrawals
from finance.services.withdrawals import approve_withdrawal, pay_withdrawal
from partners.models import User
from partners.roles import Role
from partners.services.referral import set_partner_rate

NAME = "Малика"
# So much that two seats of the cheapest tour earn what can be withdrawn.
PERCENT = Decimal(15)
BONUSES, BALANCE = "/referrals/bonuses/", "/users/bonus/"
WITHDRAWALS = "/referrals/payout-requests/"
STALE_MINUTES = 30


class PartnerWalk(Walk):
    """The blogger's walk around a booking of flow 1."""

    def run(self) -> str:
        """Walk all of flow 3; returns the booking's code."""
        agency = self._an_agency_that_decides()
        blogger = self._becomes_a_partner()
        partner = self._earns_more(blogger)
        traveller = self._comes_by_the_link(partner)
        booking = self._book(traveller, self._choose(traveller, agency))
        self._approve(booking, agency)
        self._pay(traveller, booking)
        amount = self._has_earned(blogger, booking)
        withdrawal = self._asks_for_it(blogger, amount)
        self._is_paid(withdrawal)
        self._reads_the_end(blogger, withdrawal)
        self._books_of(withdrawal)
        return str(booking["code"])

    def _becomes_a_partner(self) -> Caller:
        self.telegram_id = 7_000_000_000 + secrets.randbelow(10**9)
        blogger = sign_in(self.http, telegram_id=self.telegram_id, name=NAME)
        blogger.call("GET", "/referrals/partners/", 404)
        own = blogger.call("POST", "/referrals/partners/", 201, headers=_key())
        self.say(f"{NAME} asks to be a partner: {own['code']}, {own['percent']} % of each booking.")
        self.say(f"  Her links: {own['links']['app']} and {own['links']['bot']}")
        return blogger

    def _earns_more(self, blogger: Caller) -> Json:
        own = blogger.call("GET", "/referrals/partners/")
        admin, at = _staff(Role.ADMIN), now()
        set_partner_rate(
            partner_id=own["id"],
            percent=PERCENT,
            valid_from=local_date(at),
            reason="A large audience.",
            by=_at_the_desk(admin),
            at=at,
        )
        own = blogger.call("GET", "/referrals/partners/")
        expect(Decimal(own["percent"]) == PERCENT, f"She earns {own['percent']} %.")
        self.say(f"{admin} agrees on {own['percent']} % with her, from today on.")
        return own

    def _comes_by_the_link(self, partner: Json) -> Caller:
        telegram_id = 7_000_000_000 + secrets.randbelow(10**9)
        code = partner["code"]
        traveller = sign_in(self.http, telegram_id=telegram_id, name="Равшан", start_param=code)
        self.say("A traveller opens the Mini App by her link: Telegram signs her code with it.")
        own = sign_in(self.http, telegram_id=self.telegram_id, name=NAME, start_param=code)
        totals = own.call("GET", "/referrals/partners/")["totals"]
        expect(totals["people"] == 1, f"She brought {totals['people']} people, not one.")
        self.say("She opens it herself: that does not count, she has brought one person.")
        return traveller

    def _has_earned(self, blogger: Caller, booking: Json) -> Decimal:
        [bonus] = blogger.call("GET", BONUSES)["results"]
        expect(bonus["booking"] == booking["code"], f"The bonus is of {bonus['booking']}.")
        expect(bonus["status"] == "pending", f"The bonus is {bonus['status']}.")
        self.say(f"She has earned {bonus['amount']} UZS by {booking['code']}: pending.")
        _bring_forward(booking["code"])
        balance = blogger.call("GET", BALANCE)
        expect(balance["available"] == bonus["amount"], f"She has {balance['available']} UZS.")
        self.say("Its day comes (at once, for this walk): it can be spent or withdrawn.")
        return Decimal(bonus["amount"])

    def _asks_for_it(self, blogger: Caller, amount: Decimal) -> ReferralPayoutRequest:
        wish = {"amount": f"{amount}", "card_number": CARD}
        stale = init_data(telegram_id=self.telegram_id, name=NAME, minutes_old=STALE_MINUTES)
        blogger.call("POST", WITHDRAWALS, 401, json={**wish, "init_data": stale}, headers=_key())
        self.say("She asks for it from an app that has been open for half an hour: 401.")
        wish["init_data"] = init_data(telegram_id=self.telegram_id, name=NAME)
        key = _key()
        asked = blogger.call("POST", WITHDRAWALS, 201, json=wish, headers=key)
        again = blogger.call("POST", WITHDRAWALS, 201, json=wish, headers=key)
        expect(again["id"] == asked["id"], "A second tap made a second withdrawal.")
        blogger.call("POST", WITHDRAWALS, 409, json=wish, headers=_key())
        self.say(
            f"She opens it anew and asks for {asked['amount']} UZS to •••• {asked['card_last4']}: "
            f"{number_of(asked['id'])}. "
            "A second tap is the same one, a second wish waits for the first."
        )
        return ReferralPayoutRequest.objects.get(pk=asked["id"])

    def _is_paid(self, withdrawal: ReferralPayoutRequest) -> None:
        """By two people, as their pages do it."""
        first, second = User.objects.filter(platform_role=Role.ACCOUNTANT).order_by("pk")[:2]
        self._see_no_number(first, withdrawal)
        approve_withdrawal(withdrawal_id=withdrawal.pk, by=_at_the_desk(first), at=now())
        self.say(f"{first} approves it.")
        if not are_sent_by_hand():
            raise Astray("A payout provider is connected: it carries the rest out by itself.")
        ids = [withdrawal.pk]
        register = send_withdrawals(withdrawal_ids=ids, by=_at_the_desk(second), at=now())
        self.say(f"{second} takes it to the bank in the register {register.number}.")
        reference = f"{register.number}-{withdrawal.pk}"
        pay_withdrawal(
            withdrawal_id=withdrawal.pk, reference=reference, by=_at_the_desk(second), at=now()
        )
        self.say(f"The bank has carried it out: {reference}. The card's number is forgotten.")

    def _see_no_number(self, member: User, withdrawal: ReferralPayoutRequest) -> None:
        browser = self._browser(member)
        page = browser.get(f"/admin/finance/referralpayoutrequest/{withdrawal.pk}/change/")
        expect(page.status_code == 200, f"The withdrawal's page answered {page.status_code}.")
        expect(withdrawal.card in page.text, "The page does not say which card.")
        expect(CARD not in page.text, "The page shows the card's number.")
        self.say(f"{member} looks at it in the back office: {withdrawal.card}, and no more of it.")

    def _reads_the_end(self, blogger: Caller, withdrawal: ReferralPayoutRequest) -> None:
        balance = blogger.call("GET", BALANCE)
        expect(Decimal(balance["paid_out"]) == withdrawal.amount, "It was not paid out.")
        [row] = blogger.call("GET", WITHDRAWALS)["results"]
        expect(row["status"] == "paid", f"The withdrawal is {row['status']}.")
        self.say(f"She reads: paid out {balance['paid_out']} UZS, left {balance['available']}.")
        for moved in blogger.call("GET", f"{BALANCE}movements/")["results"][::-1]:
            self.say(f"  {moved['label']:<24}{moved['available']:>14} available")

    def _books_of(self, withdrawal: ReferralPayoutRequest) -> None:
        self.say("The books after it:")
        entries = LedgerEntry.objects.filter(transaction__withdrawal=withdrawal)
        for entry in entries.select_related("account__user").order_by("pk"):
            side = f"debit  {entry.debit:>14}" if entry.debit else f"credit {entry.credit:>14}"
            self.say(f"  {side}  {entry.account}")


def _bring_forward(code: str) -> None:
    """The bonus of this one booking matures now; nobody else's does."""
    bonus = ReferralBonus.objects.get(booking__code=code)
    ReferralBonus.objects.filter(pk=bonus.pk).update(available_at=bonus.created_at)
    mature_bonus(bonus_id=bonus.pk, by=job(), at=now())


def _key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(16)}


def _staff(role: Role) -> User:
    return User.objects.filter(platform_role=role).order_by("pk")[0]


def _at_the_desk(member: User) -> Actor:
    return member.actor(Source.ADMIN)
