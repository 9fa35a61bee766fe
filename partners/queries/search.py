"""Finding people by what somebody reads out on the phone.

Each condition is one that an index answers: part of a name in three letters or more, part of a
number in four digits or more, the beginning of a login, a Telegram name as a whole. What is shorter
finds nobody rather than half of the country.
"""

import re
from typing import Any

from django.db.models import Q, QuerySet

from core.ids import id_of
from core.spelling import spellings

# What a trigram is; and fewer digits fit half of the country.
FEWEST_LETTERS = 3
FEWEST_DIGITS = 4
# The database's largest id; what people type may be longer.


def named(words: str) -> Q | None:
    """First or last name has each of the words, in whatever alphabet; None for words too short to
    look for."""
    match = Q()
    for word in words.split():
        has_it = Q()
        for spelled in spellings(word):
            has_it |= Q(first_name__icontains=spelled) | Q(last_name__icontains=spelled)
        match &= has_it
    letters = [sum(map(str.isalpha, word)) for word in words.split()]
    return match if max(letters, default=0) >= FEWEST_LETTERS else None


def reached_at(words: str) -> list[Q]:
    """The Telegram name, or part of the phone: a condition for each that ``words`` may be."""
    ways = []
    name = words.strip().removeprefix("@")
    if len(name) >= FEWEST_LETTERS and " " not in name:
        ways.append(Q(username__iexact=name))
    digits = re.sub(r"\D", "", words)
    if len(digits) >= FEWEST_DIGITS and not any(map(str.isalpha, words)):
        ways.append(Q(phone__contains=digits))
    return ways


def ways_to(words: str) -> list[Q]:
    """Every condition by which ``words`` may mean a person."""
    by_name = named(words)
    return [*([by_name] if by_name is not None else []), *reached_at(words)]


def find_people(people: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Of ``people`` those with that name, phone, Telegram name or id, or a login that begins so."""
    ways = ways_to(words)
    login = words.strip().lower()
    if len(login) >= FEWEST_LETTERS:
        # By the index that a unique text has for its beginnings.
        ways.append(Q(login__startswith=login))
    if (number := id_of(words.strip())) is not None:
        ways.append(Q(telegram_id=number))
    return people.filter(pk__in=any_of(people.model, ways))


def any_of(model: Any, ways: list[Q]) -> QuerySet[Any]:
    """The ids of the rows of ``model`` that fit one of ``ways``. A union, not an OR: the planner
    takes each way's own index."""
    found = [model._default_manager.filter(way).order_by().values("pk") for way in ways]
    if not found:
        return model._default_manager.none().values("pk")  # type: ignore[no-any-return]
    return found[0].union(*found[1:]) if found[1:] else found[0]
