"""The bot's commands, as ``/help`` and Telegram's menu list them."""

from django.utils.translation import gettext_lazy as _

COMMANDS = {
    "start": _("Open Circle"),
    "bookings": _("My bookings"),
    "bonus": _("My bonus"),
    "partner": _("Bring travellers and earn"),
    "withdrawals": _("My withdrawals to a card"),
    "quiet": _("Quiet hours"),
    "notifications": _("What I am told"),
    "language": _("Language"),
    "help": _("What the bot can do"),
}
# By the right that they need: who has it reads them under ``/help``; no menu lists them.
STAFF_COMMANDS = {
    "sales.view_bookingrequest": {"pending": _("Requests that wait for an answer")},
    "partners.change_travelagency": {"desk": _("In a group: let the agency's requests arrive")},
    "finance.approve_payout": {"waiting": _("Money that waits for a decision")},
    "constance.change_config": {
        "accountants": _("In a group: make it the accountants' chat"),
        "platform": _("In a group: make it the chat of the platform's staff"),
    },
}
