from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        from core.job_kinds import JobKind, register_job_kind
        from sales.papers.reports import KIND, PERMISSION, run_report_job

        register_job_kind(JobKind(KIND, PERMISSION, run_report_job))
