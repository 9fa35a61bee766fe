"""The gallery of a tour: ordered, added to and taken from without leaving the tour's form."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from backoffice.admin.base import BaseAdmin, actor
from backoffice.admin.core.uploads import upload_page
from backoffice.admin.display import change_url
from backoffice.admin.refusals import tell
from catalog.models import Tour
from catalog.services.gallery import (
    MOST_PHOTOS,
    PICTURES,
    add_photos,
    order_photos,
    remove_photo,
)
from core.clock import now
from core.ids import id_of, ids_of
from core.models import Media
from core.models.media import MediaType
from core.refusals import NotAllowed, NotFound, Refusal

# What tour.js sends along: it wants the gallery alone, not the page.
FRAGMENT = "X-Fragment"
TAB = "#photos"
SHELF = 48


def gallery_context(tour: Tour) -> dict[str, Any]:
    """What ``admin/catalog/gallery.html`` shows of a tour."""
    photos = list(tour.gallery.select_related("media"))
    return {
        "tour": tour,
        "photos": photos,
        "gallery_url": reverse("admin:catalog_tour_gallery", args=[tour.pk]),
        "pictures_url": reverse("admin:catalog_tour_pictures", args=[tour.pk]),
        "upload_url": reverse("admin:catalog_tour_add_photos", args=[tour.pk]),
        "limit": MOST_PHOTOS,
        "is_full": len(photos) >= MOST_PHOTOS,
    }


def photos_url(tour: Tour) -> str:
    return change_url(tour) + TAB


class GalleryPages(BaseAdmin):
    """The addresses behind the tab "Photos"."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:object_id>/gallery/", view(self.gallery_view), name="catalog_tour_gallery"),
            path(
                "<int:object_id>/pictures/", view(self.pictures_view), name="catalog_tour_pictures"
            ),
            *super().get_urls(),
        ]

    def has_hang_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.change_tour", object_id)

    @action(
        description=_("Add photos"),
        url_path="add-photos",
        permissions=["hang"],
        icon="add_photo_alternate",
    )
    def add_photos(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tour = self.own_or_404(request, object_id)
        hang = partial(add_photos, tour_id=tour.pk, by=actor(request), at=now())
        return upload_page(
            request,
            self,
            title=gettext("Photos of %(tour)s") % {"tour": tour},
            back=photos_url(tour),
            type=MediaType.TOUR_PHOTO,
            agency_id=tour.agency_id,
            then=lambda media: hang(media_ids=[media.pk]),
        )

    def gallery_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The gallery; a POST changes it."""
        tour = self._ours(request, object_id)
        said: dict[str, Any] = {}
        if request.method == "POST":
            said = self._change(request, tour)
        if FRAGMENT not in request.headers:
            if said.get("fault"):
                messages.error(request, said["fault"])
            return HttpResponseRedirect(photos_url(tour))
        context = gallery_context(tour) | said
        return TemplateResponse(request, "admin/catalog/gallery.html", context)

    def pictures_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The agency's pictures that do not hang here yet, the newest first."""
        tour = self._ours(request, object_id)
        rows = shelf_of(tour)
        before = id_of(request.GET.get("before", ""))
        if before is not None:
            rows = rows.filter(pk__lt=before)
        found = list(rows[: SHELF + 1])
        context = {"tour": tour, "pictures": found[:SHELF], "more": len(found) > SHELF}
        return TemplateResponse(request, "admin/catalog/gallery_pictures.html", context)

    def _ours(self, request: HttpRequest, object_id: int) -> Tour:
        if not self.may(request, "catalog.change_tour"):
            raise PermissionDenied
        tour: Tour = self.own_or_404(request, object_id)
        return tour

    def _change(self, request: HttpRequest, tour: Tour) -> dict[str, Any]:
        """Do what was asked: what to say of it."""
        who = {"tour_id": tour.pk, "by": actor(request), "at": now()}
        try:
            return _carry_out(request.POST, tour, who)
        except (NotFound, NotAllowed) as refusal:
            tell(request, refusal)
            raise
        except Refusal as refusal:
            return {"fault": refusal.detail}


def shelf_of(tour: Tour) -> QuerySet[Media]:
    """Pictures that could be hung in the tour's gallery."""
    rows = Media.objects.filter(agency_id=tour.agency_id, type__in=PICTURES)
    return rows.exclude(in_galleries__tour=tour).order_by("-pk")


def _carry_out(asked: QueryDict, tour: Tour, who: dict[str, Any]) -> dict[str, Any]:
    if "add" in asked:
        add_photos(media_ids=_ids(asked, "add"), **who)
    elif "order" in asked:
        order_photos(photo_ids=_ids(asked, "order"), **who)
    elif "remove" in asked:
        return _remove(tour, _id(asked, "remove"), who)
    else:
        _move(asked, tour, who)
    return {}


def _remove(tour: Tour, photo_id: int, who: dict[str, Any]) -> dict[str, Any]:
    photo = tour.gallery.select_related("media").filter(pk=photo_id).first()
    remove_photo(photo_id=photo_id, **who)
    return {"removed": photo.media if photo else None}


def _move(asked: QueryDict, tour: Tour, who: dict[str, Any]) -> None:
    """One photo up, down or to the front."""
    order = list(tour.gallery.values_list("pk", flat=True))
    way = next((way for way in ("up", "down", "cover") if way in asked), "cover")
    photo_id = _id(asked, way)
    if photo_id not in order:
        raise NotFound
    was = order.index(photo_id)
    order.remove(photo_id)
    order.insert({"up": max(was - 1, 0), "down": was + 1, "cover": 0}[way], photo_id)
    order_photos(photo_ids=order, **who)


def _ids(asked: QueryDict, name: str) -> list[int]:
    return ids_of(asked.getlist(name))


def _id(asked: QueryDict, name: str) -> int:
    return next(iter(_ids(asked, name)), 0)
