"""An uploaded file between its trial and its import: in a private folder, under a signed name.

The folder is shared by the web workers of one host. Behind several hosts ``IMPORTS_ROOT`` must be a
shared folder, or the second step lands where the file is not and asks for it again.
"""

import time
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _

from core.refusals import Invalid

GOOD_FOR_SECONDS = 60 * 60
SALT = "import"


class UploadGone(Invalid):
    message = _("The file is no longer here. Please upload it again.")


def hold(data: bytes, *, about: str, user_id: int) -> str:
    """Keep the file for an hour; the answer is the only way to it, and only ``user_id``'s."""
    folder = Path(settings.IMPORTS_ROOT)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    name = uuid4().hex
    (folder / name).write_bytes(data)
    return signing.dumps([name, about, user_id], salt=SALT)


def take(token: str, *, about: str, user_id: int) -> bytes:
    """The file, which is given out once. Refuses with UploadGone."""
    try:
        name, *rest = signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)
    except signing.BadSignature:
        raise UploadGone from None
    path = Path(settings.IMPORTS_ROOT) / name
    if rest != [about, user_id]:
        raise UploadGone
    try:
        data = path.read_bytes()
        path.unlink()  # of two that press the button at once, one
    except FileNotFoundError:
        raise UploadGone from None
    return data


def _sweep(folder: Path) -> None:
    """Forget what nobody confirmed."""
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - GOOD_FOR_SECONDS:
            path.unlink(missing_ok=True)
