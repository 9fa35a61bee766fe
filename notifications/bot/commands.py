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
    # A right that all of the staff have.
    "core.view_eventlog": {"office": _("Sign in to the back office")},
    "sales.view_bookingrequest": {"pending": _("Requests that wait for an answer")},
    "sales.checkin_bookingtraveller": {"rollcall": _("Who has come: the roll-call of a date")},
    "catalog.add_tourchat": {
        "bind": _("In a group: make it the chat of a tour's date"),
        "unbind": _("In a group: it is no longer the chat of a tour"),
    },
    "partners.change_travelagency": {"desk": _("In a group: let the agency's requests arrive")},
    "finance.approve_payout": {"waiting": _("Money that waits for a decision")},
    "constance.change_config": {
        "accountants": _("In a group: make it the accountants' chat"),
        "platform": _("In a group: make it the chat of the platform's staff"),
    },
}
