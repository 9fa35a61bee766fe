"""Filling an empty database with a believable platform, through the platform's own acts."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from backoffice.demo.announcements import make_announcements
from backoffice.demo.chats import make_chats
from backoffice.demo.content import COMMENTS
from backoffice.demo.money import Books, set_fiscal_codes, settle_papers
from backoffice.demo.partners import Bonuses, make_partners
from backoffice.demo.people import People, invite_somebody, make_people
from backoffice.demo.plots import plan
from backoffice.demo.shelf import Shelf, make_shelf
from backoffice.demo.stories import tell
from core.models import EventDelivery, EventLog
from notifications.handlers import handle
from notifications.models import Notification
from notifications.services.deliver import deliver_events
from sales.models import CustomTripRequest, TripProposal
from sales.services.holds import sweep_lapsed_holds


@transaction.atomic
def seed(*, at: datetime) -> None:
    """Create the demo as it looks at the instant ``at``; all of it or nothing."""
    people = make_people()
    make_partners(people, at=at)
    shelf = make_shelf(people, at=at)
    _make_trips(people, shelf, at)
    set_fiscal_codes()
    books = Books(people, now=at)
    bonuses = Bonuses(people, now=at)
    tell([*plan(people, shelf, at=at), *books.stories(), *bonuses.stories()])
    settle_papers(books)
    sweep_lapsed_holds(at=at)
    _complete_past_sessions(shelf)
    make_announcements(people, at=at)
    invite_somebody(people, at=at)
    deliver_events(at=at, handle=partial(_tell, at), limit=EventDelivery.objects.count())
    make_chats(people, at=at)
    _mark_old_messages_sent(at)


def _make_trips(people: People, shelf: Shelf, at: datetime) -> None:
    """Custom trips that wait, some with an agency's answer."""
    agencies = list(people.agencies.values())
    for number, wish in enumerate(COMMENTS.trip_wishes):
        start = shelf.today + timedelta(days=20 + 9 * number)
        request = CustomTripRequest.objects.create(
            user=people.travellers[number],
            date_from=start,
            date_to=start + timedelta(days=6),
            seats=6 + 3 * number,
            budget="9000000.00",
            wishes=wish,
            created_at=at - timedelta(hours=7 * (number + 1)),
        )
        agency = agencies[(number + 1) % len(agencies)]
        if number:
            TripProposal.objects.create(
                request=request,
                agency=agency,
                made_by=people.manager(agency.slug),
                text=COMMENTS.trip_proposals[number],
                date_start=start + timedelta(days=1),
                date_end=start + timedelta(days=3),
                price="1450000.00",
                expires_at=at + timedelta(days=2),
                created_at=at - timedelta(hours=3),
            )


def _complete_past_sessions(shelf: Shelf) -> None:
    for sessions in shelf.sessions.values():
        for session in sessions:
            session.refresh_from_db()
            if session.date_end < shelf.today:
                session.complete()
                session.save(update_fields=["status"])


def _tell(at: datetime, event: EventLog) -> None:
    """As it was: what was due before something happened had arrived by then."""
    _mark_old_messages_sent(min(at, event.timestamp + timedelta(hours=1)))
    handle(event)


def _mark_old_messages_sent(at: datetime) -> None:
    """What was told more than an hour ago has arrived: nobody writes to the demo's people."""
    old = Notification.objects.waiting().filter(next_attempt_at__lt=at - timedelta(hours=1))
    for message in old.order_by("id"):
        message.claim(until=message.created_at)
        message.mark_sent(at=message.created_at + timedelta(seconds=2), message_id=message.pk)
        message.save()
