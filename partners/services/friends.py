"""The Circle: asking, accepting, declining, leaving."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from partners.models import Friendship, FriendshipStatus, User


class NotYourself(Invalid):
    message = _("You cannot be your own friend.")
    field = "user"


class AlreadyAsked(Conflict):
    message = _("You are friends already, or one of you has asked.")


@act
def ask_friend(*, user_id: int, by: Actor, at: datetime) -> Friendship:
    """Ask somebody into the Circle. A declined request may be asked again."""
    if user_id == by.user_id:
        raise NotYourself
    # Both rows in order of id, so that two people asking each other queue.
    people = list(
        User.objects.select_for_update().filter(pk__in=[user_id, by.person_id]).order_by("pk")
    )
    if len(people) != 2 or not all(person.is_active for person in people):
        raise NotFound

    pair = Q(from_user_id=by.person_id, to_user_id=user_id)
    pair |= Q(from_user_id=user_id, to_user_id=by.person_id)
    if Friendship.objects.filter(pair).exclude(status=FriendshipStatus.DECLINED).exists():
        raise AlreadyAsked
    Friendship.objects.filter(pair).delete()
    friendship = Friendship.objects.create(from_user_id=by.person_id, to_user_id=user_id)

    record("friendship.requested", friendship, by=by, at=at)
    return friendship


@act
def accept_friend(*, friendship_id: int, by: Actor, at: datetime) -> Friendship:
    """The person asked says yes. Refuses when it was answered already."""
    friendship = lock_row(Friendship, pk=friendship_id, to_user_id=by.person_id)

    if friendship.status != FriendshipStatus.REQUESTED:
        raise AlreadyAsked
    friendship.accept(at=at)
    friendship.save(update_fields=["status", "answered_at"])

    record("friendship.accepted", friendship, by=by, at=at)
    return friendship


@act
def leave_friend(*, friendship_id: int, by: Actor, at: datetime) -> None:
    """Decline a request, take one's own back, or leave a friend."""
    friendship = lock_row(Friendship, pk=friendship_id)
    if by.user_id not in (friendship.from_user_id, friendship.to_user_id):
        raise NotFound

    asked_of_me = friendship.to_user_id == by.user_id
    if friendship.status == FriendshipStatus.REQUESTED and asked_of_me:
        friendship.decline(at=at)
        friendship.save(update_fields=["status", "answered_at"])
    else:
        friendship.delete()

    record("friendship.ended", User(pk=by.user_id), by=by, at=at, friendship_id=friendship_id)
