"""Model fields that carry a rule of the house."""

from typing import Any

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
