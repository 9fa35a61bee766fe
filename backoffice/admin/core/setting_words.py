"""The platform's settings in words: their values, bounds and units."""

from typing import Any

from django.utils.translation import gettext as _

from backoffice.platform_settings import CHOICES, SETTINGS, UNITS, Setting

NO_BREAK = "\u00a0"


def setting_in_words(name: str, value: Any) -> str:
    """``value`` of the setting ``name``, as its page and the log show it."""
    setting = SETTINGS.get(name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_chosen(setting, each) for each in value) or _("none")
    if value is None or value == "":
        return "–"
    if setting is None:
        # Gone since.
        return str(value)
    if isinstance(value, int):
        return _number(setting, value)
    return _chosen(setting, value)


def setting_title(name: str) -> str:
    """What the setting ``name`` is about, as its page says it; its name when it is gone since."""
    setting = SETTINGS.get(name)
    return str(setting.help).rstrip(".") if setting else name


def bounds_in_words(setting: Setting) -> str:
    """Of what is counted; the bounds of an id tell nobody anything."""
    if setting.unit is None or setting.least is None or setting.most is None:
        return ""
    bounds = {"least": _grouped(setting.least), "most": _number(setting, setting.most)}
    return _("from %(least)s to %(most)s") % bounds


def _number(setting: Setting, value: int) -> str:
    if setting.unit is None:
        return str(value)
    return f"{_grouped(value)}{NO_BREAK}{UNITS[setting.unit]}"


def _grouped(value: int) -> str:
    return f"{value:,}".replace(",", NO_BREAK)


def _chosen(setting: Setting | None, value: Any) -> str:
    choices = CHOICES.get(str(setting.kind), []) if setting else []
    return str(dict(choices).get(value, value))
