"""``make demo``: everything on one machine, with one command."""

import io
import logging
import signal
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection
from huey.contrib.djhuey import HUEY

from backoffice import laptop
from backoffice.demo.logins import demo_logins
from backoffice.demo_runner import HOST, Household, Stopped, port_is_taken, stop_on_signals

WEB = (
    *("-m", "granian", "--interface", "wsgi", "--host", HOST),
    *("--workers", "2", "--blocking-threads", "2", "--respawn-failed-workers"),
    *("--workers-kill-timeout", "4", "--log-level", "warning"),
)
DEFAULT_PORT = 8000
APPLICATION = "backoffice.wsgi:application"


class Command(BaseCommand):
    help = "Runs Circle on this machine: database, demo data, web server, worker. Ctrl-C ends it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop_on_signals()
        household = Household({"DATABASE_URL": settings.DATABASE_URL})
        code = 0
        try:
            self._prepare()
            self._start(household)
        except Stopped as stopped:
            self._say(f"\n{stopped}")
            code = stopped.code
        finally:
            household.stop()
            laptop.leave_database()
        if code:
            raise SystemExit(code)

    def _prepare(self) -> None:
        _refuse_production()
        _refuse_taken_port(settings.PORT)
        # Migrations tell what they skip; here nobody asked.
        logging.getLogger("constance").setLevel(logging.WARNING)
        self._say("Preparing the database ...")
        call_command("migrate", verbosity=0)
        if not settings.REDIS_URL:
            call_command("create_huey_tables", stdout=io.StringIO())
            HUEY.storage.close()
        self._say("Preparing the demo's agencies, tours and bookings ...")
        call_command("seed_demo", stdout=self.stdout)
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]

    def _start(self, household: Household) -> None:
        # Once more: two servers would share a port without a word.
        _refuse_taken_port(settings.PORT)
        self._say("Starting the web server and the worker ...")
        payme = self._start_payme(household)
        web = (*WEB, "--port", str(settings.PORT), APPLICATION)
        household.start("web server", web, stop_with=signal.SIGTERM)
        # To huey, SIGINT means: finish what you are doing.
        household.start("worker", ("manage.py", "run_huey", "--quiet"), stop_with=signal.SIGINT)
        household.wait_for_health(settings.PORT)
        self._say(banner(settings.PORT, payme))
        household.watch()

    def _start_payme(self, household: Household) -> str:
        """Payme's stand-in, unless another is named or its port is taken; answers its address."""
        port = settings.PORT + 1
        if settings.PAYME_SUBSCRIBE_URL or port_is_taken(port):
            return ""
        household.tell(PAYME_SUBSCRIBE_URL=f"http://{HOST}:{port}/api")
        command = ("manage.py", "fake_payme", "--port", str(port))
        household.start("stand-in of Payme", command, stop_with=signal.SIGTERM)
        return f"http://{HOST}:{port}/"

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _refuse_production() -> None:
    if not settings.DEBUG:
        raise CommandError(
            "The demo makes people with well-known passwords and is for a laptop only; "
            "here DEBUG is off. docs/operations.md says how to run Circle for real."
        )


def _refuse_taken_port(port: int) -> None:
    if port_is_taken(port):
        raise CommandError(
            f"Port {port} is in use by another program: stop that, "
            f"or take another port: make demo PORT={port + 1}"
        )


def banner(port: int, payme: str = "") -> str:
    """Where Circle is, who may sign in, what to try first."""
    address = f"http://{HOST}:{port}"
    variable = "" if port == DEFAULT_PORT else f"PORT={port} "
    rows = demo_logins()
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    logins = (
        "    " + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(
        [
            "",
            "=" * 78,
            "  Circle is running. Ctrl-C stops it; the data stays (make demo-reset starts anew).",
            "",
            f"    Back office     {address}/admin/",
            f"    API             {address}/api/docs",
            f"    Health          {address}/health/ready/",
            *([f"    Payme's part    {payme}"] if payme else []),
            "",
            "  Sign in as (role, login, password):",
            *(line.rstrip() for line in logins),
            "",
            "  Three things to try:",
            "    1. As an agency's manager, open To approve and answer a request that waits:",
            "       its seats are taken, and the message to the traveller lies in the outbox.",
            "    2. As an accountant, open a paid booking and read its journal: its debits",
            "       equal its credits, and `make audit` proves it for all of them.",
            "    3. Watch one booking go from Telegram to paid, over the API and Payme's protocol,",
            "       and find it in the back office:",
            f"       {variable}.venv/bin/python manage.py walkthrough",
            "       With --flow 3 a blogger brings the traveller, and her bonus goes to her card.",
            "=" * 78,
        ]
    )
