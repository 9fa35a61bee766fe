"""The base of every admin page: scoped to the person's agency, permissions off the one table.

Permissions come from ``User.has_perm``, which reads ``partners.roles``; nothing is deleted because
that table lets nobody. Rows come from :class:`backoffice.admin.scope.ScopedRows`, for lists, pages,
pickers, autocompletes, actions and histories alike; what is out of scope is a 404.
"""

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import JSONField, Model, QuerySet
from django.forms import ModelForm
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline

from backoffice.admin.display import change_url, list_url
from backoffice.admin.field_history import (
    RESTORE,
    history_page,
    in_local_words,
    prefilled,
    value_of,
    version_of,
    version_page,
)
from backoffice.admin.filters import ScopedRelatedFilter
from backoffice.admin.paging import CalmChangeList, CappedPaginator, kept_orders
from backoffice.admin.refusals import carry_out, go, refusal_in, tell
from backoffice.admin.scope import ScopedRows
from backoffice.admin.stale import GuardsSaving
from core.actor import Actor, Source
from core.clock import now
from core.refusals import NotAllowed, NotFound, Refusal
from core.services.events import as_kept, record
from partners.models import User

# How a filter asks: for just this, for one of these, for any at all, or within bounds.
WAYS_TO_ASK = {"exact", "in", "isnull", "gt", "gte", "lt", "lte"}
# What a filter of a period calls its fields.
BOUND = re.compile("_(from|to)(_[01])?$")
# What neither an event nor the history tells.
SECRET = {"password", "session_key", "digest", "card_number", "fingerprint", "answer"}


def actor(request: HttpRequest) -> Actor:
    """Who is at the keyboard, for acts."""
    return staff(request).actor(Source.ADMIN, request.id)  # type: ignore[attr-defined]


