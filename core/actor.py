"""Who does something, and through which door. Handed to every act as ``by``."""

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    ADMIN = "admin", _("admin")
    API = "api", _("API")
    BOT = "bot", _("bot")
    PAYME = "payme", _("Payme")
    JOB = "job", _("job")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a provider or the clock.

    ``role`` is a value of ``partners.roles.Role``; ``agency_ids`` are the agencies the person
    works for; ``user_id`` is None for jobs and providers.
    """

    role: str
    source: str
    user_id: int | None = None
    agency_ids: frozenset[int] = field(default_factory=frozenset)
    request_id: str = ""

    @property
    def person_id(self) -> int:
        """``user_id`` of an act that only a person can do; a job or a provider is a bug here."""
        if self.user_id is None:
            raise RuntimeError(f"{self} is not a person.")
        return self.user_id

    def __str__(self) -> str:
        return f"{self.role}:{self.user_id or '-'} via {self.source}"


def job() -> Actor:
    """The actor of periodic jobs: no person, the system's own clock."""
    return Actor(role="system", source=Source.JOB)
