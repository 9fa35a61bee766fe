"""What needs somebody's attention: counted in one query, shown where there is any."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.admin.counting import count_rows, in_figures
from backoffice.admin.display import list_url
from backoffice.admin.figures import Figure
from catalog.models import Tour, TourChat, TourSession
from catalog.queries.shelf import without_dates
from catalog.states import ChatStatus, TourStatus
from core.clock import local_date
from core.models.proposal import ProposalStatus
from notifications.models import Notification
from notifications.queries.operations import DAY, failed_lately
from notifications.states import NotificationState
from partners.models import PaymentDetailsChange, User
from sales.models import Booking, BookingComment
from sales.queries.comments import unanswered
from sales.queries.readiness import unready
from sales.queries.waiting import waiting_for_payment
from sales.states import BookingStatus


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows that wait, in words, and the list that shows just them."""

    title: str
    rows: QuerySet[Any]
    label: str
    query: dict[str, Any]
    icon: str
    colour: str = "warning"


def agency_attention(user: User, at: datetime) -> list[Figure]:
    return figures_of(
        [
            unpaid(user, at),
            _unready(user, at),
            comments(user, at),
            undelivered(user, at),
            _lost_chats(user),
            _details(user),
            _dateless(user, at),
            _drafts(user),
        ]
    )


def figures_of(piles: Iterable[Pile]) -> list[Figure]:
    """Those in which something waits."""
    named = {str(number): pile for number, pile in enumerate(piles)}
    counts = count_rows({name: pile.rows for name, pile in named.items()})
    return [_figure(pile, counts[name]) for name, pile in named.items() if counts[name]]


def _figure(pile: Pile, count: int) -> Figure:
    url = f"{list_url(pile.label)}?{urlencode(pile.query)}"
    return Figure(pile.title, in_figures(count), "", url, pile.icon, pile.colour)


def unpaid(user: User, at: datetime) -> Pile:
    return Pile(
        _("Approved, not paid yet"),
        waiting_for_payment(Booking.objects.for_staff(user), at),
        "sales.booking",
        {"status__exact": BookingStatus.APPROVED.value},
        "hourglass_top",
    )


def comments(user: User, at: datetime) -> Pile:
    return Pile(
        _("Comments without an answer"),
        unanswered(BookingComment.objects.for_staff(user), local_date(at)),
        "sales.bookingcomment",
        {"todo": "unanswered"},
        "comment",
    )


def undelivered(user: User, at: datetime) -> Pile:
    return Pile(
        _("Messages not delivered in a day"),
        failed_lately(Notification.objects.for_staff(user), at),
        "notifications.notification",
        {"state__exact": NotificationState.FAILED.value, "next_attempt_at__gte": at - DAY},
        "sms_failed",
        "danger",
    )


def _unready(user: User, at: datetime) -> Pile:
    return Pile(
        _("Start by tomorrow without a guide or names"),
        unready(TourSession.objects.for_user(user), local_date(at)),
        "catalog.toursession",
        {"ready": "no"},
        "assignment_late",
        "danger",
    )


def _lost_chats(user: User) -> Pile:
    return Pile(
        _("Chats the bot was put out of"),
        TourChat.objects.for_user(user).filter(status=ChatStatus.LOST),
        "catalog.tourchat",
        {"status__exact": ChatStatus.LOST.value},
        "forum",
    )


def _details(user: User) -> Pile:
    """Told to who sees them; somebody of the platform decides."""
    changes = PaymentDetailsChange.objects.for_user(user)
    return Pile(
        _("Payment details to be confirmed"),
        changes.filter(status=ProposalStatus.PROPOSED),
        "partners.paymentdetailschange",
        {"status__exact": ProposalStatus.PROPOSED.value},
        "contact_page",
        "",
    )


def _dateless(user: User, at: datetime) -> Pile:
    tours = Tour.objects.for_user(user).filter(status=TourStatus.PUBLISHED)
    return Pile(
        _("Tours on sale without dates"),
        without_dates(tours, local_date(at)),
        "catalog.tour",
        {"status__exact": TourStatus.PUBLISHED.value, "todo": "dateless"},
        "event_busy",
    )


def _drafts(user: User) -> Pile:
    return Pile(
        _("Tours not published yet"),
        Tour.objects.for_user(user).filter(status=TourStatus.DRAFT),
        "catalog.tour",
        {"status__exact": TourStatus.DRAFT.value},
        "edit_document",
        "",
    )
