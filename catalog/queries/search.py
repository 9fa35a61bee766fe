"""The words somebody looks for, as SQL over the columns of migration 0004, by the function of 0008.

Each word must be in the tour's texts, in the name of its category, or, when nothing on sale has it,
in a title that looks like it. It is looked for in both alphabets, and the last one may be
unfinished. What has no words in it ("!!!", "в") narrows nothing.
"""

from typing import Any

from catalog.queries.search_spelling import words_of

# Null for a word that says nothing; the planner folds all of it into a constant.
QUERY = """
CASE WHEN numnode(to_tsquery('russian', %(word_{n})s)) > 0 THEN
    to_tsquery('russian', %(forms_{n})s) || to_tsquery('english', %(forms_{n})s)
    || %(letters_{n})s::tsquery
END
"""

# The tours that have a word. They are handed on as an array: what is found is mostly little, which
# PostgreSQL cannot guess of a join.
FOUND = """
spelt_{n} AS MATERIALIZED (
    SELECT id FROM catalog_tours_with({query}) id
    UNION ALL
    SELECT t.id FROM catalog_tour t JOIN catalog_tourcategory k ON k.id = t.category_id
    WHERE t.status = 'published' AND k.search @@ {query}
),
alike_{n} AS MATERIALIZED (
    SELECT id, likeness FROM catalog_tours_like(VARIADIC %(spelt_{n})s::text[])
    WHERE {query} IS NOT NULL AND NOT EXISTS (SELECT FROM spelt_{n})
),
"""

FITS = """
AND ({query} IS NULL OR t.id = ANY(ARRAY(
    SELECT id FROM spelt_{n} UNION ALL SELECT id FROM alike_{n})))
"""

# Weights of D, C, B, A: categories, meeting points and days; titles. A text alone is worth nothing.
RANK = """
+ coalesce(ts_rank('{{0, 0, 0.4, 1}}', t.search_names || k.search, {query}), 0)
+ coalesce(max(l_{n}.likeness), 0)
"""
JOIN_ALIKE = "LEFT JOIN alike_{n} l_{n} ON l_{n}.id = t.id "


class Search:
    """A search in pieces of SQL about a tour ``t`` and its category ``k``, with their values."""

    def __init__(self, text: str):
        self.words = words_of(text)

    @property
    def found(self) -> str:
        """The tables that ``fits`` and ``rank`` need, for WITH."""
        return self._for_each_word(FOUND)

    @property
    def fits(self) -> str:
        return self._for_each_word(FITS)

    @property
    def join_alike(self) -> str:
        """What ``rank`` needs, for FROM."""
        return self._for_each_word(JOIN_ALIKE)

    @property
    def rank(self) -> str:
        """How well a tour fits, for a SELECT grouped by tour; 0 when nothing is looked for."""
        return f"(0 {self._for_each_word(RANK)})"

    def _for_each_word(self, sql: str) -> str:
        numbers = range(len(self.words))
        return "".join(sql.format(n=n, query=f"({QUERY.format(n=n)})") for n in numbers)

    @property
    def params(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for n, spelt in enumerate(self.words):
            unfinished = ":*" if n == len(self.words) - 1 else ""
            values |= {
                f"word_{n}": spelt[0],
                f"spelt_{n}": spelt,
                f"forms_{n}": " | ".join(spelt),
                # Letters and digits only: nothing in them can end the quotes.
                f"letters_{n}": " | ".join(f"'{each}'{unfinished}" for each in spelt),
            }
        return values
