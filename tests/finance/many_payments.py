"""Performed payments of any number, and the registry that a provider would write of them."""

import csv
import random
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from io import StringIO

from django.core.files.base import ContentFile
from django.db import connection

from core.clock import TASHKENT
from finance.models import PaymentTransaction
from finance.states import RowOutcome
from tests import factories
from tests.factories import NOW

HEADINGS = ("ID транзакции", "Сумма", "Статус", "Дата оплаты", "order_id")
FIRST = NOW - timedelta(days=20)
FAULTS = [str(outcome) for outcome in RowOutcome if outcome != RowOutcome.MATCHED]
FOREIGN = "ffffffffffffffffff"


def fill(payments: int) -> list[PaymentTransaction]:
    """``payments`` performed payments, a booking each, from FIRST on within twenty days."""
    like = factories.payment(state="performed", performed_at=FIRST)
    step = timedelta(days=19) / payments
    numbers = {"first": 1, "last": payments - 1}
    with connection.cursor() as cursor:
        cursor.execute(
            _copies("sales_booking", code="'M' || lpad(n::text, 7, '0')", idempotency_key="NULL"),
            {"id": like.booking_id, **numbers},
        )
        cursor.execute(
            _copies(
                "finance_paymenttransaction",
                booking_id="(SELECT id FROM sales_booking WHERE code = 'M' || lpad(n::text,7,'0'))",
                payme_invoice_id="md5(n::text)::char(24)",
                amount="100000 + n",
                performed_at="performed_at + n * %(step)s",
            ),
            {"id": like.pk, "step": step, **numbers},
        )
        cursor.execute("ANALYZE")
    return list(PaymentTransaction.objects.select_related("booking").order_by("pk"))


def _copies(table: str, **values: str) -> str:
    """SQL for copies of the row %(id)s numbered from %(first)s to %(last)s."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = current_schema() AND column_name <> 'id'"
            " AND is_generated = 'NEVER'",
            [table],
        )
        names = [name for (name,) in cursor.fetchall()]
    shown = ", ".join(values.get(name, name) for name in names)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {shown} FROM {table},"
        " generate_series(%(first)s::int, %(last)s::int) n WHERE id = %(id)s"
    )


@dataclass
class Registry:
    """Lines as a provider would write them; ``planted`` is {id: outcome}."""

    lines: list[list[str]] = field(default_factory=list)
    planted: dict[str, str] = field(default_factory=dict)

    def text(self, delimiter: str = ";") -> str:
        out = StringIO()
        csv.writer(out, delimiter=delimiter).writerows([HEADINGS, *self.lines])
        return out.getvalue()

    def file(self, encoding: str = "utf-8") -> ContentFile:
        return ContentFile(self.text().encode(encoding), name="registry.csv")


def line_of(payment: PaymentTransaction) -> list[str]:
    at = payment.performed_at.astimezone(TASHKENT)
    code = payment.booking.code
    return [
        payment.payme_invoice_id,
        str(payment.amount),
        "Оплачен",
        f"{at:%d.%m.%Y %H:%M:%S}",
        code,
    ]


def registry_of(payments: list[PaymentTransaction], *, faults: int = 0) -> Registry:
    """A registry of ``payments`` in which ``faults`` of the six kinds have been planted."""
    dice = random.Random(7)
    registry = Registry([line_of(payment) for payment in payments])
    extra, missing = [], set()
    for number, place in enumerate(dice.sample(range(len(payments)), faults)):
        line, kind = registry.lines[place], FAULTS[number % len(FAULTS)]
        registry.planted[line[0]] = kind
        if kind == RowOutcome.MISSING_THERE:
            missing.add(place)
        elif kind == RowOutcome.MISSING_HERE:
            unknown = f"{FOREIGN}{number:06x}"
            extra.append([unknown, *line[1:]])
            registry.planted[unknown] = registry.planted.pop(line[0])
        elif kind == RowOutcome.TWICE:
            extra.append(list(line))
        elif kind == RowOutcome.AMOUNT_DIFFERS:
            line[1] = str(Decimal(line[1]) + dice.choice([-1, 1, Decimal("0.01"), 90_000]))
        elif kind == RowOutcome.STATE_DIFFERS:
            line[2] = dice.choice(["Отменён", "Создан"])
        else:
            line[4] = "ANOTHER7"
    kept = [line for place, line in enumerate(registry.lines) if place not in missing]
    for line in extra:
        kept.insert(dice.randrange(len(kept)), line)
    registry.lines = kept
    return registry
