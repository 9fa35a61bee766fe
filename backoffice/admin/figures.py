"""Figures of first pages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A number worth looking at, and the list behind it."""

    title: str
    value: str
    note: str
    url: str
    icon: str
    colour: str = ""
