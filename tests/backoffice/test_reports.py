"""Reports on screen and as files, my exports, scheduled exports: for accountants, each his own."""

import json
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.html import escape
from openpyxl import load_workbook

from backoffice.admin.finance import reports as pages
from core.carry_jobs import run_due_jobs
from core.models import EventLog, Job, JobSchedule
from partners.models import User
from sales.queries.reports import REPORTS
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, list_of, page_of, said, seen_on
from tests.factories import NOW

pytestmark = pytest.mark.django_db

INDEX = "/admin/reports/"
JOBS = "/admin/core/job/"


def page(code):
    return reverse("admin:finance_report_page", args=[code])


def file_of(code):
    return reverse("admin:finance_report_file", args=[code])


def content(response) -> bytes:
    data = b"".join(response.streaming_content)
    for close in response._resource_closers:
        close()
    return data


@pytest.fixture
def desk(cast, sign_in):
    """The accountant's browser, with something in the books."""
    cast.paid()
    cast.paid(session=cast.nomad_session, referral_code="MADINA", by=cast.second_traveller)
    return sign_in(cast.accountant)


# --- pages


def test_the_index_leads_to_every_report_and_every_report_opens(desk):
    index = desk.get(INDEX)

    for code, report in REPORTS.items():
        assert page(code) in index.content.decode()
        answer = desk.get(page(code), {"period": "today"})
        assert answer.status_code == 200
        assert escape(str(report.question)) in answer.content.decode()


def test_only_accountants_and_admins_get_in(cast, sign_in):
    for name in ("support", "silk_owner", "silk_manager"):
        browser = sign_in(cast.people[name])
        assert browser.get(INDEX).status_code == 403
        assert browser.get(page("commission")).status_code == 403
        assert browser.post(file_of("commission"), {"format": "csv"}).status_code == 403
        assert INDEX not in browser.get("/admin/").content.decode()
    assert not Job.objects.exists()
    assert sign_in(cast.admin).get(INDEX).status_code == 200
    assert sign_in(cast.admin).get(page("no-such")).status_code == 404


def test_a_report_shows_totals_a_chart_and_rows_with_what_is_behind_them(desk, cast):
    answer = desk.get(page("commission"), {"group": "agency"})
    html = answer.content.decode()

    assert [value for _title, value in answer.context["tiles"]] == [
        *("2", "225,000\xa0soʻm", "0\xa0soʻm", "225,000\xa0soʻm")
    ]
    chart = json.loads(answer.context["chart"])
    assert chart["labels"] == ["Nomad Tours", "Silk Road Travel"]
    assert chart["datasets"][0]["data"] == [125_000, 100_000]
    assert f'href="{page_of(cast.nomad)}"' in html
    assert answer.context["totals"][-1] == "225,000.00"
    assert "period=this_month&group=agency" in answer.context["schedule_url"]


def test_filters_narrow_and_stay_in_the_form(desk, cast):
    query = {"group": "tour", "agency": cast.silk.pk, "period": "custom", "first": "2027-02-01"}
    answer = desk.get(page("sales"), {**query, "last": "2027-03-31"})

    assert answer.context["count"] == 1
    assert "Chimgan" in answer.content.decode()
    chosen = {choice.name: choice.chosen for choice in answer.context["form"]}
    assert chosen == {
        **{"period": "custom", "group": "tour"},
        **{"agency": str(cast.silk.pk), "tour": ""},
    }
    nothing = desk.get(page("sales"), {**query, "last": "2027-02-02"})
    assert "There is nothing in this period" in nothing.content.decode()


def test_the_screen_is_bounded_and_says_so(desk, monkeypatch):
    monkeypatch.setattr(pages, "SHOWN", 3)

    answer = desk.get(page("ledger-lines"))

    assert len(answer.context["rows"]) == 3
    assert "The first 3 of" in answer.content.decode()
    assert answer.context["totals"][-2] != "0.00", "of all rows"


def test_what_strangers_typed_is_no_markup(desk, cast):
    type(cast.silk).objects.filter(pk=cast.silk.pk).update(name="<script>alert(1)</script>")

    html = desk.get(page("commission")).content.decode()

    assert "<script>alert" not in html
    assert "\\u003Cscript" in html or "&lt;script&gt;alert" in html


# --- files


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "pdf"])
def test_a_short_file_comes_at_once_and_is_kept_among_my_exports(desk, cast, file_format):
    answer = desk.post(file_of("commission"), {"format": file_format, "period": "this_month"})

    name = f"commission-20270301-20270331.{file_format}"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert content(answer)[:4] in (b"\xef\xbb\xbfA", b"PK\x03\x04", b"%PDF")
    job = Job.objects.get()
    assert (job.status, job.requested_by, job.params["format"]) == (
        *("done", cast.accountant),
        file_format,
    )
    assert EventLog.objects.filter(action="job.done", object_id=job.pk).exists()


def test_a_long_file_becomes_a_job_with_its_way_to_be_seen(desk, monkeypatch, queue):
    monkeypatch.setattr(pages, "AT_ONCE", 1)

    answer = desk.post(file_of("ledger-lines"), {"format": "xlsx"}, follow=True)

    assert answer.redirect_chain == [(JOBS, 302)]
    html = answer.content.decode()
    job = Job.objects.get()
    assert "The file is being made" in html
    assert f'hx-get="/admin/core/job/{job.pk}/state/" hx-trigger="every 2s"' in html
    run_due_jobs()
    state = desk.get(f"/admin/core/job/{job.pk}/state/").content.decode()
    assert "hx-trigger" not in state, "it is over: nobody asks any more"
    file = desk.get(action_on(job, "download"))
    rows = list(load_workbook(BytesIO(content(file))).active.iter_rows(values_only=True))
    assert rows[0][0] == "Ledger lines"


