"""Handing out private files: after the act that asked who takes them."""

from mimetypes import guess_type

from django.http import FileResponse

from core.models import Job
from core.storage import private_storage

OPAQUE = "application/octet-stream"


def file_response(job: Job) -> FileResponse:
    """The job's file, to be saved, never to be shown or kept by a cache on the way."""
    return FileResponse(
        private_storage().open(str(job.file.name)),
        as_attachment=True,
        filename=job.file_name,
        content_type=guess_type(job.file_name)[0] or OPAQUE,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
