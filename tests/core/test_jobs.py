"""Jobs: asked for, carried by one worker at a time, never lost, only for who may have them."""

from datetime import timedelta

import pytest

from core import carry_jobs
from core.actor import job as the_clock
from core.carry_jobs import run_due_jobs, run_job
from core.clock import now
from core.job_kinds import _KINDS, JobKind, register_job_kind
from core.models import EventLog, Job
from core.models.job import LEASE
from core.refusals import Conflict, NotAllowed, NotFound
from core.services.jobs import (
    MOST_ATTEMPTS,
    MOST_OPEN,
    JobLost,
    NoFile,
    TooManyJobs,
    cancel_job,
    claim_job,
    expire_jobs,
    finish_job,
    note_progress,
    repeat_job,
    start_job,
    take_file,
)
from core.services.schedules import (
    NoAddress,
    NoTelegram,
    Wish,
    add_schedule,
    change_schedule,
    delete_schedule,
    due_day,
    run_due_schedules,
)
from core.storage import private_storage
from core.tasks import carry_jobs_every_minute
from tests.factories import NOW
from tests.sales.threads import run_together

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def work(monkeypatch):
    """A kind of job that writes what the test says; ``rows`` are told of one by one."""

    class Work:
        rows = 3

        def __call__(self, job, out, tell):
            for row in range(1, self.rows + 1):
                out.write(b"row %d of job %d\n" % (row, job.pk))
                tell(row, self.rows)
                self.between(job)
            return "rows.csv"

        def between(self, job):
            """What happens after each row."""

    monkeypatch.setitem(_KINDS, "rows", None)
    made = Work()
    register_job_kind(JobKind("rows", "finance.export_report", made))
    monkeypatch.setattr(carry_jobs, "BEAT_SECONDS", 0)
    return made


@pytest.fixture
def ask(cast, work):
    def start(person=None, **fields):
        by = (person or cast.accountant).actor("admin")
        fields = {"kind": "rows", "title": "Rows", "params": {"language": "en"}} | fields
        return start_job(**fields, by=by, at=NOW)

    return start


def content(job) -> bytes:
    with private_storage().open(job.file.name) as file:
        return file.read()


def again(job) -> Job:
    return Job.objects.get(pk=job.pk)


def actions():
    return list(EventLog.objects.order_by("id").values_list("action", flat=True))


# --- a job's life


def test_a_job_is_carried_and_its_file_kept(ask):
    job = ask()
    assert (job.status, job.percent) == ("queued", None)

    assert run_due_jobs() == 1

    job = again(job)
    assert (job.status, job.done, job.total, job.percent, job.attempts) == ("done", 3, 3, 100, 1)
    assert content(job) == b"".join(b"row %d of job %d\n" % (n, job.pk) for n in (1, 2, 3))
    assert job.file_name == "rows.csv"
    assert job.expires_at == NOW + 7 * DAY
    assert actions()[-2:] == ["job.started", "job.done"]
    assert run_due_jobs() == 0


