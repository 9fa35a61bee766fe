"""What people are told: one template per kind, with named values only.

Values are escaped for Telegram's HTML when a message is rendered, in the recipient's language.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from notifications.states import Kind

TEMPLATES: Mapping[str, Any] = {
    Kind.BOOKING_REQUESTED: _(
        "Request <b>{code}</b> is with the agency.\n"
        "{tour}, {dates}\nSeats: {seats}. To pay: {price}.\n"
        "We will write as soon as it is answered, by {until} at the latest."
    ),
    Kind.BOOKING_APPROVED: _(
        "The agency has approved booking <b>{code}</b>.\n"
        "{tour}, {dates}\nSeats: {seats}. To pay: {price}.\nPlease pay by {until}."
    ),
    Kind.BOOKING_REJECTED: _(
        "The agency could not confirm booking <b>{code}</b>.\n{tour}, {dates}\nReason: {reason}"
    ),
    Kind.BOOKING_EXPIRED: _(
        "The time for booking <b>{code}</b> is over and the seats are free again.\n"
        "{tour}, {dates}\nYou can ask for them once more."
    ),
    Kind.BOOKING_PAID: _(
        "Booking <b>{code}</b> is paid: {price}.\n{tour}, {dates}\nSeats: {seats}.\n"
        "Meeting point: {meeting_point}"
    ),
    Kind.BOOKING_CANCELLED: _(
        "Booking <b>{code}</b> is cancelled.\n{tour}, {dates}\nTo be returned: {refund}.\n{reason}"
    ),
    Kind.BOOKING_REFUNDED: _(
        "The payment for booking <b>{code}</b> has been returned: {price}.\n{tour}, {dates}"
    ),
    Kind.AGENCY_REQUEST: _(
        "New request <b>{code}</b>: {traveller}\n{tour}, {dates}\n"
        "Seats: {seats}, free: {free_seats}. Price: {price}.\nPlease answer by {until}."
    ),
    Kind.AGENCY_PAID: _(
        "Booking <b>{code}</b> is paid: {traveller}\n{tour}, {dates}\n"
        "Seats: {seats}. Your share: {agency_share}."
    ),
    Kind.AGENCY_CANCELLED: _(
        "Booking <b>{code}</b> has ended ({status}): {traveller}\n{tour}, {dates}\nSeats: {seats}."
    ),
    Kind.EXPORT_READY: _(
        "<b>{title}</b>\nRows: {rows}. The file is also kept here for some days: {url}"
    ),
    Kind.EXPORT_FAILED: _("<b>{title}</b> could not be made.\n{reason}\n{url}"),
    Kind.AGENCY_PAYOUT_PAID: _(
        "Payout <b>№{number}</b> to {agency} is paid: {amount}.\n"
        "The bank's order: {reference}. The statement is in the back office."
    ),
    Kind.AGENCY_PAYOUT_FAILED: _(
        "Payout <b>№{number}</b> to {agency} did not arrive: {reason}\n"
        "{amount} is back on the balance."
    ),
    Kind.WITHDRAWAL_REQUESTED: _(
        "Withdrawal <b>№{number}</b>: {amount} to card {card}.\n"
        "We will write as soon as it is approved. Not you? Cancel it: /withdrawals"
    ),
    Kind.WITHDRAWAL_NEW_CARD: _(
        "‼️ Withdrawal <b>№{number}</b>: {amount} to a new card {card}.\n"
        "A new card is paid to from {until} on. Not you? Cancel it before: /withdrawals"
    ),
    Kind.WITHDRAWAL_APPROVED: _(
        "Withdrawal <b>№{number}</b> is approved: {amount} go to card {card} next."
    ),
    Kind.WITHDRAWAL_PAID: _(
        "Withdrawal <b>№{number}</b> is paid: {amount} to card {card}.\nPayment: {reference}."
    ),
    Kind.WITHDRAWAL_FAILED: _(
        "Withdrawal <b>№{number}</b> did not reach card {card}: {reason}\n"
        "{amount} is back on your bonus balance."
    ),
    Kind.WITHDRAWAL_REJECTED: _(
        "Withdrawal <b>№{number}</b> is rejected: {reason}\n{amount} is back on your bonus balance."
    ),
    Kind.WITHDRAWAL_CANCELLED: _(
        "Withdrawal <b>№{number}</b> is cancelled: {amount} is back on your bonus balance."
    ),
    Kind.BONUS_EARNED: _(
        "Your bonus for booking <b>{code}</b>: {amount}.\nIt can be used from {day} on."
    ),
    Kind.BONUS_MATURED: _(
        "Your bonus for booking <b>{code}</b> can be used now: {amount}.\nYour balance: /bonus"
    ),
    Kind.BONUS_REVERSED: _(
        "Booking <b>{code}</b> was refunded: {amount} of its bonus, still pending, is taken back."
    ),
    Kind.BONUS_CLAWED_BACK: _(
        "Booking <b>{code}</b> was refunded: {amount} of its bonus is taken back.\n"
        "If the balance is below zero now, what you earn next pays it."
    ),
    Kind.BONUS_GRANTED: _("Circle has added {amount} to your bonus balance.\n{reason}"),
    Kind.BONUS_CORRECTED: _("Circle has taken {amount} off your bonus balance.\n{reason}"),
    Kind.BOOKS_PROVED: _(
        "The books are right: proofs {proofs}, rows {rows}, {seconds} s.\n"
        "{day}: taken {takings} (payments: {payments}), commission {commission}.\n"
        "Waiting: payouts {payouts_waiting}, withdrawals {withdrawals_waiting} "
        "({withdrawals_sum}), refunds {refunds_waiting}, money without a deal {cases_open}, "
        "unexplained rows {rows_unexplained}. Balances below zero: {below_zero}."
    ),
    Kind.BOOKS_BROKEN: _(
        "‼️ <b>THE BOOKS DO NOT BALANCE</b>: broken proofs {broken} of {proofs}.\n"
        "{faults}\n"
        "Post nothing by hand and close no month until it is explained: manage.py audit_books "
        "names every fault.\n"
        "{day}: taken {takings} (payments: {payments}), commission {commission}."
    ),
    Kind.ANNOUNCEMENT: _("{text}"),
}


def render(kind: str, payload: Mapping[str, Any], language: str) -> str:
    """The message as Telegram HTML, in ``language``."""
    values = {key: escape(str(value), quote=False) for key, value in payload.items()}
    with override(language):
        # A reason need not have been given.
        return str(TEMPLATES[kind]).format_map(values).strip()
