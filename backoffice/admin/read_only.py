"""What a form shows and does not ask for, as a person reads it."""

from typing import Any

import unfold.forms
from django.db.models import JSONField
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from unfold.fields import UnfoldAdminReadonlyField

from backoffice.admin.values import NOTHING, in_words
from core.fields import MoneyField, PercentField


class ReadOnlyField(UnfoldAdminReadonlyField):
    """Money with its currency, percents without idle zeros, nothing as a dash.

    Unfold knows a number and its places only; ``{}`` is told as it is.
    """

    def _get_contents(self) -> SafeString:
        if (told := self._in_words()) is not None:
            return conditional_escape(told)
        return super()._get_contents()

    def _in_words(self) -> str | None:
        found: Any = self.resolved_field
        if not isinstance(found, tuple):
            return None
        field, _attr, value = found
        if isinstance(field, MoneyField | PercentField):
            return in_words(value, field)
        return NOTHING if isinstance(field, JSONField) and not value else None


def show_in_words() -> None:
    """Forms take it as they take Unfold's own, which has no other door for it."""
    unfold.forms.UnfoldAdminReadonlyField = ReadOnlyField
