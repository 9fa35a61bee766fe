"""What a person wants to be told, and when not: he says so himself."""

from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.refusals import Invalid
from core.services.events import record
from notifications.models import Preferences
from notifications.states import OPTIONAL


class SameHour(Invalid):
    message = _("Quiet hours begin and end at different times.")


class AlwaysTold(Invalid):
    message = _("This is always told: it is about your seats and your money.")


@act
def set_muted(*, kind: str, is_muted: bool, by: Actor, at: datetime) -> Preferences:
    """Turn messages of an OPTIONAL kind off or on for the acting person.

    Nothing is written or recorded when it is so already. Refuses with AlwaysTold.
    """
    wishes = lock_wishes(by.person_id)

    if kind not in OPTIONAL:
        raise AlwaysTold
    if is_muted == (kind in wishes.muted):
        return wishes
    others = [each for each in wishes.muted if each != kind]
    wishes.muted = sorted([*others, kind]) if is_muted else others
    wishes.save(update_fields=["muted"])

    record_wishes(wishes, by=by, at=at)
    return wishes


@act
def set_quiet_hours(
    *, first: time | None, last: time | None, by: Actor, at: datetime
) -> Preferences:
    """The acting person's quiet hours, in Tashkent, also over midnight; both None: none.

    Nothing is written or recorded when they are so already. Refuses with SameHour.
    """
    wishes = lock_wishes(by.person_id)

    if first is not None and first == last:
        raise SameHour
    if (wishes.quiet_from, wishes.quiet_to) == (first, last):
        return wishes
    wishes.quiet_from, wishes.quiet_to = first, last
    wishes.save(update_fields=["quiet_from", "quiet_to"])

    record_wishes(wishes, by=by, at=at)
    return wishes


def lock_wishes(user_id: int) -> Preferences:
    """The person's row, locked; made for who has none yet. A building block."""
    Preferences.objects.get_or_create(user_id=user_id)
    rows = Preferences.objects.select_for_update(of=("self",)).select_related("user")
    return rows.get(user_id=user_id)


def record_wishes(wishes: Preferences, *, by: Actor, at: datetime) -> None:
    """All that he wishes now. A building block."""
    record(
        "user.notifications_changed",
        wishes.user,
        by=by,
        at=at,
        muted=wishes.muted,
        quiet=wishes.quiet_hours,
    )
