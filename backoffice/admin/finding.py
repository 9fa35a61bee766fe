"""Searching lists of as many rows as bookings, by what indexes answer and nothing else."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from partners.models import User
from partners.queries.search import any_of, ways_to
from sales.queries.search import coded


class FindsByIndex:
    """For model admins: the words mean one of ``ways``, each with an index of its own."""

    def ways(self, words: str) -> list[Q]:
        """The conditions that ``words`` may stand for."""
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.strip()
        if not words:
            return queryset, False
        return queryset.filter(pk__in=any_of(queryset.model, self.ways(words))), False


def of_booking(words: str, path: str = "booking") -> list[Q]:
    """Rows whose booking's code begins with ``words``."""
    return [Q(**{f"{path}__in": bookings.values("pk")}) for bookings in coded(words)]


def of_person(words: str, path: str) -> list[Q]:
    """Rows of whoever has that name, phone or Telegram name."""
    people = ways_to(words)
    return [Q(**{f"{path}__in": any_of(User, people)})] if people else []
