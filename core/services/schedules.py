"""Exports that come again by themselves: made by whom they are sent to, started by the clock."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, Source
from core.acts import act, require_transaction
from core.clock import TASHKENT, local_date
from core.locks import lock_row
from core.models import JobSchedule
from core.models.job import Channel, Every
from core.queries.jobs import is_entitled
from core.refusals import Invalid, NotAllowed
from core.services.events import field_names, kept, record
from core.services.jobs import TooManyJobs, start_job
from core.sweeps import one_of_many

# Reports of yesterday are on the desk before work begins.
RUN_HOUR = 7
EDITABLE = frozenset({"every", "channel", "email", "is_active", "params"})


class NoTelegram(Invalid):
    message = _("Your account has no Telegram. Take e-mail, or ask the platform to link it.")
    field = "channel"


class NoAddress(Invalid):
    message = _("Where should it be sent?")
    field = "email"


@dataclass(frozen=True, slots=True)
class Wish:
    """What comes, and when and how."""

    kind: str
    title: str
    every: str
    channel: str
    email: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@act
def add_schedule(*, wish: Wish, by: Actor, at: datetime) -> JobSchedule:
    """Send ``by`` such a file regularly, first on the next day that is due.

    Refuses with NotAllowed, NoTelegram and NoAddress.
    """
    owner: Any = lock_row(get_user_model(), pk=by.person_id)

    schedule = JobSchedule(
        kind=wish.kind,
        title=wish.title[:200],
        params=wish.params,
        owner=owner,
        every=wish.every,
        channel=wish.channel,
        email=wish.email,
        created_at=at,
    )
    if not is_entitled(schedule):
        raise NotAllowed
    _check_address(schedule)

    schedule.save()

    record("schedule.added", schedule, by=by, at=at)
    return schedule


@act
def change_schedule(
    *, schedule_id: int, values: dict[str, Any], by: Actor, at: datetime
) -> JobSchedule:
    """Set some of EDITABLE. Refuses with NotFound (somebody else's, too), NoTelegram, NoAddress."""
    schedule = lock_row(JobSchedule, pk=schedule_id, owner_id=by.person_id)

    names = sorted(EDITABLE & set(values))
    before = kept(schedule, names)
    for name in names:
        setattr(schedule, name, values[name])
    _check_address(schedule)

    schedule.save()

    facts: dict[str, Any] = {"fields": field_names(schedule, names), "before": before}
    record("schedule.changed", schedule, by=by, at=at, **facts, after=kept(schedule, names))
    return schedule


@act
def delete_schedule(*, schedule_id: int, by: Actor, at: datetime) -> None:
    """Nothing comes any more; files made so far stay. Refuses with NotFound."""
    schedule = lock_row(JobSchedule, pk=schedule_id, owner_id=by.person_id)

    record("schedule.deleted", schedule, by=by, at=at)
    schedule.delete()


def stop_schedules_of(person_id: int, *, by: Actor, at: datetime) -> int:
    """Switch the person's schedules off; how many. A building block: the act around it says why."""
    require_transaction()
    rows = JobSchedule.objects.filter(owner_id=person_id, is_active=True)
    schedules = list(rows.select_for_update().order_by("pk"))
    for schedule in schedules:
        schedule.is_active = False
        schedule.save(update_fields=["is_active"])
        record("schedule.stopped", schedule, by=by, at=at)
    return len(schedules)


def run_due_schedules(*, by: Actor, at: datetime) -> int:
    """Start a job for each schedule that is due; however late or often it is called, one."""
    local = at.astimezone(TASHKENT)
    if local.hour < RUN_HOUR:
        return 0
    rows = JobSchedule.objects.filter(is_active=True)
    due = [row.pk for row in rows if _is_due(row, local.date())]
    for schedule_id in due:
        with one_of_many("scheduled export not started", schedule=schedule_id):
            run_schedule(schedule_id=schedule_id, by=by, at=at)
    return len(due)


@act
def run_schedule(*, schedule_id: int, by: Actor, at: datetime) -> None:
    """Start the job of a schedule that is due, in its owner's name. One whose owner may no longer
    have it is switched off; one whose owner has too many jobs waits for the next call."""
    rows = JobSchedule.objects.select_for_update(of=("self",)).select_related("owner")
    schedule = rows.filter(pk=schedule_id, is_active=True).first()
    if schedule is None or not _is_due(schedule, local_date(at)):
        return

    if not is_entitled(schedule):
        schedule.is_active = False
        schedule.save(update_fields=["is_active"])
        record("schedule.stopped", schedule, by=by, at=at)
        return
    day = due_day(schedule.every, local_date(at))
    try:
        start_job(
            kind=schedule.kind,
            title=schedule.title,
            params={**schedule.params, "on": day.isoformat()},
            by=schedule.owner.actor(Source.JOB),
            at=at,
            schedule_id=schedule.pk,
        )
    except TooManyJobs:
        return
    schedule.last_run_on = day
    schedule.save(update_fields=["last_run_on"])


def due_day(every: str, day: date) -> date:
    """The latest day, ``day`` or before, on which such a schedule runs."""
    match every:
        case Every.WEEK:
            return day - timedelta(days=day.weekday())
        case Every.MONTH:
            return day.replace(day=1)
    return day


def _is_due(schedule: JobSchedule, day: date) -> bool:
    """A day that passed unseen is made up for; what was before the schedule is not."""
    last = schedule.last_run_on or local_date(schedule.created_at)
    return due_day(schedule.every, day) > last


def _check_address(schedule: JobSchedule) -> None:
    if schedule.channel == Channel.EMAIL and not schedule.email:
        raise NoAddress
    if schedule.channel == Channel.TELEGRAM and schedule.owner.telegram_id is None:
        raise NoTelegram
