"""Rows made once and written again: what many tests start from costs its making only once.

``Replay(make)()`` calls ``make`` the first time and remembers every row it wrote. The next calls,
in other tests, write those rows back as they were, ids included, and answer fresh copies of what
``make`` returned. The ids are free: sequences never go back.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection, transaction


@dataclass
class Replay[T]:
    make: Callable[[], T]
    _answer: bytes = b""
    _rows: dict[str, str] = field(default_factory=dict)

    def __call__(self) -> T:
        if not self._answer:
            return self._first()
        # In one transaction: references are looked at when it ends.
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, rows in self._rows.items():
                cursor.execute(statement, [rows])
        return pickle.loads(self._answer)  # noqa: S301

    def _first(self) -> T:
        last = {table: _ask(f'SELECT max(id) FROM "{table}"') or 0 for table in _tables()}
        answer = self.make()
        for table, before in last.items():
            rows = _ask(f'SELECT json_agg(t)::text FROM "{table}" t WHERE id > %s', before)
            if rows:
                columns = _columns(table)
                statement = (
                    f'INSERT INTO "{table}" ({columns}) SELECT {columns}'
                    f' FROM json_populate_recordset(NULL::"{table}", %s)'
                )
                self._rows[statement] = rows
        self._answer = pickle.dumps(answer)
        return answer


def _tables() -> list[str]:
    models = [model for model in apps.get_models() if not model._meta.proxy]
    with_id = {m._meta.db_table for m in models if any(f.column == "id" for f in m._meta.fields)}
    with connection.cursor() as cursor:
        return sorted(with_id & set(connection.introspection.table_names(cursor)))


def _columns(table: str) -> str:
    """All columns but those that the database computes itself."""
    return _ask(
        "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        table,
    )


def _ask(sql: str, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]
