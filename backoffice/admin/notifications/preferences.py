"""What people want to be told, and when not: they say so in the bot; here it is read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from notifications.models import Preferences
from notifications.states import Kind


def muted_in_words(wishes: Preferences) -> str:
    labels = dict(Kind.choices)
    return ", ".join(str(labels.get(kind, kind)) for kind in wishes.muted)


@admin.register(Preferences)
class PreferencesAdmin(ReadOnly, BaseAdmin):
    list_display = ("user", "muted_shown", "quiet_shown")
    list_select_related = ("user",)
    search_fields = ("user__first_name", "user__last_name", "user__username")
    search_help_text = _("Name or Telegram name")
    ordering = ("-id",)
    fields = ("user", "muted_shown", "quiet_shown")
    readonly_fields = ("muted_shown", "quiet_shown")
    empty_title = _("Everybody is told everything")

    @display(description=_("does not want"))
    def muted_shown(self, wishes: Preferences) -> str:
        return muted_in_words(wishes) or "–"

    @display(description=_("quiet hours"))
    def quiet_shown(self, wishes: Preferences) -> str:
        return wishes.quiet_hours or "–"