def test_a_worker_is_woken_when_the_start_is_committed(
    ask, queue, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        ask()
    assert [task.name for task in queue.pending()].count("carry_jobs") == 1

    with django_capture_on_commit_callbacks(execute=True):
        ask(wakes=False)
    assert [task.name for task in queue.pending()].count("carry_jobs") == 1


def test_the_row_tells_how_far_it_is_and_that_it_lives(ask, work, clock):
    job, seen = ask(), []

    def look(running):
        clock.shift(timedelta(seconds=3))
        row = again(running)
        seen.append((row.done, row.total, row.percent, row.heartbeat_at))

    work.between = look
    run_job()

    at = [NOW + timedelta(seconds=seconds) for seconds in (0, 3, 6)]
    assert seen == [(1, 3, 33, at[0]), (2, 3, 66, at[1]), (3, 3, 99, at[2])]
    assert again(job).status == "done"


def test_a_cancelled_job_stops_at_its_next_sign_of_life(ask, work, cast):
    job = ask()

    def cancel(running):
        if not again(running).finished_at:
            cancel_job(job_id=running.pk, by=cast.accountant.actor("admin"), at=NOW)

    work.between, work.rows = cancel, 1000
    run_job()

    assert (again(job).status, again(job).done, again(job).file.name) == ("cancelled", 1, "")
    with pytest.raises(Conflict):
        cancel_job(job_id=job.pk, by=cast.accountant.actor("admin"), at=NOW)


def test_what_goes_wrong_is_said_in_words_and_can_be_tried_again(ask, work, cast):
    job = ask()
    by = cast.accountant.actor("admin")
    with pytest.raises(Conflict):
        repeat_job(job_id=job.pk, by=by, at=NOW)

    def break_down(_job):
        raise ZeroDivisionError("a secret of ours")

    work.between = break_down
    run_job()
    job = again(job)
    assert job.status == "failed"
    assert job.error.startswith("Something went wrong")

    del work.between
    new = repeat_job(job_id=job.pk, by=by, at=NOW)
    run_job()
    assert (again(new).status, new.params) == ("done", job.params)


def test_a_refusal_is_said_in_the_persons_language(ask, work):
    job = ask(params={"language": "ru"})

    def refuse(_job):
        raise NotFound

    work.between = refuse
    run_job()

    assert again(job).error == "Не найдено."


def test_a_person_has_so_many_unfinished_jobs_at_most(ask):
    jobs = [ask() for _ in range(MOST_OPEN)]

    with pytest.raises(TooManyJobs, match=str(MOST_OPEN)):
        ask()

    run_job(jobs[0].pk)
    ask()


# --- workers that die


def test_a_dead_workers_job_is_taken_up_anew(ask, clock):
    job = ask()
    dead = claim_job(by=the_clock(), at=now())
    assert run_job() is None, "it lives, for all anybody knows"

    clock.shift(LEASE + timedelta(seconds=1))
    assert run_due_jobs() == 1

    assert (again(job).status, again(job).attempts) == ("done", 2)
    with pytest.raises(JobLost):
        note_progress(job=dead, done=1, total=3, at=now())


def test_a_worker_thought_dead_cannot_finish_anothers_claim(ask, work, clock):
    job = ask()

    def sleep_through_the_lease(running):
        if running.attempts == 1 and again(running).attempts == 1:
            clock.shift(LEASE + timedelta(seconds=1))
            work.between = lambda _job: None
            run_job()

    work.between = sleep_through_the_lease
    run_job()

    job = again(job)
    assert (job.status, job.attempts) == ("done", 2)
    with pytest.raises(JobLost):
        finish_job(
            **{"job_id": job.pk, "attempt": 1, "file": "x", "file_name": "x", "rows": 1},
            by=the_clock(),
            at=now(),
        )
    _folders, files = private_storage().listdir(job.file.name.rpartition("/")[0])
    assert files.count(job.file.name.rpartition("/")[2]) == 1
    assert actions().count("job.done") == 1


def test_a_job_that_kills_its_workers_fails_in_the_end(ask, clock):
    job = ask()
    for _ in range(MOST_ATTEMPTS):
        claim_job(by=the_clock(), at=now())
        clock.shift(LEASE + timedelta(seconds=1))

    run_due_jobs()

    job = again(job)
    assert (job.status, job.attempts) == ("failed", MOST_ATTEMPTS)
    assert "three times" in job.error


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_carry_one_job(ask, work):
    jobs = [ask() for _ in range(4)]

    carried = run_together([run_due_jobs] * 4, workers=4)

    assert sum(carried) == len(jobs)
    assert {again(job).attempts for job in jobs} == {1}
    assert {again(job).status for job in jobs} == {"done"}


def test_the_sweep_carries_what_nobody_was_woken_for(ask):
    job = ask()

    carry_jobs_every_minute.call_local()

    assert again(job).status == "done"


# --- who may


def test_who_may_not_have_it_cannot_ask_for_it(ask, cast):
    for person in (cast.support, cast.silk_owner, cast.traveller):
        with pytest.raises(NotAllowed):
            ask(person)
    assert not Job.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"platform_role": "support"}])
@pytest.mark.parametrize("when", ["queued", "running", "at the end"])
def test_the_jobs_of_who_may_no_longer_have_them_are_cancelled(ask, work, cast, change, when):
    job = ask()

    def change_role(running=None):
        type(cast.accountant).objects.filter(pk=cast.accountant.pk).update(**change)

    if when == "queued":
        change_role()
    else:
        work.between = change_role
        work.rows = 1 if when == "at the end" else 100
    run_due_jobs()

    assert (again(job).status, again(job).file.name) == ("cancelled", "")
    assert actions()[-1] == "job.cancelled"


def test_a_file_is_its_persons_alone_and_the_role_is_asked_again(ask, cast):
    job = ask()
    mine = cast.accountant.actor("admin")
    with pytest.raises(NoFile):
        take_file(job_id=job.pk, by=mine, at=NOW)
    run_job()

    assert take_file(job_id=job.pk, by=mine, at=NOW).pk == job.pk
    assert actions()[-1] == "job.file_taken"
    for person in (cast.second_accountant, cast.admin):
        with pytest.raises(NotFound):
            take_file(job_id=job.pk, by=person.actor("admin"), at=NOW)
        with pytest.raises(NotFound):
            cancel_job(job_id=job.pk, by=person.actor("admin"), at=NOW)
    type(cast.accountant).objects.filter(pk=cast.accountant.pk).update(platform_role="support")
    with pytest.raises(NotAllowed):
        take_file(job_id=job.pk, by=mine, at=NOW)


