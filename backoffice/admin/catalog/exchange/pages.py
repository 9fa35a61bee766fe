"""The pages of files: a trial that shows what each row would do, the import, the export."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.results import Result, RowResult
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from backoffice.admin.base import BaseAdmin, actor, staff
from backoffice.admin.catalog.exchange.files import (
    CSV,
    MOST_BYTES,
    MOST_ROWS,
    XLSX,
    FileTooLarge,
    Table,
    TooManyRows,
    read_table,
)
from backoffice.admin.catalog.exchange.held import hold, take
from backoffice.admin.catalog.exchange.rows import MOST_WRITTEN, ActResource
from backoffice.admin.display import list_url
from backoffice.admin.paging import rows_asked, to_whole_list
from backoffice.admin.zero_bytes import typed
from core.clock import now
from core.refusals import Refusal
from core.services.events import record
from partners.models import TravelAgency

# From so many rows that are written on, the person is told that it takes a while.
MANY = 1000


class FileForm(forms.Form):
    import_file = forms.FileField(
        label=_("File"), widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"})
    )

    def clean_import_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["import_file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(FileTooLarge().detail)
        return file


class Exchange(ImportExportMixin, BaseAdmin):
    """Import and export of a model's list, by its ``resource``. Goes before the other bases."""

    resource: type[ActResource]
    export_form_class = ExportForm
    export_formats = (XLSX, CSV)
    import_formats = (XLSX, CSV)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.actions: Any = [*(self.actions or ()), "export_xlsx", "export_csv"]

    def get_resource_classes(self, request: HttpRequest) -> list[type[ActResource]]:
        return [self.resource]

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return {"user": staff(request), "by": actor(request), "at": now()}

    # --- the way in

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form, and the trial of what was uploaded."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._import_page(request, form=form)
        file = form.cleaned_data["import_file"]
        data = file.read()
        try:
            table = read_table(data, columns=self.resource.table)
            result, resource = self._carry(request, table, dry_run=True)
        except Refusal as refusal:
            form.add_error("import_file", refusal.detail)
            return self._import_page(request, form=form)
        context = {"result": result, "resource": resource, "how": table.how, "name": file.name}
        if _is_clean(result) and _does_something(result):
            token = hold(data, about=self.opts.label, user_id=staff(request).pk)
            context["token"] = token
        return self._import_page(request, form=form, **context)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """What was tried, for good: row by row, each as if somebody had typed it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_import_permission(request):
            raise PermissionDenied
        token, name = request.POST.get("token", ""), typed(request, "name")[:120]
        try:
            data = take(token, about=self.opts.label, user_id=staff(request).pk)
        except Refusal as refusal:
            messages.error(request, refusal.detail)
            return HttpResponseRedirect("../import/")
        table = read_table(data, columns=self.resource.table)
        result, resource = self._carry(request, table, dry_run=False)
        self._record(request, "imported", file=name, **_counts(result))
        if not _is_clean(result):
            # Somebody was faster: what went went, what did not is told.
            form = FileForm()
            context = {"result": result, "resource": resource, "how": table.how, "name": name}
            return self._import_page(request, form=form, is_done=True, **context)
        text = gettext("Imported. Added: %(new)s, changed: %(changed)s, unchanged: %(same)s.")
        messages.success(request, text % _counts(result))
        return HttpResponseRedirect(list_url(self.opts.label_lower))

    def _carry(
        self, request: HttpRequest, table: Table, *, dry_run: bool
    ) -> tuple[Result, ActResource]:
        kwargs = self.get_import_resource_kwargs(request)
        resource = self.resource(lines=table.lines, **kwargs)
        dataset = table.dataset()
        resource.prepare(dataset)
        return resource.import_data(dataset, dry_run=dry_run), resource

    def _import_page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        resource = context.setdefault("resource", self.resource())
        page = {
            **self.admin_site.each_context(request),
            "title": gettext("Import: %(what)s") % {"what": self.opts.verbose_name_plural},
            "opts": self.opts,
            "legend": [(name, resource.title(name), c.role) for name, c in resource.fields.items()],
            "needed": resource.needed,
            "most_rows": MOST_ROWS,
            "most_written": MOST_WRITTEN,
            "back": list_url(self.opts.label_lower),
            **context,
        }
        if result := context.get("result"):
            counts = _counts(result)
            takes_long = counts["new"] + counts["changed"] >= MANY
            page |= {"counts": counts, "groups": _groups(result), "takes_long": takes_long}
        return TemplateResponse(request, "admin/catalog/exchange/import.html", page)

    # --- the way out

    def export_action(self, request: HttpRequest) -> HttpResponse:
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return to_whole_list(self.opts.label_lower)

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The list as it is filtered, with all that the columns show."""
        return self._for_file(rows_asked(self, request))

    def _for_file(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*self.resource.relations).order_by("pk")

    def _do_file_export(
        self, file_format: Any, request: HttpRequest, queryset: Any, export_form: Any = None
    ) -> HttpResponse:
        rows = queryset.count()
        if rows > MOST_ROWS:
            raise ValueError(TooManyRows(limit=MOST_ROWS).detail)
        try:
            response = super()._do_file_export(file_format, request, queryset, export_form)
        except Refusal as refusal:
            raise ValueError(refusal.detail) from None
        self._record(request, "exported", rows=rows, format=file_format.get_title())
        return response

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:
        day = f"{now():%Y-%m-%d}"
        return f"{self.opts.model_name}-{day}.{file_format.get_extension()}"

    @admin.action(description=_("Export the selected as XLSX"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._export_selected(request, queryset, XLSX())

    @admin.action(description=_("Export the selected as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._export_selected(request, queryset, CSV())

    def _export_selected(
        self, request: HttpRequest, queryset: QuerySet[Any], file_format: Any
    ) -> HttpResponse | None:
        try:
            return self._do_file_export(file_format, request, self._for_file(queryset))
        except ValueError as error:
            messages.error(request, str(error))
        return None

    # --- the log

    def _record(self, request: HttpRequest, what: str, **details: Any) -> None:
        """Who took or brought how much; about the person's agency, or himself if he has several."""
        user = staff(request)
        ids = user.agency_ids_for(self.opts.label_lower, "export")
        agency = TravelAgency.objects.get(pk=next(iter(ids))) if len(ids) == 1 else None
        with transaction.atomic():
            record(
                f"{self.event_name}.{what}",
                agency or user,
                by=actor(request),
                at=now(),
                agency_id=agency.pk if agency else None,
                **details,
            )


def _is_clean(result: Result) -> bool:
    return not (result.has_errors() or result.has_validation_errors())


def _does_something(result: Result) -> bool:
    counts = _counts(result)
    return bool(counts["new"] or counts["changed"])


def _counts(result: Result) -> dict[str, int]:
    totals = result.totals
    return {
        "new": totals[RowResult.IMPORT_TYPE_NEW],
        "changed": totals[RowResult.IMPORT_TYPE_UPDATE],
        "same": totals[RowResult.IMPORT_TYPE_SKIP],
        "refused": totals[RowResult.IMPORT_TYPE_INVALID],
    }


def _groups(result: Result) -> list[tuple[str, Any, str, list[Any]]]:
    """Rows by what they do, in the order in which they matter."""
    kinds = (
        (RowResult.IMPORT_TYPE_INVALID, gettext("Errors"), "danger"),
        (RowResult.IMPORT_TYPE_UPDATE, gettext("Changed"), "info"),
        (RowResult.IMPORT_TYPE_NEW, gettext("Added"), "success"),
        (RowResult.IMPORT_TYPE_SKIP, gettext("Unchanged"), ""),
    )
    return [
        (kind, title, colour, rows)
        for kind, title, colour in kinds
        if (rows := [row for row in result.rows if row.import_type == kind])
    ]
