"""Uploading pictures: many at once, each with an outcome of its own.

The page is a plain form; ``upload.js`` adds dropping files and sends them one by one, so that on a
phone each arrives by itself. Other pages upload into something of theirs by :func:`upload_page`
with ``then``.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from django import forms
from django.contrib.admin.options import IS_POPUP_VAR, SOURCE_MODEL_VAR, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.admin.base import actor, staff
from core.clock import now
from core.models import Media
from core.models.media import MediaType
from core.pictures import LARGEST_UPLOAD, PictureTooLarge
from core.refusals import NotAllowed, NotFound, Refusal
from partners.models import TravelAgency
from partners.outbound import Upload, upload_media

# What upload.js sends along: it wants the outcome alone, not the page.
ONE_BY_ONE = "X-One-By-One"
# What a field of another model's page most likely wants, when it opens this one in a window.
WANTED = {"partners.travelagency": MediaType.LOGO}
RESULTS = {"stored": _("Stored"), "known": _("Were here already"), "refused": _("Refused")}
Keep = Callable[[bytes], Upload]
Then = Callable[[Media], Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: ``result`` is stored, known or refused."""

    name: str
    result: str
    text: str
    media: Media | None = None

    @property
    def colour(self) -> str:
        return {"stored": "success", "known": "info"}.get(self.result, "danger")


class PicturesInput(forms.FileInput):
    allow_multiple_selected = True
    template_name = "admin/core/pictures_input.html"


class PicturesField(forms.Field):
    """One file or many. What they are is found out one by one, by the act."""

    widget = PicturesInput(attrs={"accept": "image/jpeg,image/png,image/webp"})
    default_error_messages = {"required": _("Choose a picture.")}

    def clean(self, value: Any) -> list[UploadedFile]:
        files: list[UploadedFile] = super().clean(value)
        return files


class PicturesForm(forms.Form):
    """Files, and where there is a choice of what type and for which agency."""

    type = forms.ChoiceField(
        label=_("Type"),
        choices=[c for c in MediaType.choices if c[0] != MediaType.AVATAR],
        widget=UnfoldAdminSelectWidget,
    )
    agency = forms.ModelChoiceField(
        TravelAgency.objects.none(), label=_("Agency"), widget=UnfoldAdminSelectWidget
    )
    pictures = PicturesField(label=_("Pictures"))

    # What was known before anybody was asked.
    known_type: str | None = None
    known_agency: int | None = None

    @classmethod
    def of(
        cls, request: HttpRequest, *, type: str | None = None, agency_id: int | None = None
    ) -> Self:
        """The request's form; what is given, or leaves no choice, is not asked for."""
        wanted = request.GET.get("type") or WANTED.get(request.GET.get(SOURCE_MODEL_VAR, ""))
        form = cls(request.POST or None, request.FILES or None, initial={"type": wanted})
        form.known_type, form.known_agency = type, agency_id or _only_agency(request)
        if type is not None:
            del form.fields["type"]
        if form.known_agency is not None:
            del form.fields["agency"]
        else:
            form.fields["agency"].queryset = _agencies(request)  # type: ignore[attr-defined]
        return form

    @property
    def keep(self) -> Callable[..., Upload]:
        """The act for one file, bound to what was chosen."""
        agency = self.cleaned_data.get("agency")
        return partial(
            upload_media,
            type=self.known_type or self.cleaned_data["type"],
            agency_id=agency.pk if agency else self.known_agency,
        )


def _agencies(request: HttpRequest) -> QuerySet[TravelAgency]:
    user = staff(request)
    rows = TravelAgency.objects.for_user(user)
    if user.sees_all_agencies:
        return rows
    return rows.filter(pk__in=user.agency_ids_for("core.media", "add"))


def _only_agency(request: HttpRequest) -> int | None:
    agency_ids = _agencies(request).values_list("pk", flat=True)[:2]
    return agency_ids[0] if len(agency_ids) == 1 else None


def store_each(
    files: Iterable[UploadedFile], keep: Keep, *, then: Then | None = None
) -> list[Outcome]:
    """Keep each file by itself and go on with its picture; one refused does not stop the others."""
    return [_store(file, keep, then) for file in files]


def _store(file: UploadedFile, keep: Keep, then: Then | None) -> Outcome:
    name = file.name or ""
    try:
        if (file.size or 0) > LARGEST_UPLOAD:
            raise PictureTooLarge
        upload = keep(file.read())
        if then is not None:
            then(upload.media)
    except NotFound:
        raise Http404 from None
    except NotAllowed:
        raise PermissionDenied from None
    except Refusal as refusal:
        return Outcome(name, "refused", refusal.detail)
    if upload.is_new or then is not None:
        return Outcome(name, "stored", gettext("Stored."), upload.media)
    return Outcome(name, "known", gettext("Was here already."), upload.media)


def upload_page(
    request: HttpRequest,
    model_admin: ModelAdmin,
    *,
    title: str,
    back: str,
    type: str | None = None,
    agency_id: int | None = None,
    then: Then | None = None,
) -> HttpResponse:
    """The page that uploads pictures, of ``type`` and for the agency if these are known.

    ``then`` is called with each picture, new or known: an act that puts it where it belongs, whose
    refusal becomes that file's outcome. ``back`` is where the person came from.
    """
    form = PicturesForm.of(request, type=type, agency_id=agency_id)
    outcomes: list[Outcome] = []
    if request.method == "POST" and form.is_valid():
        keep = partial(form.keep, by=actor(request), at=now())
        outcomes = store_each(form.cleaned_data["pictures"], lambda d: keep(data=d), then=then)
        if ONE_BY_ONE in request.headers:
            return TemplateResponse(request, "admin/core/outcomes.html", {"outcomes": outcomes})
        if IS_POPUP_VAR in request.POST and outcomes[0].media:
            # Back to the form that asked for a picture, with this one chosen.
            return model_admin.response_add(request, outcomes[0].media)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "form": form,
        "outcomes": outcomes,
        "summary": summary(outcomes),
        "results": RESULTS,
        "back": back,
        "is_popup": IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST,
        "largest": LARGEST_UPLOAD,
    }
    # A form that is not valid is no outcome: upload.js tells by the status.
    status = 422 if request.method == "POST" and not outcomes else 200
    return TemplateResponse(request, "admin/core/upload.html", context, status=status)


def summary(outcomes: list[Outcome]) -> str:
    """How many fared how, in one line."""
    counts = Counter(outcome.result for outcome in outcomes)
    return " · ".join(f"{word}: {counts[key]}" for key, word in RESULTS.items() if counts[key])
