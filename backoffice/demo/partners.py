"""The demo's partners: how they became ones, whom they brought, what they withdrew.

Told like the bookings, by the acts themselves, each at its time (``backoffice.demo.stories``).
"""

import json
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal

from constance import config
from django.conf import settings

from backoffice.demo.content import BLOGGER
from backoffice.demo.content import partners as content
from backoffice.demo.content.partners import ELENA, RUSTAM, SEVARA, ZILOLA, Arrival
from backoffice.demo.people import People
from backoffice.demo.stories import Story
from core.actor import Source
from core.clock import local_date, local_midnight
from core.refusals import Refusal
from core.sealed import Secret
from finance.models import ReferralPayoutRequest
from finance.queries.bonus import balance_of
from finance.services.adjustments import decide_adjustment, propose_bonus_grant
from finance.services.bonus import mature_bonuses
from finance.services.withdrawal_registers import are_sent_by_hand, send_withdrawals
from finance.services.withdrawals import (
    approve_withdrawal,
    ask_withdrawal,
    cancel_withdrawal,
    fail_withdrawal,
    pay_withdrawal,
    reject_withdrawal,
)
from partners.models import ReferralPartner, User
from partners.providers.init_data import InitData, sign_init_data
from partners.services.referral import become_partner, make_partner, set_partner_rate, stop_partner
from partners.services.sign_in import meet_in_bot, sign_in
from partners.states import Door

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LOOKS_BACK = 45
THOUSAND = Decimal(1000)

type Asked = Generator[datetime, None, ReferralPayoutRequest | None]


def make_partners(people: People, *, at: datetime) -> None:
    """Two made by staff, two who asked themselves, before any of the bookings they brought."""
    admin = people.staff["admin"].actor(Source.ADMIN)

    def made(username: str, code: str, percent: Decimal, days: int) -> ReferralPartner:
        user_id, then = people.person(username).pk, at - days * DAY
        return make_partner(user_id=user_id, code=code, percent=percent, by=admin, at=then)

    def asked(username: str, source: Source, days: int) -> ReferralPartner:
        by = people.person(username).actor(source)
        return become_partner(by=by, at=at - days * DAY)

    people.partners = {
        SEVARA: made(SEVARA, BLOGGER.code, Decimal(BLOGGER.commission_percent), 60),
        ELENA: made(ELENA, content.ELENAS_CODE, content.ELENAS_PERCENT, 52),
        ZILOLA: asked(ZILOLA, Source.API, 50),
        RUSTAM: asked(RUSTAM, Source.BOT, 49),
    }


