"""The base of every admin page: scoped to the person's agency, permissions off the one table.

Permissions come from ``User.has_perm``, which reads ``partners.roles``; nothing is deleted because
that table lets nobody. Rows come from :class:`backoffice.admin.scope.ScopedRows`, for lists, pages,
pickers, autocompletes, actions and histories alike; what is out of scope is a 404.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper
from unfold.admin import ModelAdmin, TabularInline

from backoffice.admin.display import change_url, list_url
from backoffice.admin.filters import ScopedRelatedFilter
from backoffice.admin.paging import CalmChangeList, CappedPaginator
from backoffice.admin.refusals import carry_out, go, refusal_in, tell
from backoffice.admin.scope import ScopedRows
from core.actor import Actor, Source
from core.clock import now
from core.refusals import NotAllowed, NotFound, Refusal
from core.services.events import record
from partners.models import User

# A filter over one of these would answer questions about what it holds.
SECRET = {"password", "digest", "card_number", "fingerprint", "answer"}


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


class BaseAdmin(ScopedPickers, ModelAdmin):
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
    # The path of the agency filter; shown to those who see more than one agency.
    agency_filter: str | None = None
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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CalmChangeList]:
        return CalmChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        if SECRET & set(lookup.split("__")):
            return False
        return super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

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
        """The page of a form that was not saved."""
        tell(request, refusal)
        return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: Any) -> None:
        """Write what the form changed and nothing else: other columns may have moved meanwhile."""
        if not change:
            obj.save()
        elif fields := written_fields(obj, form.changed_data):
            obj.save(update_fields=fields)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self.record_event(request, obj, "added")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        if message:
            self.record_event(request, obj, "changed", changes=message)

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


def written_fields(obj: Model, changed: list[str]) -> list[str]:
    """The columns behind a form's changed fields, and those that stamp themselves."""
    columns = {field.name: field for field in obj._meta.concrete_fields}
    written = [name for name in changed if name in columns]
    if written:
        written += [name for name, f in columns.items() if getattr(f, "auto_now", False)]
    return written


class CalmDeltas(HistoricalRecordContextHelper):  # type: ignore[misc]
    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        """What was or is nothing is not called None."""
        return "" if value is None else super().prepare_delta_change_value(change, value)


class HistoryAdmin(SimpleHistoryAdmin, BaseAdmin):
    """Pages of a model whose fields have a history. Histories are read, never posted back."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        # The library would answer for a row out of scope from its history.
        self.own_or_404(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> HistoricalRecordContextHelper:
        return CalmDeltas(self.model, historical_record)

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, *args: Any, **kwargs: Any
    ) -> None:
        super().set_history_delta_changes(request, historical_records, *args, **kwargs)
        for row in historical_records:
            if row.history_user_id is None:
                # Through the API, the bot or a job: the page would say None, with a link to him.
                row.history_user_id = ""
                row._meta.get_field("history_user").set_cached_value(row, "–")

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        # A POST here would save whatever it carries, states included.
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        self.own_or_404(request, object_id)
        return super().history_form_view(request, object_id, version_id, extra_context)


class SavedByActs(BaseAdmin):
    """Pages whose form is saved by acts. Those record what happened; what they refuse is said at
    the field, and nothing that was typed is lost."""

    def show_refused(
        self, request: HttpRequest, refusal: Refusal, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if isinstance(refusal, (NotFound, NotAllowed)):
            return super().show_refused(request, refusal, *args, **kwargs)
        # What was posted once more: this time the form knows what is wrong with it.
        request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return _refused_form(form, refusal) if refusal else form

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


class ScopedTabular(ScopedPickers, TabularInline):
    """Rows of another table inside a page, in the same scope."""

    extra = 0
    show_title = False
