"""How fast the bot may speak, shared by all workers through the database."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# The row of the bot itself; a chat's id is never 0.
WHOLE_BOT = 0


class ChatPace(models.Model):
    """From when on a chat may be written to again; ``WHOLE_BOT`` is all of them together."""

    chat_id = models.BigIntegerField(_("Telegram chat"), primary_key=True)
    free_at = models.DateTimeField(_("free from"))

    class Meta:
        verbose_name = _("chat's pace")
        verbose_name_plural = _("chats' pace")

    def __str__(self) -> str:
        return str(self.chat_id or "bot")
