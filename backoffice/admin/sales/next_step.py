"""What a booking waits for, in words, and where to do it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.admin.display import page_url
from core.clock import local_date
from core.money import som
from finance.models import PaymentTransaction, Refund
from finance.states import OPEN_REFUNDS, PaymentState, RefundStatus
from partners.models import User
from sales.models import Booking
from sales.states import BookingStatus


@dataclass(frozen=True, slots=True)
class NextStep:
    """``colour`` says whether somebody has to do something."""

    text: str
    colour: str = "plain"
    # Where to see to it.
    url: str = ""


def next_step(
    booking: Booking, payments: Iterable[PaymentTransaction], reader: User, at: datetime
) -> NextStep:
    """``payments`` are those the reader may see, with their refunds."""
    payments = list(payments)
    for payment in payments:
        for refund in payment.refunds.all():
            if refund.status in OPEN_REFUNDS:
                return _money_goes_back(refund)
    match booking.status:
        case BookingStatus.REQUESTED:
            return _answer(booking, reader, at)
        case BookingStatus.APPROVED:
            return _payment(booking, payments, at)
        case BookingStatus.PAID:
            return _journey(booking, at)
    return NextStep(_over(booking, payments))


def _money_goes_back(refund: Refund) -> NextStep:
    facts = {"number": refund.pk, "amount": som(refund.amount)}
    words = {
        RefundStatus.REQUESTED: _(
            "The money goes back: refund №%(number)s of %(amount)s waits for approval."
        ),
        RefundStatus.APPROVED: _(
            "The money goes back: refund №%(number)s of %(amount)s is to be carried out."
        ),
        RefundStatus.SENT: _("The money goes back: Payme has refund №%(number)s of %(amount)s."),
        RefundStatus.FAILED: _("Refund №%(number)s of %(amount)s failed: look at it."),
    }
    colour = "danger" if refund.status == RefundStatus.FAILED else "warning"
    text = words[RefundStatus(refund.status)] % facts
    return NextStep(text, colour, page_url("finance.refund", refund.pk))


def _answer(booking: Booking, reader: User, at: datetime) -> NextStep:
    if booking.is_lapsed(at):
        return NextStep(_("Nobody answered in time: the request ends by itself."))
    facts = _until(booking, at)
    if reader.sees_all_agencies:
        text = _("The agency has to answer until %(time)s: minutes left: %(minutes)s.")
    else:
        text = _("Answer until %(time)s: minutes left: %(minutes)s. Then the request ends.")
    return NextStep(text % facts, "warning")


def _payment(booking: Booking, payments: list[PaymentTransaction], at: datetime) -> NextStep:
    if booking.is_lapsed(at):
        return NextStep(_("It was not paid in time: its seats are freed by themselves."))
    if any(payment.state == PaymentState.CREATED for payment in payments):
        text = _("The traveller has begun to pay; his seats are kept until %(time)s.")
    else:
        text = _("The traveller has to pay until %(time)s: minutes left: %(minutes)s.")
    return NextStep(text % _until(booking, at), "warning")


def _until(booking: Booking, at: datetime) -> dict[str, Any]:
    until = booking.expires_at or at
    return {
        "time": f"{timezone.localtime(until):%H:%M}",
        "minutes": max(int((until - at).total_seconds() // 60), 0),
    }


def _journey(booking: Booking, at: datetime) -> NextStep:
    session, today = booking.session, local_date(at)
    if session.date_start > today:
        day = {"day": f"{session.date_start:%d.%m.%Y}"}
        unnamed = sum(not traveller.name for traveller in booking.travellers.all())
        if unnamed:
            text = _("He travels on %(day)s. Seats without a name yet: %(n)s.")
            return NextStep(text % {**day, "n": unnamed})
        return NextStep(_("Nothing to do: he travels on %(day)s.") % day)
    if session.date_end >= today:
        return NextStep(_("He is on the way."))
    return NextStep(_("Nothing to do: the tour is over."))


def _over(booking: Booking, payments: list[PaymentTransaction]) -> str:
    back = sum(
        refund.amount
        for payment in payments
        for refund in payment.refunds.all()
        if refund.status == RefundStatus.DONE
    )
    if back:
        return _("Nothing to do: it has ended, %(amount)s went back.") % {"amount": som(back)}
    if any(payment.state == PaymentState.PERFORMED for payment in payments):
        return _("It has ended; what was paid stays by the terms of the tour.")
    if booking.paid_at:
        # Of the payments the reader sees nothing.
        return _("Nothing to do: it has ended.")
    return _("Nothing to do: it has ended, nothing was paid.")
