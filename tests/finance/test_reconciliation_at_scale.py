"""All planted faults are found and none is false; ``make bench-reconciliation`` measures it."""

import os
import time
from collections import Counter

from django.db import connection

from finance.queries.reconciliation import in_all, tally
from finance.services.reconciliation.registries import (
    Reading,
    take_registry,
    try_registry,
    upload_registry,
)
from finance.states import RowOutcome
from tests.factories import NOW
from tests.finance.many_payments import fill, registry_of

LINES = int(os.environ.get("BENCH_LINES", "3000"))
FAULTS = 1000 if LINES >= 100_000 else 60


def test_every_planted_fault_is_found_and_none_is_false(cast, capsys):
    by = cast.accountant.actor("admin")
    plan = registry_of(fill(LINES), faults=FAULTS)
    taken = {}

    began = time.perf_counter()
    registry = upload_registry(content=plan.file(), name="r.csv", source="payme", by=by, at=NOW)
    taken["upload"] = time.perf_counter() - began
    registry = try_registry(
        registry_id=registry.pk, reading=Reading(registry.mapping), by=by, at=NOW
    )
    connection.check_constraints()  # as a commit does
    taken["trial"] = time.perf_counter() - began - taken["upload"]
    unlike = registry.rows.exclude(outcome=RowOutcome.MATCHED)
    found = dict(unlike.values_list("external_id", "outcome"))
    figures = tally(registry.pk)

    assert found == plan.planted
    assert unlike.count() == FAULTS
    assert set(Counter(found.values())) == {str(kind) for kind in figures} - {"matched"}
    assert len(figures) == 7
    assert in_all(figures.values()).count == len(plan.lines) + figures["missing_there"].count
    assert figures["matched"].difference == 0

    began = time.perf_counter()
    take_registry(registry_id=registry.pk, by=by, at=NOW)
    connection.check_constraints()
    taken["taking over"] = time.perf_counter() - began

    assert dict(unlike.values_list("external_id", "outcome")) == plan.planted
    assert taken["upload"] + taken["trial"] < 30
    if LINES >= 100_000:
        with capsys.disabled():
            print()
            for what, seconds in taken.items():
                print(f"{what:12} {seconds:6.2f} s")
