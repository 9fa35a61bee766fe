"""What travellers wrote and nobody has answered."""

from datetime import date

from django.db.models import Exists, F, OuterRef

from sales.models import BookingComment
from sales.models.booking import CommentQuerySet
from sales.states import OVER


def unanswered(comments: CommentQuerySet, day: date) -> CommentQuerySet:
    """Of ``comments`` the last word of a traveller, on a booking that stands and whose tour is not
    over on ``day``; a note among the staff is no answer."""
    later = BookingComment.objects.filter(
        booking=OuterRef("booking"), is_internal=False, pk__gt=OuterRef("pk")
    )
    return comments.filter(
        ~Exists(later),
        is_internal=False,
        author=F("booking__user"),
        booking__session__date_end__gte=day,
    ).exclude(booking__status__in=OVER)
