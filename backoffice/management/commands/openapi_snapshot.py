"""``manage.py openapi_snapshot``: keep the API's contract as a file, so that a change is a diff."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from api.app import api

SNAPSHOT = Path(settings.BASE_DIR) / "tests" / "api" / "openapi.json"


def schema_text() -> str:
    """The OpenAPI schema as it is kept: sorted, indented, readable."""
    return json.dumps(api.get_openapi_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


class Command(BaseCommand):
    help = "Write tests/api/openapi.json, which a test compares with the API as it is."
    # The checks of models ask the database; the schema does not.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        SNAPSHOT.write_text(schema_text())
        self.stdout.write(f"Written: {SNAPSHOT}")
