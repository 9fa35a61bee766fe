"""Whom an announcement is for: the shape of ``Announcement.segment``. Pure, no database."""

from datetime import date
from typing import Annotated, Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, StringConstraints

from partners.models import Language


class Took(models.TextChoices):
    """How far a booking came that puts its traveller into a segment."""

    ANY = "any", _("asked for seats")
    PAID = "paid", _("paid")


LONGEST_WORD = 200
# As many as a form offers.
MOST_WORDS = 200
Word = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_WORD)]
Words = Annotated[tuple[Word, ...], Field(max_length=MOST_WORDS)]


class Segment(BaseModel):
    """Every criterion that is given must fit; of several words in one, any. Nothing given is
    everybody.

    ``tour``, ``agency``, ``city`` and the days are about one and the same booking: of that tour,
    of a tour of that agency, of one that meets in that city, of a date with a day between
    ``goes_from`` and ``goes_to``. ``took`` says how far that booking came; alone, any booking.

    As JSON, ``{"languages": ["uz"], "tour": 12, "took": "paid", "joined_since": "2027-01-01"}``;
    what is not given is left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: tuple[Language, ...] = ()
    spheres: Words = ()
    interests: Words = ()
    tour: PositiveInt | None = None
    agency: PositiveInt | None = None
    city: Word | None = None
    goes_from: date | None = None
    goes_to: date | None = None
    took: Took | None = None
    partners_only: bool = False
    joined_since: date | None = None

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """Out of JSON. Raises ValueError for anything that this shape does not know."""
        return cls.model_validate(stored)

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def is_about_bookings(self) -> bool:
        about = (self.tour, self.agency, self.city, self.goes_from, self.goes_to, self.took)
        return any(about)
