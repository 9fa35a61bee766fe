"""Protected states: the one module that knows django-fsm.

django-fsm 3.0.1 forbids every assignment to a protected field, also the ones Django itself makes
when it reloads, cleans or saves an object. :class:`StateField` allows those and forbids the rest;
:class:`StatefulModel` lets no save overwrite a state that moved since the object was read.
Migrations see a plain CharField, so that the package can be swapped (django-fsm-2 is a drop-in).
"""

import warnings
from collections.abc import Iterable
from typing import Any

from django.db import models

from core.refusals import Conflict

with warnings.catch_warnings():
    # 3.0.1 greets every import with an advertisement for its successor.
    warnings.simplefilter("ignore", UserWarning)
    from django_fsm import (
        FSMField,
        FSMFieldDescriptor,
        TransitionNotAllowed,
        can_proceed,
        transition,
    )

__all__ = ["StateField", "StatefulModel", "TransitionNotAllowed", "can_proceed", "transition"]


class StaleState(Conflict):
    """The row's state moved between reading and saving."""


class StateDescriptor(FSMFieldDescriptor):
    def __set__(self, instance: models.Model, value: Any) -> None:
        loaded, name = instance.__dict__, self.field.name
        # Absent means 'not given yet' on a new row, but 'deferred' on one that was read.
        is_first = name not in loaded and instance._state.adding
        is_same = name in loaded and loaded[name] == value
        if loaded.get("_states_loading") or is_first or is_same:
            self.field.set_state(instance, value)
        else:
            raise AttributeError(f"{name} moves by its transitions only.")


class StateField(FSMField):
    """A CharField that only transitions may change."""

    descriptor_class = StateDescriptor

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs["protected"] = True
        kwargs.setdefault("max_length", 20)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


class StatefulModel(models.Model):
    """A model with StateFields, saved only over the states it was read with."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **kwargs: Any) -> Any:
        instance = super().from_db(db, field_names, values, **kwargs)
        instance._remember_states()
        return instance

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self._states_loading = True
        try:
            super().refresh_from_db(*args, **kwargs)
        finally:
            self._states_loading = False
        self._remember_states()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._states_loading = True
        try:
            super().save(*args, **kwargs)
        finally:
            self._states_loading = False
        self._remember_states(kwargs.get("update_fields"))

    def _state_names(self) -> Iterable[str]:
        return (f.attname for f in self._meta.concrete_fields if isinstance(f, StateField))

    def _remember_states(self, written: Iterable[str] | None = None) -> None:
        names = set(self._state_names()) & set(self.__dict__)
        if written is not None:
            names &= set(written)
        seen = self.__dict__.setdefault("_states_seen", {})
        seen.update({name: self.__dict__[name] for name in names})

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, *args: Any, **kwargs: Any) -> Any:
        seen = self.__dict__.get("_states_seen", {})
        updated = super()._do_update(  # type: ignore[misc]
            base_qs.filter(**seen), using, pk_val, *args, **kwargs
        )
        if seen and not updated and base_qs.filter(pk=pk_val).using(using).exists():
            raise StaleState
        return updated
