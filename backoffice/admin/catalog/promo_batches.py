"""Promo codes made together: making a batch, its figures over the list, stopping it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action

from backoffice.admin.base import actor
from backoffice.admin.catalog.discount_forms import BatchForm, add_faults, values_of
from backoffice.admin.display import list_url
from backoffice.admin.own_agency import OwnAgency
from backoffice.admin.refusals import tell
from catalog.models import PromoCode
from catalog.queries.discount_faults import DiscountFaults
from catalog.services.discounts import PROMO_CODE
from catalog.services.promo_batches import create_promo_batch, stop_promo_batch
from core.clock import now
from core.ids import id_of
from core.refusals import Refusal
from sales.queries.discount_use import batch_use

SHOWN = 200
SAMPLES = 5


def key_of(agency_id: int | None, name: str) -> str:
    """A batch in an address: two agencies may call theirs the same."""
    return f"{agency_id or 0}:{name}"


def batch_in(rows: QuerySet[PromoCode], key: str) -> QuerySet[PromoCode]:
    """The codes of the batch among ``rows``; none for a key that is no key."""
    whose, _colon, name = key.partition(":")
    agency_id = id_of(whose)
    if agency_id is None or not name:
        return rows.none()
    return rows.filter(batch=name, agency_id=agency_id or None)


def batch_url(agency_id: int | None, name: str) -> str:
    """The list of the batch's codes."""
    query = urlencode({"batch": key_of(agency_id, name)})
    return f"{list_url('catalog.promocode')}?{query}"


class BatchFilter(DropdownFilter):
    title = _("batch")
    parameter_name = "batch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        named = model_admin.get_queryset(request).exclude(batch="").order_by()
        batches = named.values_list("agency_id", "batch").annotate(last=Max("pk"))
        return [
            (key_of(agency_id, name), name)
            for agency_id, name, _last in batches.order_by("-last")[:SHOWN]
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return batch_in(queryset, self.value()) if self.value() else queryset


class Batches(OwnAgency):
    """Makes batches from the list and stops them there."""

    actions_list = ["make_batch"]
    list_before_template = "admin/catalog/batch.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.stop_batch)
        return [
            path("stop-batch/", view, name="catalog_promocode_stop_batch"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {}
        if key := request.GET.get("batch", ""):
            use = batch_use(batch_in(self.get_queryset(request), key), now())
            query = urlencode({"batch": key})
            context = {
                "batch": key.partition(":")[2],
                "batch_use": use,
                "may_stop": self.has_change_permission(request) and use.running,
                "stop_url": f"{reverse('admin:catalog_promocode_stop_batch')}?{query}",
                "export_url": f"{reverse('admin:catalog_promocode_export')}?{query}",
            }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    # --- making

    def has_batch_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @action(description=_("Make a batch"), url_path="batch", permissions=["batch"], icon="stacks")
    def make_batch(self, request: HttpRequest) -> HttpResponse:
        """The terms, samples of what would be made, and the making: one form, two buttons."""
        form = self._batch_form(request)
        samples: list[str] = []
        if request.method == "POST" and form.is_valid():
            if "make" in request.POST:
                made = self._make(request, form)
                if made:
                    return HttpResponseRedirect(batch_url(made[0].agency_id, made[0].batch))
            else:
                samples = [form.batch.new_word() for _sample in range(SAMPLES)]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Make a batch of promo codes"),
            "opts": self.opts,
            "form": form,
            "samples": samples,
            "media": self.media + form.media,
            "back": list_url("catalog.promocode"),
        }
        return TemplateResponse(request, "admin/catalog/make_batch.html", context)

    def _batch_form(self, request: HttpRequest) -> Any:
        fieldsets = self.get_fieldsets(request)
        names = [name for _title, options in fieldsets for name in _flat(options["fields"])]
        names = [name for name in names if name != "code"]
        kind = self.get_form(request, form=BatchForm, fields=names)
        form = kind(request.POST or None)
        form.order_fields([*BatchForm.declared_fields, *names])
        return form

    def _make(self, request: HttpRequest, form: Any) -> list[PromoCode]:
        values = values_of(form.instance, form, PROMO_CODE - {"batch"})
        try:
            made = create_promo_batch(
                agency_id=form.instance.agency_id,
                batch=form.batch,
                values=values,
                by=actor(request),
                at=now(),
            )
        except DiscountFaults as faults:
            add_faults(form, dict(faults.faults))  # type: ignore[arg-type]
            return []
        text = gettext("Promo codes made: %(n)s. Take them away as a file.")
        messages.success(request, text % {"n": len(made)})
        return made

    # --- stopping

    def stop_batch(self, request: HttpRequest) -> HttpResponse:
        """Asks once, then stops every code of the batch that still runs."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        key = request.GET.get("batch", "")
        first = batch_in(self.get_queryset(request), key).first()
        if first is None:
            raise Http404
        back = batch_url(first.agency_id, first.batch)
        if request.method == "POST":
            self._stop(request, first)
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Stop a batch"),
            "opts": self.opts,
            "batch": first.batch,
            "use": batch_use(batch_in(self.get_queryset(request), key), now()),
            "back": back,
        }
        return TemplateResponse(request, "admin/catalog/stop_batch.html", context)

    def _stop(self, request: HttpRequest, first: PromoCode) -> None:
        try:
            outcome = stop_promo_batch(
                agency_id=first.agency_id, name=first.batch, by=actor(request), at=now()
            )
        except Refusal as refusal:
            tell(request, refusal)
            return
        text = gettext("Stopped: %(now)s. Had been stopped before: %(before)s.")
        messages.success(request, text % {"now": outcome.now, "before": outcome.before})


def _flat(fields: Any) -> list[str]:
    return [
        name for each in fields for name in (each if isinstance(each, tuple | list) else [each])
    ]
