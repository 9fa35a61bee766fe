"""The two ways in: Telegram brings updates to the webhook, or the bot fetches them."""

from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from notifications.bot.app import DISPATCHER, name_commands, open_bot

# Calls of the webhook at once: each keeps a thread of the web server while it answers.
CONNECTIONS = 4
HANDLED_AT_ONCE = 20


async def poll() -> None:
    """Fetch and answer updates until SIGTERM or SIGINT. A webhook is taken away first: Telegram
    gives updates one way only."""
    async with open_bot() as bot:
        await bot.delete_webhook()
        await name_commands(bot)
        await DISPATCHER.start_polling(bot, tasks_concurrency_limit=HANDLED_AT_ONCE)


async def set_webhook() -> str:
    """Tell Telegram where to bring updates; answers the address."""
    address = urljoin(settings.BACKOFFICE_URL, reverse("telegram_webhook"))
    async with open_bot() as bot:
        await bot.set_webhook(
            address,
            secret_token=settings.TELEGRAM_WEBHOOK_SECRET,
            allowed_updates=DISPATCHER.resolve_used_update_types(),
            max_connections=CONNECTIONS,
        )
        await name_commands(bot)
    return address
