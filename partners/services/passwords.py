"""Passwords of staff."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Invalid
from core.services.events import record
from partners.models import User
from partners.services.staff_sessions import end_sessions_of


class WrongPassword(Invalid):
    code = "wrong_password"
    message = _("This is not your present password.")
    field = "old"


@act
@sensitive_variables("old", "password")
def change_own_password(
    *, old: str, password: str, keep: str = "", by: Actor, at: datetime
) -> User:
    """The person signs in with ``password`` from now on; his sessions end but the one whose key is
    ``keep``. What a password has to be is the door's to check.

    Refuses with WrongPassword; who never had one gives none.
    """
    person = lock_row(User, pk=by.person_id)

    if person.has_usable_password() and not person.check_password(old):
        raise WrongPassword

    person.set_password(password)
    person.save(update_fields=["password"])
    ended = end_sessions_of(person.pk, at=at, keep=keep)

    record("user.password_changed", person, by=by, at=at, sessions=ended)
    return person
