"""The row of a picture whose bytes lie in the storage (``core.outbound``)."""

from django.db import IntegrityError, transaction

from core.acts import require_transaction
from core.models import Media
from core.refusals import TryAgain


def keep_picture(picture: Media) -> Media:
    """Write the row of ``picture``, or answer the one that was there first, locked: nobody deletes
    it while it is put to use. A building block; refuses with TryAgain when that one has just gone.

    Two uploads of the same bytes meet at the unique constraint: the second waits for the first.
    """
    require_transaction()
    if picture.pk is None and _is_first(picture):
        return picture
    kept = Media.objects.same_as(picture).select_for_update(of=("self",)).first()
    if kept is None:
        raise TryAgain
    return kept


def _is_first(picture: Media) -> bool:
    try:
        with transaction.atomic():
            picture.save(force_insert=True)
    except IntegrityError:
        return False
    return True
