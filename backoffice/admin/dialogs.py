"""The dialog of an action: over the page whose button opened it, and as a page of its own for who
comes to its address otherwise, by a link in a new tab or from the sign-in."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.forms import Media
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from unfold.enums import ActionVariant


class Opened:
    """The action whose dialog was asked for, read off its address."""

    def __init__(self, request: HttpRequest) -> None:
        self.match: Any = request.resolver_match

    @cached_property
    def pages(self) -> ModelAdmin | None:
        """The model's pages that it is among."""
        for model, pages in admin.site._registry.items():
            if self.match.url_name.startswith(_prefix(model)):
                return pages
        return None

    @property
    def is_dangerous(self) -> bool:
        """As its button is: one colour from the first press to the last."""
        name = self.match.url_name.removeprefix(_prefix(self.pages.model)) if self.pages else ""
        return getattr(getattr(self.pages, name, None), "variant", None) == ActionVariant.DANGER

    @property
    def back(self) -> str:
        """The row's page; the list's for what is about no row, or one without a page."""
        if self.pages is None:
            return reverse("admin:index")
        page, row = f"admin:{_prefix(self.pages.model)}", self.match.kwargs.get("object_id")
        try:
            return reverse(f"{page}change", args=[row]) if row else reverse(f"{page}changelist")
        except NoReverseMatch:
            return reverse(f"{page}changelist")


def dialog_page(context: Mapping[str, Any]) -> str:
    """The dialog's form as a page like those that are forms from the start."""
    request, dialog = context["request"], context["dialog"]
    opened = Opened(request)
    page = {
        **admin.site.each_context(request),
        "title": dialog.get("title", ""),
        "lead": dialog.get("description", ""),
        "button": context["form_submit_text"] or gettext("Submit"),
        "is_dangerous": opened.is_dangerous,
        "back": opened.back,
        "opts": opened.pages.opts if opened.pages else None,
        "form": context["form"],
        "media": (opened.pages.media if opened.pages else Media()) + context["form"].media,
    }
    return render_to_string("admin/act_form.html", page, request)


def _prefix(model: Any) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}_"
