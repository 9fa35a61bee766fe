"""A page of one form that does one act: what the act refuses is said at the field, and nothing
that was typed is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin.base import actor
from backoffice.admin.once import once
from backoffice.admin.refusals import go, sentence_of
from core.clock import now
from core.refusals import Refusal


@dataclass(frozen=True, slots=True)
class ActPage:
    """What the page says; ``back`` is where it came from and leads to."""

    title: str
    button: str
    done: str
    back: str
    template: str = "admin/act_form.html"


def act_page(
    request: HttpRequest,
    model_admin: ModelAdmin,
    form: forms.Form,
    work: Callable[..., Any],
    page: ActPage,
    **more: Any,
) -> HttpResponse:
    """Show ``form``, and when it is posted do ``work`` (bound to all but the form's fields, ``by``
    and ``at``)."""
    if request.method == "POST" and form.is_valid() and carried_out(request, form, work):
        messages.success(request, page.done)
        return go(request, page.back)
    context = {
        **model_admin.admin_site.each_context(request),
        **more,
        "title": page.title,
        "button": page.button,
        "back": page.back,
        "opts": model_admin.opts,
        "form": form,
    }
    return TemplateResponse(request, page.template, context)


def carried_out(request: HttpRequest, form: forms.Form, work: Callable[..., Any]) -> bool:
    """Do the act with what the form says, once when it carries a token; False when it was refused,
    which the form then says."""
    said = dict(form.cleaned_data)
    token = said.pop("token", "")

    def do() -> str:
        work(**said, by=actor(request), at=now())
        return request.path

    try:
        once(request, token, said, do)
    except Refusal as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, sentence_of(refusal))
        return False
    return True


def reason_field(label: Any, help_text: Any = "") -> forms.CharField:
    """Why; the person cannot leave it out."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        error_messages={"required": _("Say why.")},
    )


def picker(model: type[Model], field: str, **options: Any) -> forms.ModelChoiceField:
    """The row that ``field`` of ``model`` may name, found by typing."""
    related: Any = model._meta.get_field(field)
    widget = AutocompleteSelect(related, admin.site, attrs={"class": "unfold-admin-autocomplete"})
    rows = related.related_model._default_manager.all()
    return forms.ModelChoiceField(rows, widget=widget, **options)
