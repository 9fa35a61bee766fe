"""What a test has committed is deleted again.

Django's own way, ``flush``, makes every table's file anew and has permissions and settings written
again: half a second after each of some two hundred tests, and most of the tables were empty.
"""

from django.core.management import call_command
from django.db import connection, transaction

# What ``migrate`` writes into a new database, and hardly a test touches.
WRITTEN_BY_MIGRATE = ("auth_permission", "constance_constance", "django_content_type")


class Cleaner:
    """Made while the database is as ``migrate`` leaves it."""

    def __init__(self) -> None:
        tables = connection.introspection.django_table_names(only_existing=True)
        self.tables = sorted(set(tables) - set(WRITTEN_BY_MIGRATE))
        self._fresh = _fingerprint()
        self._may_pass_triggers = _ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")

    def clean(self) -> None:
        if self._may_pass_triggers and _fingerprint() == self._fresh:
            self._delete()
        else:
            # Sequences never go back: ``tests.replay`` counts on it.
            call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
            self._fresh = _fingerprint()

    def _delete(self) -> None:
        names = [connection.ops.quote_name(table) for table in self.tables]
        with transaction.atomic(), connection.cursor() as cursor:
            # Whoever still writes is waited for, as ``flush`` does.
            cursor.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")
            # Neither the append-only triggers nor references are asked.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {name}" for name in names))


def _fingerprint() -> str:
    rows = " UNION ALL ".join(f"SELECT t::text AS line FROM {t} t" for t in WRITTEN_BY_MIGRATE)
    return _ask(f"SELECT md5(string_agg(line, ',' ORDER BY line)) FROM ({rows}) written")


def _ask(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
