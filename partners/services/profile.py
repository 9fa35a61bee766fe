"""A person edits his own profile."""

from datetime import datetime
from typing import Any

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.services.events import record
from partners.models import User

EDITABLE = (
    "first_name",
    "last_name",
    "phone",
    "interests",
    "sphere",
    "specialization",
    "language",
)


@act
def update_profile(*, changes: dict[str, Any], by: Actor, at: datetime) -> User:
    """Change the given of the EDITABLE fields of the actor's own profile."""
    user = lock_row(User, pk=by.user_id)

    fields = sorted(changes.keys() & set(EDITABLE))
    for field in fields:
        setattr(user, field, changes[field])
    user.save(update_fields=fields)

    record("user.updated", user, by=by, at=at, fields=fields)
    return user
