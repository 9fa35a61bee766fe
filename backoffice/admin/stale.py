"""A page that went stale says so instead of overwriting.

The form carries a digest of what each of its fields showed. Under the row's lock the POST compares
them with the row as it is; when somebody changed one of them meanwhile nothing is written, and the
page shows field by field what it is now and what was typed. Saving that page is a decision: it
carries the digests of what it showed, and may leave single fields as they are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import singledispatch
from itertools import pairwise
from typing import Any

from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, gettext_lazy

from backoffice.admin.values import in_words
from core.models import EventLog
from core.refusals import Conflict
from partners.models import User

# What the page showed, and the fields that are to stay as they are now.
SEEN = "_seen"
AS_IT_IS = "_as_it_is"
# How far back the history is searched for who changed something.
LOOKED_AT = 20
UNSEEN = gettext_lazy(
    "What this page showed is not known; nothing is saved yet. Look once more, then save."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody changed; ``is_typed`` when it was changed on this page, too."""

    name: str
    label: str
    now: str
    typed: str
    is_typed: bool


class PageIsStale(Conflict):
    """``differences`` are shown by the page, ``seen`` is what it carries from then on."""

    code = "page_is_stale"

    def __init__(self, sentence: Any, seen: str, differences: tuple[Difference, ...] = ()) -> None:
        super().__init__(sentence)
        self.seen = seen
        self.differences = differences


class GuardsSaving(BaseModelAdmin):  # type: ignore[type-arg]
    """Pages whose form is not saved over what its reader has not seen."""

    def _changeform_view(
        self, request: HttpRequest, object_id: Any, form_url: str, extra_context: Any
    ) -> HttpResponse:
        # A form that was refused already is only shown again.
        if request.method == "POST" and object_id and not hasattr(request, "refusal"):
            lock_shown(self.model, unquote(object_id))
        return super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc, no-any-return]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]
        left = request.POST.getlist(AS_IT_IS) if change else []
        return leaving(form, left) if left else form

    def save_form(self, request: HttpRequest, form: ModelForm, change: bool) -> Any:
        if change:
            self._check_seen(request, form)
        return super().save_form(request, form, change)  # type: ignore[misc]

    def _check_seen(self, request: HttpRequest, form: ModelForm) -> None:
        now = digests(form)
        seen = _read(request.POST.get(SEEN))
        if seen is None:
            raise PageIsStale(UNSEEN, _write(now))
        seen = {name: seen.get(name, _digest(form, name, None)) for name in now}
        told = [
            self._difference(form, name, seen[name])
            for name in now
            # What is there as it was typed is no quarrel: a second press of the button, mostly.
            if now[name] not in (seen[name], _digest(form, name, form.cleaned_data.get(name)))
        ]
        if told:
            changed = [each.name for each in told]
            sentence = what_happened(form.instance, changed, request.user.pk)
            raise PageIsStale(sentence, _write(now), tuple(told))

    def _difference(self, form: ModelForm, name: str, seen: str) -> Difference:
        typed = form.cleaned_data.get(name)
        return Difference(
            name,
            self.label_of(form, name),
            _shown(form, name, form.initial.get(name)),
            _shown(form, name, typed),
            _digest(form, name, typed) != seen,
        )

    def label_of(self, form: ModelForm, name: str) -> str:
        """What the page calls a field."""
        return str(form[name].label)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        refusal = getattr(request, "refusal", None)
        if isinstance(refusal, PageIsStale):
            context |= {"stale": refusal, "seen": refusal.seen}
        elif request.method == "POST":
            # It comes back for another fault, and has still shown what it showed at first.
            context |= {"seen": request.POST.get(SEEN, ""), "left": request.POST.getlist(AS_IT_IS)}
        elif context.get("original"):
            context["seen"] = _write(digests(context["adminform"].form))
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc, no-any-return]


def lock_shown(model: type[Model], object_id: str) -> None:
    """Lock the row behind a page to the end of the request. The act that saves it begins with the
    same lock, so the order of locks stays as it is."""
    try:
        rows = model._base_manager.filter(pk=object_id).order_by()
    except (ValueError, ValidationError):
        return
    rows.select_for_update(of=("self",)).values_list("pk").first()


def leaving(form: type[ModelForm], names: Iterable[str]) -> type[ModelForm]:
    """``form`` for which what was posted for ``names`` does not count."""

    class Leaving(form):  # type: ignore[misc, valid-type]
        def full_clean(self) -> None:
            for name in self.fields.keys() & set(names):
                self.fields[name].disabled = True
            super().full_clean()

    return Leaving


