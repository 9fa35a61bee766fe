"""The button with which support begins to look with a person's eyes; for the pages of people and of
agencies' members."""

from typing import Any

from constance import config
from django.http import HttpRequest, HttpResponse
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from backoffice.admin.account.view_as import start_view
from backoffice.admin.act_form import reason_field
from partners.models import User
from partners.queries.view_as import can_be_seen_as


class LookDialog(BaseDialogForm):
    reason = reason_field(_("Reason"), _("The agency's owner reads it in his log of actions."))


def _what_happens() -> str:
    told = gettext(
        "You see the back office as this person sees it, for %(minutes)s min. Nothing can be "
        "changed, and files are not handed out. That you look is recorded."
    )
    return told % {"minutes": config.VIEW_AS_MINUTES}


class LookAsButton:
    """``look_as`` for ``actions_detail``; ``person_of`` says whose eyes a row's are."""

    def person_of(self, row: Any) -> User:
        found: User = getattr(row, "user", row)
        return found

    def has_look_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if object_id is None or not self.may(request, "partners.add_viewas"):  # type: ignore[attr-defined]
            return False
        return can_be_seen_as(self.person_of(self.own_or_404(request, object_id)))  # type: ignore[attr-defined]

    @action(
        description=_("View as"),
        url_path="view-as",
        permissions=["look"],
        icon="visibility",
        dialog={
            "title": _("Look with this person's eyes?"),
            "description": lazy(_what_happens, str)(),
            "form_class": LookDialog,
            "form_submit_text": _("View as"),
        },
    )
    def look_as(self, request: HttpRequest, form: LookDialog, object_id: str) -> HttpResponse:
        person = self.person_of(self.own_or_404(request, object_id))  # type: ignore[attr-defined]
        return start_view(request, person, form.cleaned_data["reason"])
