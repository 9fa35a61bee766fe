"""The daily proof of the books and of the log: what holds, what does not, and the day's figures."""

import time
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core.actor import Actor, job
from core.acts import act
from core.clock import local_date
from core.queries.seals import prove_log
from core.services.events import record
from core.services.seal import record_log_proof
from finance.models import AccountingTransaction
from finance.queries.audit import Proof
from finance.queries.daily import DayFigures, figures_of
from sales.queries.audit import book_proofs

FAULTS_TOLD = 5
LOG_HOLDS = _("No sealed event of the log was changed, taken out or slipped in.")


def prove_daily(*, at: datetime) -> list[Proof]:
    """Prove the books and the log and record how it went; books without a journal prove nothing."""
    log = _prove_log(at)
    started = time.monotonic()
    proofs = [*book_proofs(), log]
    seconds = f"{time.monotonic() - started:.1f}"
    yesterday = figures_of(local_date(at) - timedelta(days=1))
    last = AccountingTransaction.objects.order_by("pk").last()
    if last is not None:
        record_proof(last=last, proofs=proofs, seconds=seconds, day=yesterday, by=job(), at=at)
    return proofs


def _prove_log(at: datetime) -> Proof:
    """Under its seals; a broken one is told with the books, to whom they are told."""
    started = time.monotonic()
    proof = prove_log()
    seconds = f"{time.monotonic() - started:.1f}"
    record_log_proof(proof=proof, seconds=seconds, by=job(), at=at)
    return Proof(LOG_HOLDS, proof.events, [str(fault) for fault in proof.faults])


@act
def record_proof(
    *,
    last: AccountingTransaction,
    proofs: list[Proof],
    seconds: str,
    day: DayFigures,
    by: Actor,
    at: datetime,
) -> None:
    """Write the outcome of proofs over the journals up to ``last`` into the log of actions."""
    faults = [fault for proof in proofs for fault in proof.faults]
    facts = {
        "proofs": len(proofs),
        "broken": sum(bool(proof.faults) for proof in proofs),
        "rows": sum(proof.looked_at for proof in proofs),
        "seconds": seconds,
        "faults": faults[:FAULTS_TOLD],
        **day.facts(),
    }
    if faults:
        record("books.broken", last, by=by, at=at, **facts)
    else:
        record("books.proved", last, by=by, at=at, **facts)
