"""The history of a row's fields: who changed what and when, and a version's values put back into
the form, where the person looks and saves."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Page, Paginator
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from backoffice.admin.display import change_url
from backoffice.admin.field_words import LONGEST, FieldChange, told_apart, value_in_words
from core.ids import id_of
from partners.roles import Role

PER_PAGE = 25
# In the address of a form that is filled with a version's values.
RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Version:
    """One saving; ``restore_url`` is empty where its values cannot be put back."""

    at: datetime
    who: str
    what: str
    changes: list[FieldChange]
    url: str
    restore_url: str


def history_page(
    request: HttpRequest, model_admin: Any, obj: Any, *, restorable: bool
) -> HttpResponse:
    """All versions, the newest first."""
    page = Paginator(_rows(model_admin, obj), PER_PAGE).get_page(request.GET.get("p"))
    context = {
        **_frame(request, model_admin, obj),
        "title": _("History"),
        "versions": list(_versions(request, model_admin, obj, page, restorable)),
        "page_obj": page,
        "log_url": f"{reverse('admin:core_eventlog_changelist')}?{_about(obj)}",
    }
    return TemplateResponse(request, "admin/field_history.html", context)


def version_page(
    request: HttpRequest, model_admin: Any, obj: Any, version_id: str, *, restorable: bool
) -> HttpResponse:
    """One version: every value, and what it is today where that differs."""
    row = version_of(model_admin, obj, version_id)
    if row is None:
        raise Http404
    newest = _rows(model_admin, obj).first()
    values = [
        (capfirst(str(field.verbose_name)), *_then_and_now(model_admin, field, row, newest))
        for field in _told_fields(request, model_admin)
    ]
    context = {
        **_frame(request, model_admin, obj),
        "title": _("Version of %(at)s") % {"at": in_local_words(row.history_date)},
        "who": _who(row),
        "values": values,
        "restore_url": _restore_url(obj, row) if restorable and row.pk != newest.pk else "",
        "back": reverse(f"admin:{_name(obj)}_history", args=[obj.pk]),
    }
    return TemplateResponse(request, "admin/field_version.html", context)


def version_of(model_admin: Any, obj: Any, version_id: str) -> Any:
    """The version of this very row, or None."""
    found = id_of(version_id)
    if found is None:
        return None
    return _rows(model_admin, obj).filter(history_id=found).first()


def prefilled(form: type[ModelForm], version: Any, names: Collection[str]) -> type[ModelForm]:
    """``form`` that shows the version's values for those of ``names`` that it asks for, and knows
    all the same what the row holds."""

    class Prefilled(form):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any):
            super().__init__(*args, **kwargs)
            self.put_back = _mark_put_back(self, super().get_initial_for_field)

        def get_initial_for_field(self, field: Any, field_name: str) -> Any:
            is_asked = not self.is_bound and self.instance.pk
            # Also one that the version left blank.
            if is_asked and field_name in self.donor.fields:
                return self.donor.get_initial_for_field(field, field_name)
            return super().get_initial_for_field(field, field_name)

        @cached_property
        def donor(self) -> ModelForm:
            """The form as it was of that version."""
            return form(instance=self.taken_back())

        def taken_back(self) -> Any:
            copy = type(self.instance).objects.get(pk=self.instance.pk)
            for attname in _columns(copy, names):
                setattr(copy, attname, getattr(version, attname))
            return copy

        def is_put_back(self) -> bool:
            """Whether the row, saved by now, holds the version's values: what was filled in may
            have been typed over, and need not have been looked at."""
            return _holds(self.instance, version, names)

    return Prefilled


def _mark_put_back(form: Any, today: Callable[[Any, str], Any]) -> list[str]:
    """The fields that ``form`` shows other than they are ``today``; each says so."""
    if form.is_bound or not form.instance.pk:
        return []
    names = [
        name
        for name, field in form.fields.items()
        if form.get_initial_for_field(field, name) != today(field, name)
    ]
    for name in names:
        field = form.fields[name]
        field.help_text = _other_today(form.instance, name, field.help_text)
    return names


def _other_today(row: Any, name: str, help_text: str) -> SafeString:
    """Says so under the field, with today's value where a column has it."""
    columns = {field.name: field for field in row._meta.concrete_fields}
    said = _("Other today.")
    if name in columns:
        now = value_in_words(columns[name], getattr(row, name))
        said = _("Today: %(now)s") % {"now": Truncator(now).chars(LONGEST)}
    mark = format_html('<span class="c-badge c-warning">{}</span>', said)
    return format_html("{} {}", mark, help_text) if help_text else mark


