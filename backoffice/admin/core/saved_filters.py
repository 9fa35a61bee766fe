"""My views: kept and taken away here, shown above each list."""

from functools import partial
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import ReadOnly, actor
from backoffice.admin.core.jobs import OwnRows
from backoffice.admin.display import link, list_url
from backoffice.admin.refusals import carry_out, go, tell
from backoffice.admin.saved_filters import NotOfThisList, check_against, cleaned, may_keep
from backoffice.admin.zero_bytes import typed
from core.clock import now
from core.models import SavedFilter
from core.refusals import Refusal
from core.services.saved_filters import NameTaken, remove_filter, save_filter


@admin.register(SavedFilter)
class SavedFilterAdmin(ReadOnly, OwnRows):
    list_display = ("opened", "of_list", "created_at")
    list_display_links = None
    ordering = ("model", "name")
    fields = ("opened", "of_list", "created_at")
    readonly_fields = ("opened", "of_list")
    actions_detail = ["remove"]
    actions_row = ["remove"]
    empty_title = _("No views yet")
    empty_text = _("Filter a list as you like to see it, then save the view above it.")

    def get_urls(self) -> list[Any]:
        save = self.admin_site.admin_view(self.save_view)
        return [path("save/", save, name="core_savedfilter_save"), *super().get_urls()]

    def has_remove_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "core.delete_savedfilter", object_id)

    @method_decorator(require_POST)
    def save_view(self, request: HttpRequest) -> HttpResponse:
        """From the form above a list; a name that is taken is asked about once more."""
        if not may_keep(request):
            raise PermissionDenied
        shown = self._list_named(request, request.POST.get("list", ""))
        wish = {
            "model": shown.opts.label_lower,
            "query": cleaned(request.POST.get("query", "")),
            "name": typed(request, "name"),
        }
        try:
            check_against(shown, request, wish["query"])
            replace = "replace" in request.POST
            saved = save_filter(**wish, replace=replace, by=actor(request), at=now())
        except NotOfThisList as refusal:
            tell(request, refusal)
            return HttpResponseRedirect(list_url(wish["model"]))
        except NameTaken as refusal:
            return self._ask_to_replace(request, shown, refusal, wish)
        except Refusal as refusal:
            tell(request, refusal)
        else:
            done = gettext("The view “%(name)s” is saved.") % {"name": saved.name}
            messages.success(request, done)
        return HttpResponseRedirect(_list_with(wish["model"], wish["query"]))

    def _list_named(self, request: HttpRequest, label: str) -> Any:
        """The pages of the list; one that the role may not open is not there."""
        try:
            shown = self.admin_site.get_model_admin(apps.get_model(label))
        except (LookupError, ValueError, NotRegistered):
            raise Http404 from None
        if not shown.has_view_permission(request):
            raise PermissionDenied
        return shown

    def _ask_to_replace(
        self, request: HttpRequest, shown: Any, refusal: NameTaken, wish: dict[str, str]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Replace the view?"),
            "opts": shown.opts,
            "sentence": refusal.detail,
            "wish": wish,
            "back": _list_with(wish["model"], wish["query"]),
        }
        return TemplateResponse(request, "admin/core/replace_view.html", context)

    @action(
        description=_("Remove"),
        url_path="remove",
        permissions=["remove"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Remove this view?"),
            "description": _("Only its name and filters are forgotten; the list stays."),
            "form_submit_text": _("Remove"),
        },
    )
    def remove(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        view = self.own_or_404(request, object_id)
        work = partial(remove_filter, filter_id=view.pk, by=actor(request), at=now())
        carry_out(request, work, done=gettext("The view “%(name)s” is gone.") % {"name": view.name})
        return go(request, list_url(view.model))

    # --- columns

    @display(description=_("name"), ordering="name")
    def opened(self, view: SavedFilter) -> SafeString:
        return link(_list_with(view.model, view.query), view.name)

    @display(description=_("list"), ordering="model")
    def of_list(self, view: SavedFilter) -> str:
        return capfirst(apps.get_model(view.model)._meta.verbose_name_plural)


def _list_with(label: str, query: str) -> str:
    return f"{list_url(label)}?{query}"
