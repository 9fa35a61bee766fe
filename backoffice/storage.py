"""The bucket, when files are kept on S3.

Only pictures (``media/``) are there, read by everybody at ``MEDIA_URL``, as the bucket's policy
allows; papers lie in ``core.storage``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

# Somebody waits at a page meanwhile. Checksums only where asked for: not every store knows them.
PATIENCE = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"total_max_attempts": 2, "mode": "standard"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
FOR_EVER = "public, max-age=31536000, immutable"


class Bucket(S3Storage):
    """Speaks of its failures as a disk does: an OSError."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.client_config = self.client_config.merge(PATIENCE)  # type: ignore[has-type]

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        return {"CacheControl": FOR_EVER}

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        # Pictures' names are new by themselves: there is nothing to ask the store about.
        return name

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _failures():
            return super()._open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        with _failures():
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        with _failures():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _failures():
            super().delete(name)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        raise OSError(str(error)) from error
