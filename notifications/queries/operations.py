"""Is it well? What waits, what is late and why, what has failed: for those who mind the machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Count, Min, Q, Value, When

from core.models import EventDelivery, Job
from core.models.job import OPEN_JOBS, JobStatus
from notifications.models import WHOLE_BOT, ChatPace, Notification
from notifications.models.notification import NotificationQuerySet
from notifications.reasons import KNOWN
from notifications.states import NotificationState
from partners.models import User

# Due for so long, a message is stuck; an announcement takes the time it takes.
STUCK_AFTER = timedelta(minutes=5)
# A pause of the bot's own pace is shorter than any that Telegram asks for.
OWN_PAUSE = timedelta(seconds=1)
DAY = timedelta(days=1)
REASONS = 8


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many, and since when the oldest should have left; None with nothing waiting."""

    count: int
    oldest: datetime | None

    def is_stuck(self, at: datetime) -> bool:
        return self.oldest is not None and self.oldest <= at - STUCK_AFTER


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages sent in the last minute, hour and day."""

    minute: int
    hour: int
    day: int


@dataclass(frozen=True, slots=True)
class Operations:
    """``due`` without the announcements' messages, which are ``due_bulk``; ``paused_until`` is when
    the bot may speak again; reasons are (what was said, or by what it is known, how often)."""

    events: Waiting
    due: Waiting
    due_bulk: int
    sent: Sent
    has_bot: bool
    waits_for_bot: bool
    paused_until: datetime | None
    errors: list[tuple[str, int]]
    failures: list[tuple[str, int]]
    unreachable: int
    jobs_open: int
    jobs_failed: int


def operations(at: datetime) -> Operations:
    waiting, jobs = Notification.objects.waiting(), Job.objects.all()
    failed = failed_lately(Notification.objects.all(), at)
    has_bot = bool(settings.TELEGRAM_BOT_TOKEN)
    pace = ChatPace.objects.filter(pk=WHOLE_BOT, free_at__gt=at + OWN_PAUSE).first()
    return Operations(
        events=_events(at),
        due=due_messages(at),
        due_bulk=Notification.objects.due(at).filter(is_bulk=True).count(),
        sent=_sent(at),
        has_bot=has_bot,
        waits_for_bot=not has_bot and Notification.objects.due(at).filter(email="").exists(),
        paused_until=pace.free_at if pace else None,
        errors=_reasons(waiting.exclude(last_error="")),
        failures=_reasons(failed),
        unreachable=User.objects.filter(is_reachable=False).count(),
        jobs_open=jobs.filter(status__in=OPEN_JOBS).count(),
        jobs_failed=jobs.filter(status=JobStatus.FAILED, finished_at__gte=at - DAY).count(),
    )


def failed_lately(rows: NotificationQuerySet, at: datetime) -> NotificationQuerySet:
    """Of ``rows`` those given up within a day. One that failed had been claimed for minutes: when
    it was to go next is near enough."""
    return rows.filter(state=NotificationState.FAILED, next_attempt_at__gte=at - DAY)


def due_messages(at: datetime) -> Waiting:
    """Those that should have left by now, announcements aside."""
    rows = Notification.objects.due(at).filter(is_bulk=False)
    found = rows.aggregate(count=Count("pk"), oldest=Min("next_attempt_at"))
    return Waiting(found["count"], found["oldest"])


def _events(at: datetime) -> Waiting:
    rows = EventDelivery.objects.filter(event__timestamp__lte=at)
    found = rows.aggregate(count=Count("pk"), oldest=Min("event__timestamp"))
    return Waiting(found["count"], found["oldest"])


def _sent(at: datetime) -> Sent:
    rows = Notification.objects.filter(sent_at__gt=at - DAY)
    spans = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": DAY}
    counts = {name: Count("pk", filter=Q(sent_at__gt=at - span)) for name, span in spans.items()}
    return Sent(**rows.aggregate(**counts))


def _reasons(rows: NotificationQuerySet) -> list[tuple[str, int]]:
    known = [When(last_error__icontains=each, then=Value(each)) for each in KNOWN]
    counted = rows.annotate(why=Case(*known, default="last_error")).values("why")
    ordered = counted.annotate(times=Count("pk")).order_by("-times", "why")
    return list(ordered.values_list("why", "times")[:REASONS])
