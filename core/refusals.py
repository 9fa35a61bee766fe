"""Refusals: how an act says no.

A refusal has a stable ``code`` (part of the public API), a sentence for a human in ``detail``,
and one of the kinds below. Doors map kinds to their own form once: ``api.problems`` to
problem+json, ``backoffice.admin.refusals`` to messages, ``api.payme`` to JSON-RPC errors.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refusal(Exception):
    """Base of every refusal. Subclasses set ``code`` and ``message``.

    ``message`` is a format string for the keyword arguments given on raising.
    ``for_good`` marks those that no later try passes: the row is past the act, or not this
    person's to decide.
    ``commits`` marks the rare refusal whose changes must stay: a lapsed hold stays expired
    although the approval that found it is refused (see ``core.acts``).
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[Text] = _("This cannot be done.")
    for_good: ClassVar[bool] = False
    commits: ClassVar[bool] = False
    field: str | None = None

    def __init__(self, detail: Text | None = None, *, field: str | None = None, **facts: Any):
        self._detail = detail
        self.facts = facts
        self.field = field or type(self).field
        super().__init__(self.code)

    @property
    def detail(self) -> str:
        """The sentence, in the language active when it is read."""
        text = str(self._detail if self._detail is not None else self.message)
        return text.format(**self.facts) if self.facts else text

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class NotFound(Refusal):
    """It does not exist, or belongs to somebody else: the two must look alike."""

    code = "not_found"
    message = _("Not found.")


class NotAllowed(Refusal):
    """The caller's role does not allow it."""

    code = "forbidden"
    message = _("Your role does not allow this.")


class Conflict(Refusal):
    """The world has moved: right request, wrong moment."""

    code = "invalid_transition"
    message = _("This is no longer possible in the current state.")


class Invalid(Refusal):
    """The request itself is wrong and will stay wrong."""

    code = "validation_error"
    message: ClassVar[Text] = _("The data is not valid.")


class Faults(Invalid):
    """Several things are wrong at once; ``faults`` says what with which field."""

    message = "{sentences}"
    faults: Mapping[str, Sequence[str]] = {}

    @classmethod
    def of(cls, faults: Mapping[str, Sequence[str]]) -> Self:
        """The refusal for faults by field, of which there is at least one."""
        said = (cls.say(name, sentence) for name, found in faults.items() for sentence in found)
        refusal = cls(sentences=" ".join(said), field=next(iter(faults)))
        refusal.faults = faults
        return refusal

    @classmethod
    def say(cls, field: str, sentence: str) -> str:
        """One fault where its field is not to be seen beside it."""
        return sentence


class TryAgain(Conflict):
    """Somebody else holds the lock; nothing was changed."""

    code = "try_again"
    message = _("Somebody is working on the same thing right now. Please try again.")


class Unavailable(Refusal):
    """Something outside does not answer; nothing was changed."""

    code = "unavailable"
    message = _("The service is busy. Please try again.")
