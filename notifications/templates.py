"""What people are told: one template per kind, with named values only.

Values are escaped for Telegram's HTML when a message is rendered, in the recipient's language.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from notifications.models import Notification
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
        "Booking <b>{code}</b> has ended. {lapsed}\n{tour}, {dates}\n"
        "You can ask for seats once more."
    ),
    Kind.BOOKING_PAID: _(
        "Booking <b>{code}</b> is paid: {price}.\n{tour}, {dates}\nSeats: {seats}.\n"
        "{meeting}\n{contacts}\nYour voucher: /bookings"
    ),
    Kind.BOOKING_CANCELLED: _(
        "Booking <b>{code}</b> is cancelled.\n{tour}, {dates}\n{ended}\n{money_back}"
    ),
    Kind.BOOKING_REFUNDED: _(
        "Returned to you for booking <b>{code}</b>: {returned}.\n{tour}, {dates}\n{stands}"
    ),
    Kind.HOLD_ENDING: _(
        "Booking <b>{code}</b> is not paid yet; its seats are kept until {until}.\n"
        "{tour}, {dates}\nSeats: {seats}. To pay: {price}."
    ),
    Kind.DATE_OFFERED: _(
        "{agency} cannot take you along on the date of request <b>{code}</b> and offers another:\n"
        "{tour}, <b>{other_dates}</b>\nSeats: {seats}. To pay: {other_price}.\n"
        "The offer stands until {until}."
    ),
    Kind.TRIP_IN_THREE_DAYS: _(
        "In three days: <b>{tour}</b>, {dates}.\n{meeting}\n{contacts}\n"
        "Booking {code}, seats: {seats}. Your voucher: /bookings"
    ),
    Kind.TRIP_TOMORROW: _(
        "Tomorrow: <b>{tour}</b>, {dates}.\n{meeting}\n{contacts}\n"
        "Booking {code}, seats: {seats}. Your voucher: /bookings"
    ),
    Kind.SESSION_CHANGED: _(
        "Something has changed about your tour, booking <b>{code}</b>.\n{tour}, {dates}\n{changes}"
    ),
    Kind.CHAT_INVITATION: _(
        "The group of your tour is open: {tour}, {dates}.\n"
        "The button asks to be let in, and the bot lets you in at once. The link is yours alone."
    ),
    Kind.CHAT_REMOVAL: _("{traveller} is taken out of the tour's chat: booking {code} has ended."),
    Kind.AGENCY_REQUEST: _(
        "New request <b>{code}</b>: {traveller}\n{tour}, {dates}\n"
        "Seats: {seats}, free: {free_seats}. Price: {price}.\n{history}\n{comment}\n"
        "Please answer by {until}."
    ),
    Kind.REQUEST_WAITS: _(
        "⏳ Nobody has answered request <b>{code}</b> yet, and it lapses at {until}: {traveller}\n"
        "{tour}, {dates}\nSeats: {seats}, free: {free_seats}. Price: {price}.\n{history}\n{comment}"
    ),
    Kind.REQUEST_WAITS_PLATFORM: _(
        "⏳ {agency} has not answered request <b>{code}</b>; it lapses at {until}: {traveller}\n"
        "{tour}, {dates}\nSeats: {seats}, free: {free_seats}. Price: {price}.\n{contacts}"
    ),
    Kind.CARD_CLOSED: _("<b>{outcome}</b>"),
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
        "Payout <b>№{number}</b> to {agency} did not go through: {reason}\n"
        "{amount} is back on the balance."
    ),
    Kind.WITHDRAWAL_REQUESTED: _(
        "Withdrawal <b>{number}</b>: {amount} to card {card}.\n"
        "We will write as soon as it is approved. Not you? Cancel it: /withdrawals"
    ),
    Kind.WITHDRAWAL_NEW_CARD: _(
        "‼️ Withdrawal <b>{number}</b>: {amount} to a new card {card}.\n"
        "A new card is paid to from {until} on. Not you? Cancel it before: /withdrawals"
    ),
    Kind.WITHDRAWAL_APPROVED: _(
        "Withdrawal <b>{number}</b> is approved: {amount} go to card {card} next."
    ),
    Kind.WITHDRAWAL_PAID: _(
        "Withdrawal <b>{number}</b> is paid: {amount} to card {card}.\nPayment: {reference}."
    ),
    Kind.WITHDRAWAL_FAILED: _(
        "Withdrawal <b>{number}</b> did not reach card {card}: {reason}\n"
        "{amount} is back on your bonus balance."
    ),
    Kind.WITHDRAWAL_REJECTED: _(
        "Withdrawal <b>{number}</b> is rejected: {reason}\n{amount} is back on your bonus balance."
    ),
    Kind.WITHDRAWAL_CANCELLED: _(
        "Withdrawal <b>{number}</b> is cancelled: {amount} is back on your bonus balance."
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
    Kind.WITHDRAWAL_WAITS: _(
        "Withdrawal <b>{number}</b> waits: {amount} to card {card}, {person}.\n{doubts}"
    ),
    Kind.PAYOUT_WAITS: _(
        "Payout <b>№{number}</b> waits: {amount} to {agency} for {period}, asked for by {person}.\n"
        "{doubts}"
    ),
    Kind.BOOKS_PROVED: _(
        "The books are right: proofs {proofs}, rows {rows}, {seconds} s.\n"
        "{day}: taken {takings} (payments: {payments}), commission {commission}.\n"
        "Waiting: payouts {payouts_waiting} ({payouts_sum}), withdrawals {withdrawals_waiting} "
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

# Their last line asks for an answer.
ASKING_LAST = (Kind.AGENCY_REQUEST,)


def render(kind: str, payload: Mapping[str, Any], language: str) -> str:
    """The message as Telegram HTML, in ``language``."""
    values = {key: escape(str(value), quote=False) for key, value in payload.items()}
    with override(language):
        lines = [line.format_map(values) for line in str(TEMPLATES[kind]).split("\n")]
    # A reason or a comment need not have been given.
    return "\n".join(line for line in lines if line.strip())


def render_decided(kind: str, payload: Mapping[str, Any], language: str) -> str:
    """A card without the sentence that asks for an answer: somebody has given one."""
    text = render(kind, payload, language)
    return text.rpartition("\n")[0] if kind in ASKING_LAST else text


def render_message(row: Notification) -> str:
    """The text of a message of the outbox; of one that changes another, under that one's text."""
    words = render(row.kind, row.payload, row.language)
    if row.edits is None:
        return words
    # A decision that was taken back asks again.
    over = render if "asks" in row.payload else render_decided
    return f"{over(row.edits.kind, row.edits.payload, row.edits.language)}\n\n{words}"
