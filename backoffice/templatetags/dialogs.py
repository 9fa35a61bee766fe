"""How the dialog of an action is shown.

The admin's modules are imported when a page asks: Unfold loads these tags before it is ready.
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def dialog_page(context: Mapping[str, Any]) -> str:
    from backoffice.admin import dialogs

    return mark_safe(dialogs.dialog_page(context))


@register.simple_tag(takes_context=True)
def is_dangerous(context: Mapping[str, Any]) -> bool:
    from backoffice.admin.dialogs import Opened

    return Opened(context["request"]).is_dangerous
