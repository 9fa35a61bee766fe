"""``manage.py reset_second_factor``: for the last admin, whom nobody else can help."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.actor import job
from core.clock import now
from core.refusals import Refusal
from partners.models import User
from partners.services.second_factor import reset_second_factor


class Command(BaseCommand):
    help = (
        "Forget a person's second factor and end the sessions: the password alone signs in until a"
        " new app is set up. For the last platform admin; others are helped on the person's page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login")
        parser.add_argument("reason", help="How you have made sure who asks; the log keeps it.")

    def handle(self, *args: Any, login: str, reason: str, **options: Any) -> None:
        person = User.objects.filter(login=login).first()
        if person is None:
            raise CommandError(f"Nobody has the login {login}.")
        try:
            reset_second_factor(person_id=person.pk, reason=reason, by=job(), at=now())
        except Refusal as refusal:
            raise CommandError(refusal.detail) from None
        self.stdout.write(f"The second factor of {login} is reset.")
