"""Paging that never counts a huge table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import DataError, ProgrammingError
from django.db.models import DateTimeField, Index, Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.functional import cached_property
from unfold.views import ChangeList

from backoffice.admin.display import list_url

# Whoever looks further than this wants a filter, not a page.
COUNTED = 10_000
PK = "id"
# What Python, Django and PostgreSQL say of values that no row can have.
JUNK = (ValueError, OverflowError, IndexError, ValidationError, DataError, ProgrammingError)


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to COUNTED rows; further ones are reached by filters and search."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not hasattr(rows, "order_by"):
            return len(rows)
        return rows.order_by()[:COUNTED].count()


class Keys(list[Any]):
    """What a search has found, in order, in place of its rows."""

    def _clone(self) -> "Keys":
        return self


class CalmChangeList(ChangeList):
    """Finds the keys of a page first, over an index alone, then its rows with what they show.

    Speaks of "results" only when a search or a filter has left something out.
    """

    def get_ordering_field(self, field_name: Any) -> Any:
        """None where the heading does not sort: an address may ask for anything."""
        return super().get_ordering_field(field_name) if field_name in self.sortable_by else None

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Where a heading sorts, ties are broken the same way round: an index of both serves."""
        *order, last = super().get_ordering(request, queryset)
        if order and ORDER_VAR in self.params and last in ("-pk", f"-{PK}", "pk", PK):
            last = "-pk" if _is_descending(order[-1]) else "pk"
        return [*order, last]

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        with junk_refused(request):
            return super().get_queryset(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        with junk_refused(request):
            self._find(request)

    def _find(self, request: HttpRequest) -> None:
        rows = self.queryset  # type: ignore[has-type]
        if self.query and self.model_admin.is_great:
            # A search is carried out once, not to count and then to show.
            self.queryset = Keys(rows.values_list("pk", flat=True)[:COUNTED])
        super().get_results(request)
        self.queryset = rows
        self.result_list: Any = self.rows_of(self.result_list)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count

    def rows_of(self, page: Any) -> list[Any]:
        """The rows of the page, in its order. What only filters annotate is not there."""
        keys = page if isinstance(page, list) else list(page.values_list("pk", flat=True))
        rows = self.root_queryset
        if not rows.query.select_related:
            rows = self.apply_select_related(rows)
        found = {row.pk: row for row in rows.filter(pk__in=keys)} if keys else {}
        return [found[key] for key in keys if key in found]


@contextmanager
def junk_refused(request: HttpRequest) -> Iterator[None]:
    """Junk in a list's address is refused as Django refuses a filter that it does not know. Where
    nothing was asked the fault is ours, and is not hidden."""
    try:
        yield
    except JUNK as error:
        if not request.GET.keys() - {ERROR_FLAG} or _is_bad_sql(error):
            raise
        raise IncorrectLookupParameters(error) from error


def _is_bad_sql(error: Exception) -> bool:
    """The server's word on a statement of ours; a range of three ends does not get that far."""
    return isinstance(error, ProgrammingError) and bool(getattr(error.__cause__, "sqlstate", ""))


def rows_asked(model_admin: Any, request: HttpRequest) -> QuerySet[Any]:
    """The rows of the list as the address filters it, whichever page of it is open: for a file.

    Raises IncorrectLookupParameters where the list would.
    """
    asked = request.GET.copy()
    for name in (PAGE_VAR, "_changelist_filters"):
        asked.pop(name, None)
    asking = copy(request)
    asking.GET = asked  # type: ignore[assignment, misc]
    rows: QuerySet[Any] = model_admin.get_changelist_instance(asking).get_queryset(asking)
    return rows


def to_whole_list(label: str) -> HttpResponseRedirect:
    """Where Django leads from an address that a list does not take."""
    return HttpResponseRedirect(list_url(label, **{ERROR_FLAG: 1}))


def _is_descending(order: Any) -> bool:
    if isinstance(order, str):
        return order.startswith("-")
    return bool(getattr(order, "descending", False))


def kept_orders(model: type[Model]) -> set[str]:
    """The columns by which an index keeps all rows in order."""
    columns = {field.name: field for field in model._meta.concrete_fields if not field.is_relation}
    indexed = [_columns(index) for index in model._meta.indexes if _is_of_every_row(index)]
    indexed += [[name] for name, field in columns.items() if getattr(field, "db_index", False)]
    kept = {each[0] for each in indexed if each[0] in columns and _has_few_ties(each, columns)}
    return kept | {name for name, field in columns.items() if field.unique}


def _has_few_ties(indexed: list[str], columns: Mapping[str, Any]) -> bool:
    """The key stands beside the column, or hardly two rows are of the same moment."""
    first, *others = indexed
    return others == [PK] or (not others and isinstance(columns[first], DateTimeField))


def _columns(index: Index) -> list[str]:
    return [name.lstrip("-") for name in index.fields]


def _is_of_every_row(index: Index) -> bool:
    return bool(index.fields) and index.condition is None and type(index) is Index
