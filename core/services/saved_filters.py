"""Views of lists that somebody keeps for himself.

No events are written: nothing of the business changes, nobody else sees them, and a log of who
named which filter would only hide what matters.
"""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.models import SavedFilter
from core.refusals import Conflict, Invalid

# More than fit beside each other is no help.
MOST_OF_A_LIST = 12
LONGEST_NAME = 60
LONGEST_QUERY = 1000


class NoName(Invalid):
    message = _("What should this view be called?")
    field = "name"


class NothingToSave(Invalid):
    message = _("Search, filter or sort the list first; then there is something to save.")


class TooLong(Invalid):
    message = _("There are too many filters in this view to save it.")


class NameTaken(Conflict):
    code = "name_taken"
    message = _("You have a view “{name}” of this list already.")


class TooManyViews(Conflict):
    code = "too_many_views"
    message = _("You keep {most} views of this list; remove one first.")


@act
def save_filter(
    *, model: str, name: str, query: str, replace: bool = False, by: Actor, at: datetime
) -> SavedFilter:
    """Keep ``query`` of the list of ``model`` for ``by`` under a name, in the place of his earlier
    one when ``replace``. Refuses with NoName, NothingToSave, TooLong, NameTaken, TooManyViews."""
    # One at a time for each person: two tabs would save a thirteenth.
    lock_row(get_user_model(), pk=by.person_id)

    name = " ".join(name.split())[:LONGEST_NAME]
    kept = SavedFilter.objects.filter(owner_id=by.person_id, model=model)
    _check(name, query)
    known = kept.filter(name=name).first()
    if known is not None and not replace:
        raise NameTaken(name=name)
    if known is None and kept.count() >= MOST_OF_A_LIST:
        raise TooManyViews(most=MOST_OF_A_LIST)

    saved = known or SavedFilter(owner_id=by.person_id, model=model, name=name)
    saved.query = query
    saved.created_at = at
    saved.save()
    return saved


@act
def remove_filter(*, filter_id: int, by: Actor, at: datetime) -> SavedFilter:
    """Forget one of ``by``'s own. Refuses with NotFound (somebody else's, too)."""
    saved = lock_row(SavedFilter, pk=filter_id, owner_id=by.person_id)

    SavedFilter.objects.filter(pk=saved.pk).delete()
    return saved


def _check(name: str, query: str) -> None:
    if not name:
        raise NoName
    if not query:
        raise NothingToSave
    if len(query) > LONGEST_QUERY:
        raise TooLong
