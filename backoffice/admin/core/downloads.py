"""Handing out private files: after the act that asked who takes them."""

from mimetypes import guess_type
from typing import Any

from django.http import FileResponse

from core.models import Job
from core.storage import private_storage

OPAQUE = "application/octet-stream"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_response(job: Job) -> FileResponse:
    """The job's file."""
    file = private_storage().open(str(job.file.name))
    return handed_out(file, job.file_name, guess_type(job.file_name)[0] or OPAQUE)


def handed_out(file: Any, name: str, content_type: str) -> FileResponse:
    """The file, to be saved; never to be shown or kept by a cache on the way."""
    return FileResponse(
        file,
        as_attachment=True,
        filename=name,
        content_type=content_type,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