def test_a_pdf_of_too_many_rows_says_what_to_take(desk, monkeypatch):
    monkeypatch.setattr("sales.papers.reports.MOST_ROWS", 2)

    answer = desk.post(file_of("ledger-lines"), {"format": "pdf"})

    assert answer.url == JOBS
    assert "take the XLSX" in said(answer)[0]


def test_a_file_is_asked_for_by_post_and_in_a_known_form(desk):
    assert desk.get(file_of("sales")).url == page("sales")
    assert desk.post(file_of("sales"), {"format": "exe"}).status_code == 404
    assert not Job.objects.exists()


# --- my exports


def test_another_persons_exports_do_not_exist(desk, cast, sign_in):
    theirs = factories.job(requested_by=cast.second_accountant)

    for browser in (desk, sign_in(cast.admin)):
        assert not browser.get(list_of(Job)).context["cl"].queryset.exists()
        for address in (page_of(theirs), f"/admin/core/job/{theirs.pk}/state/"):
            assert browser.get(address).status_code == 404
        for action in ("download", "stop", "again"):
            assert browser.post(action_on(theirs, action), SUBMIT).status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == "queued"


def test_a_job_can_be_cancelled_and_tried_again(desk, cast, queue):
    job = factories.job(
        requested_by=cast.accountant, params={"report": "sales", "format": "csv", "language": "en"}
    )
    assert desk.get(action_on(job, "stop")).status_code == 200
    job.refresh_from_db()
    assert job.status == "queued", "a link changes nothing"

    desk.post(action_on(job, "stop"), SUBMIT)
    job.refresh_from_db()
    assert job.status == "cancelled"
    desk.post(action_on(job, "again"), SUBMIT)
    run_due_jobs()

    assert Job.objects.latest("id").status == "done"


def test_who_lost_the_role_cannot_fetch_what_he_made(desk, cast):
    content(desk.post(file_of("commission"), {"format": "csv"}))
    job = Job.objects.get()
    User.objects.filter(pk=cast.accountant.pk).update(platform_role="support")

    assert desk.get(action_on(job, "download")).status_code == 403
    User.objects.filter(pk=cast.accountant.pk).update(platform_role="accountant", is_active=False)
    assert desk.get(action_on(job, "download")).status_code == 302


def test_a_file_that_is_gone_says_so(desk, cast):
    job = factories.job(
        requested_by=cast.accountant, status="done", file="jobs/none", expires_at=NOW
    )

    answer = desk.get(action_on(job, "download"))

    assert answer.url == JOBS
    assert said(answer) == ["This export has no file any more. Start it again."]


# --- scheduled exports


def add_address(**query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{reverse('admin:core_jobschedule_add')}?{asked}"


FORM = {"every": "week", "channel": "email", "email": "a@example.com", "format": "pdf"}


def test_a_report_is_sent_regularly_as_it_was_asked_for(desk, cast):
    address = add_address(
        report="commission", period="this_year", group="tour", agency=cast.silk.pk
    )
    assert "Commission · by: Tour · Silk Road Travel" in desk.get(address).content.decode()

    desk.post(address, FORM)

    made = JobSchedule.objects.get()
    assert made.owner == cast.accountant
    assert made.params == {
        **{"report": "commission", "language": "en", "format": "pdf"},
        **{"group": "tour", "agency": str(cast.silk.pk), "period": "last_week"},
    }
    assert made.title == "Commission · by: Tour · Silk Road Travel"
    assert list(EventLog.objects.values_list("action", flat=True)).count("schedule.added") == 1


def test_how_often_changes_which_period_comes(desk, cast):
    desk.post(add_address(report="sales"), FORM)
    made = JobSchedule.objects.get()

    form = {**FORM, "every": "month", "is_active": "on"}
    desk.post(page_of(made), form | seen_on(desk, made))

    made.refresh_from_db()
    assert (made.every, made.params["period"]) == ("month", "last_month")


def test_a_schedule_without_a_report_or_an_address_is_not_made(desk, cast):
    assert desk.get(add_address()).url == INDEX
    answer = desk.post(add_address(report="sales"), {**FORM, "email": ""})
    assert "email" in answer.context["adminform"].form.errors
    User.objects.filter(pk=cast.accountant.pk).update(telegram_id=None)
    answer = desk.post(add_address(report="sales"), {**FORM, "channel": "telegram"})
    assert "channel" in answer.context["adminform"].form.errors
    assert not JobSchedule.objects.exists()


def test_schedules_are_their_owners_alone_and_can_be_deleted(desk, cast):
    theirs = factories.job_schedule(owner=cast.second_accountant)
    mine = factories.job_schedule(owner=cast.accountant)
    delete = "admin:core_jobschedule_delete"

    assert desk.get(page_of(theirs)).status_code == 404
    assert desk.post(reverse(delete, args=[theirs.pk]), {"post": "yes"}).status_code == 404
    desk.post(reverse(delete, args=[mine.pk]), {"post": "yes"})

    assert list(JobSchedule.objects.all()) == [theirs]
    assert EventLog.objects.filter(action="schedule.deleted").count() == 1
