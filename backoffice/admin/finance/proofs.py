"""Proofs that the bank has moved money: taken in, checked by content, and handed out again."""

import io
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError
from unfold.widgets import UnfoldAdminFileFieldWidget

from core.codes import new_code
from core.pictures import BOMBS, LARGEST_UPLOAD
from core.storage import private_storage

TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
PICTURES = {"JPEG": "jpg", "PNG": "png"}


class ProofField(forms.FileField):
    """A PDF, JPEG or PNG of at most 10 MB, whatever its name says; cleans to its bytes."""

    widget = UnfoldAdminFileFieldWidget

    def __init__(self, **kwargs: Any):
        defaults = {
            "label": _("Proof"),
            "help_text": _("A scan or a PDF of the bank's order: PDF, JPEG or PNG, at most 10 MB."),
        }
        super().__init__(**defaults | kwargs)

    def clean(self, data: Any, initial: Any = None) -> bytes:
        upload = super().clean(data, initial)
        if upload is None:
            return b""
        if upload.size > LARGEST_UPLOAD:
            raise ValidationError(_("The file is too large: at most 10 MB."), code="large")
        content = upload.read()
        if not ending_of(content):
            raise ValidationError(_("This is not a PDF, JPEG or PNG file."), code="type")
        return bytes(content)


def ending_of(content: bytes) -> str:
    """``pdf``, ``jpg`` or ``png``, told by the content; empty for anything else."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    try:
        with Image.open(io.BytesIO(content), formats=tuple(PICTURES)) as picture:
            picture.verify()
            return PICTURES[str(picture.format)]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, *BOMBS):
        return ""


def with_proof[R](folder: str, content: bytes, act: Callable[[str], R]) -> R:
    """Store a proof, then ``act`` on its name; when the act refuses, the file is gone again."""
    storage = private_storage()
    name = storage.save(f"{folder}/{new_code()}.{ending_of(content)}", ContentFile(content))
    try:
        return act(name)
    except BaseException:
        storage.delete(name)
        raise


def proof_response(proof: FieldFile, title: str) -> FileResponse:
    """A proof as a download that nobody keeps a copy of on the way."""
    if not proof:
        raise Http404
    ending = PurePath(proof.name or "").suffix.removeprefix(".")
    return FileResponse(
        private_storage().open(proof.name or ""),
        as_attachment=True,
        filename=f"{title}.{ending}",
        content_type=TYPES.get(ending, "application/octet-stream"),
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
