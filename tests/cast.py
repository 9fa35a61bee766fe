"""The named cast: two agencies and a third that approves by itself, their people, the platform's
staff, travellers, a blogger and a stranger; and what they do, through the real acts.

``cast.request(seats=2)`` is Dilnoza asking Silk Road for two seats; ``cast.approved()`` and
``cast.paid()`` go on from there. Every act happens at ``NOW`` unless ``at`` says otherwise.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from catalog.models import Tour, TourSession
from core.actor import Actor, Source
from core.money import ZERO
from finance.models import Account, PaymentTransaction
from finance.services.post import About, Line, post
from finance.states import AccountKind, JournalType
from partners.models import ReferralPartner, TravelAgency, User
from partners.roles import Role
from partners.services.referral import stop_partner
from sales.models import Booking
from sales.queries.offer import Wish
from sales.services.approve import approve_booking
from sales.services.pay import Attempt, open_payment, perform_payment
from sales.services.request import request_booking
from tests import factories
from tests.factories import NOW

PAYME = Actor(role=Role.PROVIDER, source=Source.PAYME)


@dataclass
class Cast:
    silk: TravelAgency
    nomad: TravelAgency
    swift: TravelAgency  # approves by itself
    silk_owner: User
    silk_manager: User
    nomad_owner: User
    nomad_manager: User
    swift_owner: User
    accountant: User
    second_accountant: User
    support: User
    admin: User
    traveller: User
    second_traveller: User
    blogger: User
    partner: ReferralPartner
    stranger: User
    silk_tour: Tour
    silk_session: TourSession
    nomad_tour: Tour
    nomad_session: TourSession
    swift_tour: Tour
    swift_session: TourSession

    @property
    def people(self) -> dict[str, User]:
        """Everybody by the name of his part."""
        return {name: person for name, person in vars(self).items() if isinstance(person, User)}

    # --- what they do

    def request(
        self,
        *,
        by: User | None = None,
        session: TourSession | None = None,
        seats: int = 1,
        at: datetime = NOW,
        source: str = Source.API,
        **rest,
    ) -> Booking:
        """Ask for seats; ``rest`` goes to the wish (transport, promo_code, bonus) or the act."""
        wish = {key: rest.pop(key) for key in ("transport", "promo_code", "bonus") if key in rest}
        return request_booking(
            wish=Wish(session_id=(session or self.silk_session).pk, seats=seats, **wish),
            by=(by or self.traveller).actor(source),
            at=at,
            **rest,
        )

    def approve(self, booking: Booking, *, by: User | None = None, at: datetime = NOW) -> Booking:
        """The booking's own agency says yes, or ``by`` does."""
        actor = (by or self.manager_of(booking)).actor(Source.ADMIN)
        return approve_booking(booking_id=booking.pk, by=actor, at=at)

    def approved(self, **request) -> Booking:
        """A booking asked for and approved."""
        return self.approve(self.request(**request), at=request.get("at", NOW))

    def open(
        self,
        booking: Booking,
        *,
        provider_id: str | None = None,
        at: datetime = NOW,
        provider_time: datetime | None = None,
        amount: Decimal | None = None,
    ) -> PaymentTransaction:
        """Payme begins to take the booking's price."""
        attempt = Attempt(
            provider_id=provider_id or secrets.token_hex(12),
            provider_time=provider_time or at,
            reference=booking.code,
            amount=booking.final_price if amount is None else amount,
            account={"order_id": booking.code},
        )
        return open_payment(attempt=attempt, by=PAYME, at=at)

    def perform(self, payment: PaymentTransaction, *, at: datetime = NOW) -> PaymentTransaction:
        """Payme has the money."""
        return perform_payment(provider_id=payment.payme_invoice_id, by=PAYME, at=at)

    def pay(self, booking: Booking, *, at: datetime = NOW) -> PaymentTransaction:
        """Open and perform."""
        return self.perform(self.open(booking, at=at), at=at)

    def paid(self, **request) -> Booking:
        """A booking asked for, approved and paid."""
        booking = self.approved(**request)
        self.pay(booking, at=request.get("at", NOW))
        booking.refresh_from_db()
        return booking

    def give_bonus(self, person: User, amount: Decimal | int, *, at: datetime = NOW) -> None:
        """Put bonus on a person's balance, or take it away, through the ledger."""
        amount = Decimal(amount)
        give, take = max(amount, ZERO), max(-amount, ZERO)
        lines = [
            Line(AccountKind.REFERRAL_EXPENSE, debit=give, credit=take),
            Line(AccountKind.BONUS_AVAILABLE, credit=give, debit=take, user_id=person.pk),
        ]
        with transaction.atomic():
            post(
                JournalType.ADJUSTMENT,
                lines,
                about=About(memo="a gift for a test"),
                by=self.admin.actor(Source.ADMIN),
                at=at,
            )

    def stop_partner(self) -> None:
        """Madina is credited with nothing more."""
        by = self.admin.actor(Source.ADMIN)
        stop_partner(partner_id=self.partner.pk, reason="Spam.", by=by, at=NOW)
        self.partner.refresh_from_db()

    # --- what can be seen

    def manager_of(self, booking: Booking) -> User:
        return {
            self.silk.pk: self.silk_manager,
            self.nomad.pk: self.nomad_manager,
            self.swift.pk: self.swift_owner,
        }[booking.agency_id]

    @staticmethod
    def balance(kind: str, owner: User | TravelAgency | None = None) -> Decimal:
        """The kept balance of a person's or an agency's account."""
        where = {"user": owner} if isinstance(owner, User) else {"agency": owner}
        account = Account.objects.filter(kind=kind, **where).first()
        return account.balance if account else ZERO


