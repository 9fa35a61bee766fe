"""The bot's commands, as ``/help`` and Telegram's menu list them."""

from django.utils.translation import gettext_lazy as _

COMMANDS = {
    "start": _("Open Circle"),
    "bonus": _("My bonus"),
    "partner": _("Bring travellers and earn"),
    "withdrawals": _("My withdrawals to a card"),
    "language": _("Language"),
    "help": _("What the bot can do"),
}