def _columns(row: Any, names: Collection[str]) -> list[str]:
    return [row._meta.get_field(name).attname for name in names]


def _holds(row: Any, version: Any, names: Collection[str]) -> bool:
    """Whether each of the columns is in the database what it was in ``version``."""
    columns = _columns(row, names)
    saved = type(row)._base_manager.values(*columns).get(pk=row.pk)
    return all(_as_typed(saved[each]) == _as_typed(getattr(version, each)) for each in columns)


def _as_typed(value: Any) -> Any:
    """Without what a form does not keep: line ends, space around a text, parts of a minute."""
    if isinstance(value, str):
        return "\n".join(value.strip().splitlines())
    return value.replace(second=0, microsecond=0) if isinstance(value, datetime) else value


def in_local_words(at: datetime) -> str:
    return value_in_words(None, at)


def _rows(model_admin: Any, obj: Any) -> Any:
    rows = model_admin.get_history_queryset(None, type(obj).history, obj._meta.pk.attname, obj.pk)
    return rows.order_by("-history_date", "-history_id")


def _versions(
    request: HttpRequest, model_admin: Any, obj: Any, page: Page[Any], restorable: bool
) -> Iterator[Version]:
    """With each what it changed in the one before, also over the end of the page."""
    fields = list(_told_fields(request, model_admin))
    end = page.end_index()
    rows = [*page.object_list, *page.paginator.object_list[end : end + 1]]
    newest = page.number == 1
    for number, row in enumerate(page.object_list):
        older = rows[number + 1] if number + 1 < len(rows) else None
        changes = list(_changes(model_admin, fields, older, row)) if older else []
        if older and not changes and row.history_type == "~":
            continue
        is_current = newest and number == 0
        yield Version(
            at=row.history_date,
            who=_who(row),
            what=_what(row),
            changes=changes,
            url=reverse(f"admin:{_name(obj)}_simple_history", args=[obj.pk, row.pk]),
            restore_url=_restore_url(obj, row) if restorable and not is_current else "",
        )


def _changes(model_admin: Any, fields: list[Any], older: Any, newer: Any) -> Iterator[FieldChange]:
    told = model_admin.value_told
    for field in fields:
        if getattr(older, field.attname) != getattr(newer, field.attname):
            title = capfirst(str(field.verbose_name))
            yield FieldChange(title, *told_apart(told(field, older), told(field, newer)))


def _then_and_now(model_admin: Any, field: Any, row: Any, newest: Any) -> tuple[str, str]:
    """Today's value is empty when it is the same."""
    then = model_admin.value_told(field, row)
    if getattr(row, field.attname) == getattr(newest, field.attname):
        return then, ""
    return told_apart(then, model_admin.value_told(field, newest))


def value_of(field: Any, row: Any) -> str:
    """What a version has in ``field``, in words."""
    try:
        return value_in_words(field, getattr(row, field.name))
    except ObjectDoesNotExist:
        return f"№{getattr(row, field.attname)}"


def _told_fields(request: HttpRequest, model_admin: Any) -> Iterator[Any]:
    """What people change: not the key, nor what stamps itself, nor what is not the reader's."""
    untold = model_admin.untold(request)
    followed = {field.name for field in model_admin.model.history.model.tracked_fields}
    for field in model_admin.opts.concrete_fields:
        stamps = field.primary_key or getattr(field, "auto_now", False)
        if field.name in followed and not stamps and field.name not in untold:
            yield field


def _who(row: Any) -> str:
    """A name with its role; jobs and providers have none."""
    person = row.history_user
    if person is None:
        return _("system")
    return f"{person} ({dict(Role.choices).get(person.role, person.role)})"


def _what(row: Any) -> str:
    match row.history_type:
        case "+":
            return _("Created")
        case "-":
            return _("Deleted")
    return _("Changed")


def _restore_url(obj: Any, row: Any) -> str:
    return f"{change_url(obj)}?{RESTORE}={row.pk}"


def _about(obj: Any) -> str:
    return f"object_type={obj._meta.label_lower}&object_id={obj.pk}"


def _name(obj: Any) -> str:
    return f"{obj._meta.app_label}_{obj._meta.model_name}"


def _frame(request: HttpRequest, model_admin: Any, obj: Any) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": obj,
        "object": obj,
        "row_url": change_url(obj),
    }
