"""Where files lie that not everybody may fetch: exports, registries, proofs of payment."""

from typing import NoReturn

from django.core.files.storage import FileSystemStorage, Storage, storages


class PrivateFiles(FileSystemStorage):
    """Files without an address: pages that check who asks hand them out."""

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("A private file has no address.")


def private_storage() -> Storage:
    """The storage of private files, as the settings have it."""
    return storages["private"]
