"""The search on a big catalogue finds by its indexes, and quickly.

``make bench`` runs it on 20,000 tours with 100,000 dates and prints what pages take. The suite has
too few tours for PostgreSQL to care, and only sees that it can use the indexes.
"""

import os
import re
import statistics
import time

import pytest
from django.db import connection

from catalog.queries import catalogue
from catalog.queries.catalogue import Filters, catalogue_page
from catalog.queries.search_parameters import ask_for
from tests.catalog.many_tours import RARE, SCHEMA, fill
from tests.factories import NOW

pytestmark = pytest.mark.django_db

TOURS = int(os.environ.get("BENCH_TOURS", "200"))
MEASURED = TOURS >= 20_000
ROUNDS = 9


@pytest.fixture
def big(db):
    tours = fill(TOURS, sessions=5 if MEASURED else 0, promotions=TOURS // 100)
    if not MEASURED:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return tours


def page(ordering="next_date", **filters):
    return catalogue_page(
        Filters(**filters), ordering=ordering, after=None, size=20, language="ru", at=NOW
    )[0]


@pytest.fixture
def plan_of(monkeypatch):
    """``plan_of(search="x")``: how PostgreSQL goes about that page, as it ran."""
    plans = []

    class Explained:
        def cursor(self):
            return self

        def __enter__(self):
            self.real = connection.cursor().__enter__()
            return self

        def __exit__(self, *error):
            self.real.close()

        def execute(self, sql, params):
            self.real.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}", params)

        def fetchall(self):
            plans.append("\n".join(row[0] for row in self.real.fetchall()))
            return []

    def explain(**query):
        with monkeypatch.context() as patch:
            patch.setattr(catalogue, "connection", Explained())
            page(**query)
        return plans.pop()

    return explain


def whole_shelf_reads(plan: str) -> list[str]:
    """Scans that look at every tour; one that never ran looked at none."""
    return re.findall(r"Seq Scan on catalog_tour(?: \w+)? \((?!never)", plan)


CONDITIONS = {
    "tour_by_words": "search @@ to_tsquery('russian', 'обсерватория')",
    "tour_by_likeness": "'самаркнад' <% search_titles",
    "tour_by_parameters": """parameters @> '{"route": "r-17"}'""",
}


@pytest.mark.parametrize("index", CONDITIONS)
def test_each_condition_has_its_index(big, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.4")
        cursor.execute("EXPLAIN SELECT id FROM catalog_tour WHERE " + CONDITIONS[index])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert f"Bitmap Index Scan on {index}" in plan


def test_a_misspelt_place_finds_all_its_tours(big):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalog_tours_like('самаркнад')")
        [found] = cursor.fetchone()

    assert found == sum("Самарканд" in tour.title_ru for tour in big) > 0


@pytest.mark.skipif(not MEASURED, reason="make bench")
def test_no_search_looks_at_every_tour(big, plan_of):
    exact = plan_of(search=RARE, ordering="relevance")
    assert "Function Scan on catalog_tours_with" in exact
    assert whole_shelf_reads(exact) == []
    assert "Function Scan on catalog_tours_like (never executed)" in exact

    typo = plan_of(search="обсирвотория")
    assert "Function Scan on catalog_tours_like (never executed)" not in typo
    assert whole_shelf_reads(typo) == []

    wanted = ask_for({"route": "r-17"}, SCHEMA)
    assert "Index Scan on tour_by_parameters" in plan_of(parameters=wanted)


@pytest.mark.skipif(not MEASURED, reason="make bench")
def test_pages_are_quick(big, capsys):
    asked = {
        "all": {},
        "by price": {"ordering": "price"},
        "up to a price": {"price_max": 500_000},
        "an agency": {"agency": big[0].agency_id},
        "a common word": {"search": "самарканд"},
        "a common word, best first": {"search": "самарканд", "ordering": "relevance"},
        "two words": {"search": "юрты самарканд"},
        "a rare word": {"search": RARE},
        "a typo": {"search": "самаркнад", "ordering": "relevance"},
        "two letters all have": {"search": "ка", "ordering": "relevance"},
    }
    taken = {what: _milliseconds(query) for what, query in asked.items()}

    with capsys.disabled():
        print()
        for what, milliseconds in taken.items():
            print(f"{what:30} {milliseconds:8.1f} ms")
    assert taken["a rare word"] < taken["all"]


def _milliseconds(query) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert page(**query)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000