def test_files_are_deleted_when_their_days_are_over(ask, cast, django_capture_on_commit_callbacks):
    job = ask()
    run_job()
    name = again(job).file.name
    assert expire_jobs(by=the_clock(), at=NOW + 7 * DAY - timedelta(seconds=1)) == 0

    with django_capture_on_commit_callbacks(execute=True):
        assert expire_jobs(by=the_clock(), at=NOW + 7 * DAY) == 1

    assert (again(job).status, again(job).file.name) == ("expired", "")
    assert not private_storage().exists(name)
    with pytest.raises(NoFile):
        take_file(job_id=job.pk, by=cast.accountant.actor("admin"), at=NOW)


# --- schedules


@pytest.fixture
def schedule(cast, work):
    def add(**fields):
        person = fields.pop("person", cast.accountant)
        at = fields.pop("at", NOW)
        wish = {"kind": "rows", "title": "Rows", "every": "day", "channel": "telegram"} | fields
        return add_schedule(wish=Wish(**wish), by=person.actor("admin"), at=at)

    return add


def seven_on(days: int):
    """Seven in the morning in Tashkent, so many days after NOW's."""
    return NOW.replace(hour=2) + days * DAY


def run(at):
    return run_due_schedules(by=the_clock(), at=at)


def test_a_schedule_starts_one_job_a_day_however_often_it_is_looked_at(schedule, cast):
    made = schedule(params={"language": "en"})

    assert run(NOW) == 0, "made today, it comes tomorrow"
    assert run(seven_on(1) - timedelta(minutes=1)) == 0
    assert [run(seven_on(1) + timedelta(minutes=n)) for n in (0, 5, 600)] == [1, 0, 0]

    [job] = made.jobs.all()
    assert (job.requested_by, job.params["on"]) == (cast.accountant, "2027-03-02")
    run(seven_on(2))
    assert made.jobs.count() == 2


def test_a_day_that_passed_unseen_is_made_up_for_once(schedule):
    weekly, monthly = schedule(every="week"), schedule(every="month")

    assert run(seven_on(9)) == 1, "Wednesday: Monday's was missed"

    [job] = weekly.jobs.all()
    assert job.params["on"] == "2027-03-08"
    assert not monthly.jobs.exists()
    assert run(seven_on(31)) == 2
    assert monthly.jobs.get().params["on"] == "2027-04-01"


def test_the_day_a_schedule_is_due():
    day = NOW.date() + 2 * DAY
    assert due_day("day", day) == day
    assert due_day("week", day).isoformat() == "2027-03-01"
    assert due_day("month", day).isoformat() == "2027-03-01"


def test_a_schedule_of_who_may_no_longer_have_it_is_switched_off(schedule, cast):
    made = schedule()
    type(cast.accountant).objects.filter(pk=cast.accountant.pk).update(is_active=False)

    run(seven_on(1))

    made.refresh_from_db()
    assert not made.is_active
    assert not made.jobs.exists()
    assert actions()[-1] == "schedule.stopped"


def test_a_schedule_that_finds_too_many_jobs_comes_later(schedule, ask):
    made = schedule()
    jobs = [ask() for _ in range(MOST_OPEN)]

    run(seven_on(1))
    assert not made.jobs.exists()

    run_job(jobs[0].pk)
    run(seven_on(1) + timedelta(minutes=5))
    assert made.jobs.count() == 1


def test_a_schedule_must_have_somewhere_to_go(schedule, cast):
    with pytest.raises(NoAddress):
        schedule(channel="email")
    assert schedule(channel="email", email="a@example.com").email == "a@example.com"
    type(cast.accountant).objects.filter(pk=cast.accountant.pk).update(telegram_id=None)
    with pytest.raises(NoTelegram):
        schedule()
    with pytest.raises(NotAllowed):
        schedule(person=cast.support)


def test_a_schedule_is_its_owners_alone(schedule, cast):
    made, other = schedule(), cast.second_accountant.actor("admin")
    with pytest.raises(NotFound):
        change_schedule(schedule_id=made.pk, values={"every": "week"}, by=other, at=NOW)
    with pytest.raises(NotFound):
        delete_schedule(schedule_id=made.pk, by=other, at=NOW)
    mine = cast.accountant.actor("admin")

    values = {"every": "week", "title": "no", "is_active": False}
    changed = change_schedule(schedule_id=made.pk, values=values, by=mine, at=NOW)

    assert (changed.every, changed.title, changed.is_active) == ("week", "Rows", False)
    assert run(seven_on(9)) == 0
    delete_schedule(schedule_id=made.pk, by=mine, at=NOW)
    assert actions()[-1] == "schedule.deleted"
