"""Money without a deal finds its booking."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.money import som
from core.refusals import Invalid
from finance.models import MoneyCase, PaymentTransaction
from finance.queries.payments import find_payment
from finance.services.cases import check_held, give_to_booking, lock_case
from finance.states import PaymentState, Provider
from partners.roles import require
from sales.models import Booking
from sales.queries.payable import (
    AlreadyPaid,
    NotApprovedYet,
    NotPayable,
    PaymentUnderWay,
)
from sales.services.attempts import time_out_old, whole_milliseconds
from sales.services.holds import end_holds, lock_deal_with_promo
from sales.services.pay import seat_again_if_needed
from sales.services.settle import settle
from sales.states import BookingStatus


class NoSuchBooking(Invalid):
    message = _("There is no booking with this code.")
    field = "booking_code"


class AnotherPrice(Invalid):
    message = _("This booking costs {price}; the money is {amount}. Nothing else fits.")
    field = "booking_code"


@act
def book_case(*, case_id: int, booking_code: str, by: Actor, at: datetime) -> MoneyCase:
    """Pay a booking with money that had no deal: an approved one, or an ended one with room left.

    Refuses with NotAllowed, NotFound, NoSuchBooking, CaseDecided, NotInOurBooks, AlreadyPaid,
    NotApprovedYet, NotPayable, AnotherPrice, PaymentUnderWay and NoSeatForMoney.
    """
    require(by, "finance.moneycase", "decide")
    code = booking_code.strip().upper()
    booking_id = Booking.objects.filter(code=code).values_list("pk", flat=True).first()
    if booking_id is None:
        raise NoSuchBooking
    deal = lock_deal_with_promo(booking_id, at=at)
    booking = deal.booking
    time_out_old(booking, at)
    case = lock_case(case_id)
    end_holds(deal.session, deal.lapsed, at=at)

    check_held(case)
    _check_fits(case, booking, at)
    seat_again_if_needed(booking, deal.session, by=by, at=at)

    payment = _payment(case, booking, at)
    give_to_booking(case, payment, by=by, at=at)
    settle(booking, by=by, at=at)
    return case


def _check_fits(case: MoneyCase, booking: Booking, at: datetime) -> None:
    if booking.status == BookingStatus.PAID:
        raise AlreadyPaid
    if booking.status == BookingStatus.REQUESTED:
        raise NotApprovedYet
    if booking.status not in (BookingStatus.APPROVED, BookingStatus.EXPIRED):
        raise NotPayable
    if case.amount != booking.final_price:
        raise AnotherPrice(price=som(booking.final_price), amount=som(case.amount))
    if booking.payments.filter(state=PaymentState.CREATED).exists():
        raise PaymentUnderWay


def _payment(case: MoneyCase, booking: Booking, at: datetime) -> PaymentTransaction:
    instant = whole_milliseconds(at)
    cashbox, known_there = settings.PAYME_MERCHANT_ID, case.external_id
    if not known_there or find_payment(known_there, cashbox=cashbox):
        # From the bank, or what came twice under one id: the provider cannot take it back by that.
        known_there = f"case-{case.pk}"
    payment = PaymentTransaction(
        booking=booking,
        agency_id=booking.agency_id,
        amount=case.amount,
        provider=Provider.PAYME,
        payme_invoice_id=known_there,
        cashbox=cashbox,
        provider_time=instant,
        created_at=instant,
        account={"case": case.pk},
    )
    payment.perform(at=instant)
    payment.save()
    return payment
