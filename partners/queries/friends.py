"""Who is in somebody's Circle."""

from partners.models import Friendship, FriendshipStatus


def friend_ids(user_id: int) -> list[int]:
    """The ids of accepted friends."""
    pairs = Friendship.objects.of(user_id).filter(status=FriendshipStatus.ACCEPTED)
    return [
        to if from_ == user_id else from_
        for from_, to in pairs.values_list("from_user_id", "to_user_id")
    ]