def assemble() -> Cast:
    """Everybody on stage."""
    silk = factories.agency(name="Silk Road Travel", slug="silk-road")
    nomad = factories.agency(
        name="Nomad Tours", slug="nomad", commission_percent=Decimal("12.50"), manager_chat_id=-4242
    )
    swift = factories.agency(name="Swift Trips", slug="swift", auto_approve=True)
    blogger = factories.user(first_name="Madina", username="madina_travels")
    category = factories.category(slug="mountains", title_ru="Горы", title_en="Mountains")
    silk_tour = factories.tour(
        agency=silk,
        category=category,
        title_ru="Чимган",
        title_uz="Chimyon",
        title_en="Chimgan",
    )
    nomad_tour = factories.tour(
        agency=nomad, category=category, title_ru="Хива", title_uz="Xiva", title_en="Khiva"
    )
    swift_tour = factories.tour(
        agency=swift, category=category, title_ru="Самарканд", title_en="Samarkand"
    )
    return Cast(
        silk=silk,
        nomad=nomad,
        swift=swift,
        silk_owner=_works_for(silk, "owner", "silk.owner", "Sherzod"),
        silk_manager=_works_for(silk, "manager", "silk.manager", "Malika"),
        nomad_owner=_works_for(nomad, "owner", "nomad.owner", "Nodir"),
        nomad_manager=_works_for(nomad, "manager", "nomad.manager", "Nigora"),
        swift_owner=_works_for(swift, "owner", "swift.owner", "Sardor"),
        accountant=_staff("accountant", "accountant", "Aziza"),
        second_accountant=_staff("accountant", "second.accountant", "Bobur"),
        support=_staff("support", "support", "Sevara"),
        admin=_staff("admin", "admin", "Anvar"),
        traveller=factories.user(first_name="Dilnoza", last_name="Karimova", language="uz"),
        second_traveller=factories.user(first_name="Jasur", last_name="Aliyev", language="ru"),
        blogger=blogger,
        partner=factories.referral_partner(user=blogger, code="MADINA"),
        stranger=factories.user(first_name="Olim", language="en"),
        silk_tour=silk_tour,
        silk_session=factories.session(tour=silk_tour),
        nomad_tour=nomad_tour,
        nomad_session=factories.session(tour=nomad_tour),
        swift_tour=swift_tour,
        swift_session=factories.session(tour=swift_tour),
    )


def _works_for(agency: TravelAgency, role: str, login: str, name: str) -> User:
    person = factories.staff(login=login, first_name=name)
    factories.member(agency=agency, user=person, role=role)
    return person


def _staff(role: str, login: str, name: str) -> User:
    return factories.staff(login=login, first_name=name, platform_role=role)
