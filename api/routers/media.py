"""Pictures: upload, list, delete."""

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Status, UploadedFile

from api.auth import actor, caller
from api.limits import SIGNED_IN, UPLOADS
from api.pages import PageOf, newest_first
from api.schemas.base import PROBLEMS
from api.schemas.media import Kind, MediaOut, MediaPage, MediaQuery
from api.show.media import show_media
from core.clock import now
from core.models import Media
from core.pictures import LARGEST_UPLOAD, PictureTooLarge
from partners.outbound import delete_media, upload_media

media = Router(tags=["media"])


def bytes_of(file: UploadedFile) -> bytes:
    """What was uploaded, unless it is too large to be read at all."""
    if (file.size or 0) > LARGEST_UPLOAD:
        raise PictureTooLarge
    return file.read()


@media.post(
    "/upload/",
    throttle=[SIGNED_IN, UPLOADS],
    response={200: MediaOut, 201: MediaOut, **PROBLEMS},
)
def upload(
    request: HttpRequest,
    file: File[UploadedFile],
    type: Form[Kind],
    agency: int | None = Form(None, ge=1, lt=2**63),
) -> Status[MediaOut]:
    """Upload a JPEG, PNG or WebP picture of at most 10 MB and 40 megapixels.

    It is kept as WebP without metadata. Anybody may upload an `avatar`; the other types are for an
    agency, which need not be named by who works for one only. The same file again answers the
    picture that is there with 200, so a repeat needs no Idempotency-Key.
    """
    done = upload_media(
        data=bytes_of(file), type=type, agency_id=agency, by=actor(request), at=now()
    )
    return Status(201 if done.is_new else 200, show_media(done.media))


@media.get("/list/", response={200: MediaPage, **PROBLEMS})
def media_list(request: HttpRequest, query: Query[MediaQuery]) -> PageOf[MediaOut]:
    """The caller's own pictures and his agency's, newest first."""
    rows = Media.objects.for_user(caller(request))
    if query.type:
        rows = rows.filter(type=query.type)
    return newest_first(rows, query, show_media)


@media.delete("/delete/{media_id}/", response={204: None, **PROBLEMS})
def delete(request: HttpRequest, media_id: int) -> Status[None]:
    """Delete a picture that nothing shows; `in_use` says where it is used."""
    delete_media(media_id=media_id, by=actor(request), at=now())
    return Status(204, None)
