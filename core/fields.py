"""Model fields that carry a rule of the house."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


class MoneyField(models.DecimalField):
    """UZS with two places: DecimalField(max_digits=14, decimal_places=2)."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


class PercentField(models.DecimalField):
    """A percentage 0.00 to 100.00."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("max_digits", 5)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database with MultiFernet; fails closed on a bad token.

    Keys come from ``settings.CARD_ENCRYPTION_KEYS``: the first encrypts, all decrypt.
    """

    def get_prep_value(self, value: Any) -> Any:
        if value in (None, ""):
            return value
        return _cipher(tuple(settings.CARD_ENCRYPTION_KEYS)).encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        if value in (None, ""):
            return value
        return _cipher(tuple(settings.CARD_ENCRYPTION_KEYS)).decrypt(value.encode()).decode()