class Bonuses:
    """What partners, their travellers and the accountants did; ``now`` is the demo's instant."""

    def __init__(self, people: People, *, now: datetime):
        self.people = people
        self.now = now
        self.first = people.staff["accountant"].actor(Source.ADMIN)
        self.second = people.staff["accountant2"].actor(Source.ADMIN)
        self.support = people.staff["support"].actor(Source.ADMIN)

    def stories(self) -> Iterator[Story]:
        """All of it, in no order."""
        yield from (self.arrival(arrival) for arrival in content.ARRIVALS)
        yield self.nightly_maturing()
        yield self.autumn_rate()
        yield self.stopped()
        yield self.grants()
        yield self.first_register()
        yield self.cancelled()
        yield self.rejected()
        yield self.processing()
        yield self.approved()
        yield self.cooling_down()
        yield self.requested()

    def arrival(self, arrival: Arrival) -> Story:
        """Somebody opens a link; whether it counts is decided there."""
        then = self.now - arrival.days * DAY + HOUR
        yield then
        user = self.people.person(arrival.who)
        code = self.people.partners[arrival.partner].code
        if arrival.door == Door.BOT:
            meet_in_bot(person=_in_telegram(user, then), referral_code=code, at=then)
        else:
            sign_in(init_data=_signed(user, then), referral_code=code, at=then)

    def nightly_maturing(self) -> Story:
        for days in range(LOOKS_BACK, -1, -1):
            night = local_midnight(local_date(self.now) - days * DAY) + 4 * HOUR
            if night < self.now:
                yield night
                mature_bonuses(at=night)

    def autumn_rate(self) -> Story:
        then = self.now - 21 * DAY
        yield then
        percent, reason = content.ELENAS_AUTUMN
        set_partner_rate(
            partner_id=self.people.partners[ELENA].pk,
            percent=percent,
            valid_from=local_date(then),
            valid_to=local_date(self.now) + 9 * DAY,
            reason=reason,
            by=self.people.staff["admin"].actor(Source.ADMIN),
            at=then,
        )

    def stopped(self) -> Story:
        then = self.now - 3 * DAY
        yield then
        partner_id = self.people.partners[RUSTAM].pk
        stop_partner(partner_id=partner_id, reason=content.WHY_STOPPED, by=self.support, at=then)

    def grants(self) -> Story:
        """One approved by another accountant; one of support's waits."""
        who, amount, reason = content.APOLOGY
        then = self.now - 2 * DAY
        yield then
        user_id = self.people.person(who).pk
        grant = propose_bonus_grant(
            user_id=user_id, amount=amount, reason=reason, by=self.first, at=then
        )
        decide_adjustment(adjustment_id=grant.pk, approve=True, by=self.second, at=then + HOUR)
        yield self.now - 3 * HOUR
        who, amount, reason = content.PRIZE
        propose_bonus_grant(
            user_id=self.people.person(who).pk,
            amount=amount,
            reason=reason,
            by=self.support,
            at=self.now - 3 * HOUR,
        )

    # --- withdrawals

    def first_register(self) -> Story:
        """Two go to the bank together: one arrives, the other comes back."""
        then = self.now - 9 * DAY
        sevaras = yield from self._asks(SEVARA, "0.4", content.CARD_OF_SEVARA, then)
        elenas = yield from self._asks(ELENA, "0.5", content.CARD_OF_ELENA, then + HOUR)
        made = [withdrawal for withdrawal in (sevaras, elenas) if withdrawal is not None]
        yield then + 5 * HOUR
        self._hand_over(made, then + 5 * HOUR)
        arrived = then + DAY
        yield arrived
        for withdrawal in made:
            if withdrawal == sevaras:
                reference = f"{arrived:%y%m%d}-{withdrawal.pk}"
                pay_withdrawal(
                    withdrawal_id=withdrawal.pk, reference=reference, by=self.first, at=arrived
                )
            else:
                why = "Банк вернул: срок карты истёк."
                fail_withdrawal(withdrawal_id=withdrawal.pk, reason=why, by=self.first, at=arrived)

    def cancelled(self) -> Story:
        """Thought better of it an hour later."""
        then = self.now - 8 * DAY
        withdrawal = yield from self._asks(RUSTAM, "0.5", content.SHARED_CARD, then)
        if withdrawal is not None:
            by = self.people.person(RUSTAM).actor(Source.BOT)
            yield then + HOUR
            cancel_withdrawal(withdrawal_id=withdrawal.pk, by=by, at=then + HOUR)

    def rejected(self) -> Story:
        then = self.now - 6 * DAY
        withdrawal = yield from self._asks(ZILOLA, "1", content.SHARED_CARD, then)
        if withdrawal is not None:
            yield then + 3 * HOUR
            why = "Эту карту уже назвал другой партнёр. Напишите нам, чья она."
            reject_withdrawal(
                withdrawal_id=withdrawal.pk, reason=why, by=self.second, at=then + 3 * HOUR
            )

    def processing(self) -> Story:
        """In a register that the bank has not answered yet."""
        then = self.now - 2 * DAY
        withdrawal = yield from self._asks(SEVARA, "0.6", content.CARD_OF_SEVARA, then)
        yield then + DAY
        self._hand_over([withdrawal] if withdrawal else [], then + DAY)

    def approved(self) -> Story:
        """Waits for the next register: she has explained whose the card is."""
        then = self.now - DAY
        withdrawal = yield from self._asks(ZILOLA, "0.8", content.SHARED_CARD, then)
        if withdrawal is not None:
            at = self.now - 4 * HOUR
            yield at
            approve_withdrawal(withdrawal_id=withdrawal.pk, by=self.second, at=at)

    def cooling_down(self) -> Story:
        """Her bank sent the first one back, so this goes to another card, which cools down."""
        then = self.now - 5 * HOUR
        yield from self._asks(ELENA, "0.5", content.NEW_CARD_OF_ELENA, then)

    def requested(self) -> Story:
        """By one who was stopped, to a card that somebody else has named, too."""
        then = self.now - 2 * HOUR
        yield from self._asks(RUSTAM, "1", content.SHARED_CARD, then)

    def _asks(self, who: str, share: str, card: str, at: datetime) -> Asked:
        """A share of what is available, in whole thousands; None when it is too little."""
        yield at
        user = self.people.person(who)
        wanted = balance_of(user.pk).available * Decimal(share) // THOUSAND * THOUSAND
        with suppress(Refusal):
            return ask_withdrawal(
                amount=max(wanted, Decimal(config.MINIMUM_WITHDRAWAL)),
                card_number=Secret(card),
                by=user.actor(Source.API),
                at=at,
            )
        return None

    def _hand_over(self, made: list[ReferralPayoutRequest], at: datetime) -> None:
        """One accountant approves, the other hands them to the bank."""
        for withdrawal in made:
            approve_withdrawal(withdrawal_id=withdrawal.pk, by=self.second, at=at)
        if made and are_sent_by_hand():
            ids = [withdrawal.pk for withdrawal in made]
            send_withdrawals(withdrawal_ids=ids, by=self.first, at=at + HOUR)


def _in_telegram(user: User, at: datetime) -> InitData:
    """The person as Telegram describes him to the bot."""
    return InitData(
        telegram_id=user.telegram_id or 0,
        username=user.username,
        first_name=user.first_name,
        last_name=user.last_name,
        language=user.language,
        auth_date=at,
        start_param="",
    )


def _signed(user: User, at: datetime) -> str:
    """And to the Mini App."""
    told = asdict(_in_telegram(user, at))
    named = {name: told[name] for name in ("username", "first_name", "last_name")}
    fields = {
        "user": json.dumps({"id": user.telegram_id, "language_code": user.language, **named}),
        "auth_date": str(int(at.timestamp())),
    }
    return sign_init_data(fields, settings.INIT_DATA_TOKEN)
