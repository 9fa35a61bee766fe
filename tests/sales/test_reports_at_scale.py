"""Very many ledger lines as a file: all of them, and no more memory than a few.

``make bench-export`` does it with a million and prints what it took.
"""

import csv
import gc
import os
import time
import tracemalloc
from io import TextIOWrapper
from tempfile import TemporaryFile
from zipfile import ZipFile

import pytest
from django.db import connection

from finance.models import LedgerEntry
from sales.papers.reports import write_report
from sales.queries.reports import REPORTS
from sales.queries.reports.finding import ask_of
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LINES = int(os.environ.get("BENCH_LINES", "12000"))
IS_BENCH = "BENCH_LINES" in os.environ
# A chunk of rows and the writer's own tables; all the rows at once would take more.
MOST_MEGABYTES = 60 if IS_BENCH else 8

MANY = """
WITH moved AS (
    INSERT INTO finance_accountingtransaction (type, status, memo, posted_at, agency_id)
    SELECT 'sale', 'posted', '=SUM(A1) ' || n,
           %(at)s::timestamptz - n * interval '1 second', %(agency)s
    FROM generate_series(1, %(journals)s) n
    RETURNING id
)
INSERT INTO finance_ledgerentry (transaction_id, account_id, debit, credit)
SELECT m.id, a.id, CASE WHEN a.kind = 'payme' THEN a.amount ELSE 0 END,
       CASE WHEN a.kind = 'payme' THEN 0 ELSE a.amount END
FROM moved m, (VALUES (%(payme)s, 'payme', 1000000.25), (%(commission)s, 'commission', 100000.05),
               (%(pending)s, 'pending', 800000.10), (%(reserve)s, 'reserve', 100000.10))
    a (id, kind, amount)
"""


@pytest.fixture
def many_lines(db):
    """LINES lines, four a journal, past the triggers where the database lets us."""
    agency = factories.agency(name="Silk Road Travel")
    accounts = {
        "payme": factories.platform_account("payme"),
        "commission": factories.platform_account("commission"),
        "pending": factories.account(kind="agency_pending", agency=agency),
        "reserve": factories.account(kind="agency_reserve", agency=agency),
    }
    values = {name: account.pk for name, account in accounts.items()}
    with connection.cursor() as cursor:
        if IS_BENCH:
            cursor.execute("SET LOCAL session_replication_role = replica")
        values |= {"at": NOW, "agency": agency.pk, "journals": LINES // 4}
        cursor.execute(MANY, values)
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE finance_ledgerentry, finance_accountingtransaction")
    assert LedgerEntry.objects.count() == LINES


def resident() -> float:
    """The memory of this process."""
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def traced() -> float:
    """What Python has asked for since it was told to look: exact, but slow."""
    return tracemalloc.get_traced_memory()[0] / 2**20


class Scales:
    """Weighs while rows go by. Of a million the process itself; of few rows, which a long-lived
    process has room for anyhow, what Python holds."""

    def __init__(self):
        self.megabytes = resident if IS_BENCH else traced
        self.before = self.most = self.megabytes()

    def __call__(self, done, _total):
        if done % 500 == 1:
            self.most = max(self.most, self.megabytes())

    @property
    def grown(self) -> float:
        return self.most - self.before


@pytest.fixture
def scales():
    if not IS_BENCH:
        tracemalloc.start()
    yield Scales
    tracemalloc.stop()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_an_export_of_very_many_lines_takes_no_more_memory_than_one_of_few(
    many_lines, scales, file_format
):
    values = {"period": "custom", "first": "2020-01-01", "last": "2027-12-31"}
    report = REPORTS["ledger-lines"]
    question = ask_of(report, values, at=NOW, language="en")
    nothing = ask_of(report, values | {"last": "2020-01-01"}, at=NOW, language="en")
    with TemporaryFile() as out:
        # Once without rows: modules and words are loaded.
        write_report(report, nothing, file_format=file_format, out=out, tell=lambda *_: None)
        out.seek(0)
        out.truncate()
        gc.collect()
        weighed, began = scales(), time.perf_counter()

        write_report(report, question, file_format=file_format, out=out, tell=weighed)

        took = time.perf_counter() - began
        print(
            f"\n{file_format}: {LINES:,} lines in {took:.1f} s, {out.tell() >> 20} MB of file,"
            f" {weighed.grown:.1f} MB of memory"
        )
        assert weighed.grown < MOST_MEGABYTES
        assert rows_of(out, file_format) == LINES


def rows_of(out, file_format: str) -> int:
    """How many rows of lines the file has; headings, facts and totals left out."""
    out.seek(0)
    if file_format == "csv":
        text = TextIOWrapper(out, "utf-8-sig")
        found = sum(row[-1].startswith("'=SUM(A1)") for row in csv.reader(text))
        text.detach()
        return found
    with ZipFile(out) as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        return sum(_times(book, name, b"=SUM(A1) ") for name in names)


def _times(book: ZipFile, name: str, what: bytes) -> int:
    found, rest = 0, b""
    with book.open(name) as sheet:
        while block := sheet.read(1 << 20):
            block = rest + block
            found += block.count(what)
            rest = block[-len(what) + 1 :]
    return found