def staff(request: HttpRequest) -> User:
    """The signed-in person; the site lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class ScopedPickers(ScopedRows, BaseModelAdmin):  # type: ignore[type-arg]
    """Choices of related rows: only those whose own list the person would see them in."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.scope(super().get_queryset(request), request.user)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        kwargs.setdefault("queryset", self.pickable(db_field, request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        kwargs.setdefault("queryset", self.pickable(db_field, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def pickable(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """What ``db_field`` may be set to."""
        related = self.admin_site.get_model_admin(db_field.related_model)
        return related.get_queryset(request)


class BaseAdmin(ScopedPickers, GuardsSaving, ModelAdmin):
    """A model's pages. Subclasses name ``agency_path`` and, where needed, ``event_name``."""

    list_per_page = 25
    list_max_show_all = 25
    show_full_result_count = False
    paginator = CappedPaginator
    list_filter_submit = True
    list_filter_sheet = True
    # Counting every choice of a filter reads the whole table for each.
    show_facets = ShowFacets.NEVER
    warn_unsaved_form = True
    change_form_show_cancel_button = True
    empty_value_display = "–"
    # As many rows as bookings, or more: a heading sorts only where an index keeps that order.
    is_great = False
    # The path of the agency filter; shown to those who see more than one agency.
    agency_filter: str | None = None
    # Columns by which other pages open this list, beside those of its filters.
    linked: Collection[str] = ()
    # How events call the object: ``tour`` gives ``tour.changed``.
    event_name = ""
    # What an empty list says, and under it.
    empty_title: Any = ""
    empty_text: Any = ""

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = list(super().get_list_filter(request))
        if self.agency_filter and staff(request).sees_all_agencies:
            filters.append((self.agency_filter, ScopedRelatedFilter))
        return filters

    def get_sortable_by(self, request: HttpRequest) -> Any:
        shown = super().get_sortable_by(request)
        if not self.is_great:
            return shown
        kept = kept_orders(self.model)
        return [name for name in shown if self._order_of(name) in kept]

    def _order_of(self, column: Any) -> str:
        shown = getattr(self, str(column), None)
        return str(getattr(shown, "admin_order_field", None) or column)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CalmChangeList]:
        return CalmChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """What the list offers as a filter and what other pages link to. Anything else would
        answer questions about columns that this reader is not shown, letter by letter."""
        if not _is_column(self.model, lookup):
            return True  # a filter's own name, or one that nobody knows
        asked = {_asked_of(lookup), BOUND.sub("", lookup)}
        answered = {self.agency_filter, *self.linked, *self._filtered(request)}
        return not asked.isdisjoint(answered)

    def _filtered(self, request: HttpRequest | None) -> set[str]:
        """What the filters that this reader is offered ask about."""
        filters = self.get_list_filter(request) if request else self.list_filter
        named = (each[0] if isinstance(each, list | tuple) else each for each in filters)
        return {_asked_of(getattr(each, "parameter_name", each)) for each in named}

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Of what is ticked only what can be a row's key; none left is nothing ticked."""
        posted = request.POST.copy()
        keys = [text for text in posted.getlist(ACTION_CHECKBOX_NAME) if self._is_key(text)]
        posted.setlist(ACTION_CHECKBOX_NAME, keys)
        request.POST = posted  # type: ignore[assignment]
        return super().response_action(request, queryset, *args, **kwargs)

    def _is_key(self, text: str) -> bool:
        try:
            as_held(self.opts.pk, text)
        except ValidationError:
            return False
        return True

    # --- one row

    def own_or_404(self, request: HttpRequest, object_id: Any) -> Any:
        """The row, when it is the person's to see."""
        obj = self.get_object(request, str(object_id))
        if obj is None:
            raise Http404
        return obj

    def may(self, request: HttpRequest, perm: str, object_id: Any = None) -> bool:
        """Whether the role may; a row of somebody else's is not found."""
        if not request.user.has_perm(perm):  # type: ignore[union-attr]
            return False
        if object_id is not None:
            self.own_or_404(request, object_id)
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        if not allowed or not isinstance(obj, Model) or self.agency_path is None:
            return allowed
        user = staff(request)
        there = user.agency_ids_for(self.opts.label_lower, "change")
        return user.sees_all_agencies or self.agency_id_of(obj) in there

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, *_: Any) -> HttpResponse:
        raise Http404

    def do(self, request: HttpRequest, obj: Model, act: Callable[..., Any], *, done: Any) -> Any:
        """Carry out ``act`` (bound to all but ``by`` and ``at``), say how it went, and go back to
        the row's page."""
        carry_out(request, partial(act, by=actor(request), at=now()), done=str(done))
        return go(request, change_url(obj))

    # --- a new row

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address says of the columns, as they hold it; what they would not take is
        left out."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        columns = {field.name: field for field in (*self.opts.fields, *self.opts.many_to_many)}
        said = {}
        for name in given.keys() & columns.keys():
            with suppress(ValidationError):
                said[name] = as_held(columns[name], given[name])
        return said

    # --- saving

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Exception as error:
            refusal = refusal_in(error)
            if refusal is None:
                raise
            return self.show_refused(request, refusal, *args, **kwargs)

    def show_refused(
        self, request: HttpRequest, refusal: Refusal, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of a form that was not saved: nothing that was typed is lost."""
        if isinstance(refusal, (NotFound, NotAllowed)) or hasattr(request, "refusal"):
            tell(request, refusal)
            return HttpResponseRedirect(request.get_full_path())
        # What was posted once more: this time the form knows what is wrong with it.
        request.refusal = refusal  # type: ignore[attr-defined]
        return self.changeform_view(request, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return _refused_form(form, refusal) if refusal else form

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: Any) -> None:
        """Write what the form changed and nothing else: other columns may have moved meanwhile."""
        if not change:
            obj.save()
        elif fields := written_fields(obj, form.changed_data):
            obj.save(update_fields=fields)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self.record_event(request, obj, "added")

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        # Only here both are at hand.
        request.moved = {} if add else moved(form)  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        if message:
            both = getattr(request, "moved", {})
            self.record_event(request, obj, "changed", changes=message, **both)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            for obj in queryset:
                self.record_event(request, obj, "deleted")

    def record_event(self, request: HttpRequest, obj: Model, what: str, **details: Any) -> None:
        """Staff's edits belong in the log of actions as acts do; the form's page is the act."""
        record(
            f"{self.event_name or self.opts.model_name}.{what}",
            obj,
            by=actor(request),
            at=now(),
            agency_id=self.agency_id_of(obj),
            **details,
        )

    # --- history

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Where no field history is kept, the log of actions is the history."""
        obj = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        # A proxy's events are written about the model behind it.
        label = (self.opts.concrete_model or self.model)._meta.label_lower
        return HttpResponseRedirect(list_url("core.eventlog", object_type=label, object_id=obj.pk))


def as_held(column: Any, given: Any) -> Any:
    """What ``column`` makes of a text from an address or of a tick, or of several where it holds
    rows. Raises ValidationError for what it would not take."""
    if isinstance(given, list):
        return [as_held(column.target_field, each) for each in given]
    if isinstance(column, JSONField) or "\0" in given:
        raise ValidationError("")
    while column.is_relation:
        column = column.target_field
    value = column.to_python(given)
    column.run_validators(value)
    return value


def moved(form: ModelForm) -> dict[str, dict[str, Any]]:
    """Of each column that the form changed what it was and what it is, secrets left out."""
    columns = {field.name: field for field in form.instance._meta.concrete_fields}
    changed = [columns[name] for name in form.changed_data if name in columns.keys() - SECRET]
    if not changed:
        return {}
    before = {field.name: _kept(field, form.initial.get(field.name)) for field in changed}
    after = {field.name: _kept(field, form.cleaned_data.get(field.name)) for field in changed}
    return {"before": before, "after": after}


def _kept(field: Any, value: Any) -> Any:
    """Related rows by their names: the log outlives them."""
    if field.is_relation and value is not None and not isinstance(value, Model):
        value = field.related_model._default_manager.filter(pk=value).first()
    return as_kept(value)


def written_fields(obj: Model, changed: list[str]) -> list[str]:
    """The columns behind a form's changed fields, and those that stamp themselves."""
    columns = {field.name: field for field in obj._meta.concrete_fields}
    written = [name for name in changed if name in columns]
    if written:
        written += [name for name, f in columns.items() if getattr(f, "auto_now", False)]
    return written


class HistoryAdmin(SimpleHistoryAdmin, BaseAdmin):
    """Pages of a model whose fields have a history. Histories are read, never posted back: a
    version's values go into the form, and are saved as anything typed there is."""

    # What may be put back: what the form asks for, never a state, a right or money that was frozen.
    restores: Collection[str] = ()

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        obj = self._with_history(request, object_id)
        return history_page(request, self, obj, restorable=self._may_restore(request, obj))

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        obj = self._with_history(request, object_id)
        restorable = self._may_restore(request, obj)
        return version_page(request, self, obj, version_id, restorable=restorable)

    def _with_history(self, request: HttpRequest, object_id: str) -> Any:
        # The library would save whatever a POST here carries, states included, and would answer
        # for a row out of scope from its history.
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        obj = self.own_or_404(request, object_id)
        if not self.has_view_history_permission(request, obj):
            raise PermissionDenied
        return obj

    def untold(self, request: HttpRequest) -> Collection[str]:
        """The fields that the reader's histories leave out."""
        return SECRET

    def value_told(self, field: Any, row: Any) -> str:
        """What a version has in ``field``, as the history tells it."""
        return value_of(field, row)

    # --- a version's values in the form

    def _may_restore(self, request: HttpRequest, obj: Any) -> bool:
        return bool(self.restores) and self.has_change_permission(request, obj)

    def _version(self, request: HttpRequest, obj: Any) -> Any:
        """The version that the page's address names, when the person may put it back."""
        if RESTORE not in request.GET or obj is None or not self._may_restore(request, obj):
            return None
        if not self.has_view_history_permission(request, obj):
            return None
        return version_of(self, obj, request.GET[RESTORE])

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        version = self._version(request, obj) if change else None
        return prefilled(form, version, self.restored(obj, version)) if version else form

    def restored(self, obj: Any, version: Any) -> Collection[str]:
        """The columns that ``version`` is put back of."""
        return self.restores

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        version = self._version(request, context.get("original"))
        if version is not None and request.method == "GET":
            self._tell_put_back(request, context, version)
        return super().render_change_form(request, context, *args, **kwargs)

    def _tell_put_back(self, request: HttpRequest, context: Any, version: Any) -> None:
        form = context["adminform"].form
        names = ", ".join(self.label_of(form, name) for name in form.put_back)
        at = in_local_words(version.history_date)
        if names:
            told = _(
                "These are the values of the version of %(at)s. Other than today: %(names)s. "
                "Look at them, then save."
            )
            messages.info(request, told % {"at": at, "names": names})
        else:
            told = _("Today's values are those of the version of %(at)s.")
            messages.info(request, told % {"at": at})
        context["is_put_back"] = bool(names)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        version = self._version(request, form.instance) if change and form.has_changed() else None
        if version is not None and form.is_put_back():
            facts = {"version": version.pk, "version_at": version.history_date}
            self.record_event(request, form.instance, "reverted", **facts)


class SavedByActs(BaseAdmin):
    """Pages whose form is saved by acts, which record what happened."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The act has recorded it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The act has recorded it."""


def _refused_form(form: type[ModelForm], refusal: Refusal) -> type[ModelForm]:
    """``form`` with what the act said of it, field by field where the refusal knows."""
    faults = getattr(refusal, "faults", None) or {refusal.field: [refusal.detail]}

    class Refused(form):  # type: ignore[misc, valid-type]
        def _post_clean(self) -> None:
            super()._post_clean()
            for field, sentences in faults.items():
                for sentence in sentences:
                    self.add_error(field if field in self.fields else None, sentence)

    return Refused


class OwnPage:
    """Pages of a template of their own, which knows what they show as ``page_name``."""

    page_name = "page"

    def page_of(self, request: HttpRequest, obj: Any) -> dict[str, Any] | None:
        """What the row's page shows to this reader; None for nothing but the form."""
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        page = self.page_of(request, self.own_or_404(request, object_id))  # type: ignore[attr-defined]
        context = {self.page_name: page, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)  # type: ignore[misc]


class Steps:
    """Pages whose buttons are those that ``fit`` the row's state and its reader."""

    def fit(self, request: HttpRequest, obj: Any) -> Collection[str]:
        """The names of the actions there are now, of those the role permits."""
        raise NotImplementedError

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        names = self.fit(request, self.own_or_404(request, object_id))  # type: ignore[attr-defined]
        permitted = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [each for each in permitted if each.method.original_function_name in names]


class ReadOnly:
    """Nothing here is typed in: rows come from acts."""

    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _asked_of(lookup: str) -> str:
    """The column that ``lookup`` asks about: ``agency`` for ``agency__id__exact``."""
    parts = lookup.split("__")
    if len(parts) > 1 and parts[-1] in WAYS_TO_ASK:
        parts.pop()
    if len(parts) > 1 and parts[-1] in ("id", "pk"):
        parts.pop()
    return "__".join(parts)


def _is_column(model: type[Model], lookup: str) -> bool:
    try:
        model._meta.get_field(lookup.split("__", maxsplit=1)[0])
    except FieldDoesNotExist:
        return False
    return True


class ScopedTabular(ScopedPickers, TabularInline):
    """Rows of another table inside a page, in the same scope."""

    extra = 0
    show_title = False
