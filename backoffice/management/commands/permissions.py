"""``manage.py permissions``: keep the table of roles as a document, so that a change is a diff."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import override

from backoffice.admin.core.permissions_page import COLUMNS, Section, sections

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "permissions.md"
HEAD = """\
# Who may what

Written by `make permissions` from [`partners/roles.py`](../partners/roles.py); the back office
shows the same under "Who may what". An agency's people may do this with what belongs to their
agency, the platform's staff with everybody's; exports, schedules and saved views are each person's
own.
Travellers have no part in the back office: in the app and the bot they see and do what is theirs.
"""


def document() -> str:
    """The table in English, in Markdown."""
    with override("en"):
        return "\n".join([HEAD, *(_section(each) for each in sections())])


def _section(section: Section) -> str:
    roles = [str(role.label) for role in COLUMNS]
    lines = [
        f"## {section.title}\n",
        f"| | may | {' | '.join(roles)} |",
        f"|---|---|{':-:|' * len(roles)}",
    ]
    for thing in section.things:
        for number, line in enumerate(thing.lines):
            marks = " | ".join("✓" if mark else "" for mark in line.marks)
            lines.append(f"| {'' if number else thing.name} | {line.acts} | {marks} |")
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    help = "Write docs/permissions.md, which a test compares with the table of roles."
    # The checks of models ask the database; the table does not.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        DOCUMENT.write_text(document())
        self.stdout.write(f"Written: {DOCUMENT}")