# --- digests


def digests(form: ModelForm) -> dict[str, str]:
    """What each field of the form shows of the row."""
    return {name: _digest(form, name, form.initial.get(name)) for name in form.fields}


def _digest(form: ModelForm, name: str, value: Any) -> str:
    text = f"{form.instance._meta.label}:{form.instance.pk}:{name}:{_plain(value)}"
    return salted_hmac(SEEN, text, algorithm="sha256").hexdigest()[:12]


@singledispatch
def _plain(value: Any) -> str:
    """The same for what the row holds and for what the form makes of what it showed."""
    return "" if value is None else str(value)


@_plain.register
def _(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


@_plain.register
def _(value: Decimal) -> str:
    return f"{value.normalize():f}"


@_plain.register
def _(value: datetime) -> str:
    return str(int(value.timestamp()))


@_plain.register
def _(value: Model) -> str:
    return str(value.pk)


@_plain.register
def _(value: dict) -> str:  # type: ignore[type-arg]
    return json.dumps({str(key): _plain(each) for key, each in value.items()})


@_plain.register(list)
@_plain.register(tuple)
def _(value: Iterable[Any]) -> str:
    parts = [_plain(each) for each in value]
    # Rows come in any order.
    return json.dumps(sorted(parts) if any(isinstance(each, Model) for each in value) else parts)


@_plain.register(QuerySet)
@_plain.register(set)
def _(value: Iterable[Any]) -> str:
    return json.dumps(sorted(map(_plain, value)))


def _write(found: Mapping[str, str]) -> str:
    return json.dumps(found, separators=(",", ":"))


def _read(text: str | None) -> dict[str, str] | None:
    """None for a page that carries nothing."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


# --- words


def _shown(form: ModelForm, name: str, value: Any) -> str:
    field = form.fields[name]
    if isinstance(field, ModelChoiceField):
        return in_words(_named(field, value))
    column = _column(form, name)
    choices = getattr(field, "choices", None)
    if column is None and choices and not isinstance(value, list | tuple):
        return str(dict(choices).get(value, in_words(value)))
    return in_words(value, column)


def _named(field: ModelChoiceField, value: Any) -> Any:
    """The rows a choice holds, by their names."""
    if value is None or isinstance(value, Model | QuerySet):
        return value
    if isinstance(value, list | tuple):
        return [_named(field, each) for each in value]
    return field.queryset.filter(pk=value).first() if field.queryset is not None else value


def _column(form: ModelForm, name: str) -> Any:
    try:
        return form.instance._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def what_happened(row: Model, names: Iterable[str], reader_id: Any) -> str:
    """Who changed one of ``names`` last and when, as the history or the log of actions knows."""
    found = _by_history(row, list(names)) or _by_events(row)
    if found is None:
        return str(UNSEEN)
    who, at = found
    facts = {"who": who or gettext("the system"), "time": _moment(at)}
    if who is not None and who.pk == reader_id:
        return (
            gettext(
                "You changed this in another window at %(time)s; nothing of this page is saved yet."
            )
            % facts
        )
    return (
        gettext("Changed meanwhile by %(who)s at %(time)s; nothing of yours is saved yet.") % facts
    )


def _moment(at: datetime) -> str:
    """Of today only the time."""
    local = timezone.localtime(at)
    return f"{local:%H:%M}" if local.date() == timezone.localdate() else f"{local:%d.%m.%Y %H:%M}"


def _by_history(row: Model, names: list[str]) -> tuple[User | None, datetime] | None:
    history = getattr(row, "history", None)
    if history is None:
        return None
    rows = list(history.select_related("history_user").order_by("-history_id")[:LOOKED_AT])
    columns = [name for name in names if rows and hasattr(rows[0], name)]
    for newer, older in pairwise(rows):
        if any(_moved(newer, older, name) for name in columns):
            return newer.history_user, newer.history_date
    return (rows[0].history_user, rows[0].history_date) if rows else None


def _moved(newer: Any, older: Any, name: str) -> bool:
    attname = newer._meta.get_field(name).attname
    return bool(getattr(newer, attname) != getattr(older, attname))


def _by_events(row: Model) -> tuple[User | None, datetime] | None:
    label = (row._meta.concrete_model or type(row))._meta.label_lower
    events = EventLog.objects.filter(object_type=label, object_id=row.pk).select_related("user")
    last = events.order_by("-id").first()
    return (last.user, last.timestamp) if last else None
