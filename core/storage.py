"""Where files lie that not everybody may fetch: exports, registries, proofs of payment."""

from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    """The storage without an address: its files are handed out by pages that check who asks."""
    return storages["private"]
