"""Promo codes made together: a name for the batch, the same terms for each code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from catalog.models import PromoCode
from catalog.queries.discount_faults import WORD, DiscountFaults, Faults, code_word
from catalog.services.discounts import PROMO_CODE, check_own, check_payer, write
from catalog.services.locks import lock_batch_name, lock_promo_batch
from core.actor import Actor
from core.acts import act
from core.codes import new_code
from core.refusals import NotFound
from core.services.events import record
from partners.roles import require

MOST_CODES = 1000
# Characters nobody can guess: 23**8 is 7.8e10, of which a batch is a thousand at most.
LENGTHS = range(8, 17)
LONGEST_PREFIX = 15
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Batch:
    """``count`` codes, each of the prefix, a hyphen and ``length`` random characters."""

    name: str
    count: int
    prefix: str = ""
    length: int = 8

    def new_word(self) -> str:
        """A code as one of the batch might be."""
        prefix = code_word(self.prefix).rstrip("-")
        return f"{prefix}-{new_code(self.length)}" if prefix else new_code(self.length)


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many codes of a batch were stopped now, and how many had been before."""

    now: int
    before: int


@act
def create_promo_batch(
    *, agency_id: int | None, batch: Batch, values: Mapping[str, Any], by: Actor, at: datetime
) -> list[PromoCode]:
    """Make a batch of codes that nobody can guess, all or none.

    Refuses with NotAllowed, PlatformPays, NotFound (another's agency) and DiscountFaults: of the
    terms, and of the batch (``name``, ``count``, ``prefix``, ``length``).
    """
    require(by, "catalog.promocode", "add")
    check_own(PromoCode(agency_id=agency_id), by)
    lock_batch_name(agency_id, batch.name.strip())

    if faults := batch_faults(batch, agency_id):
        raise DiscountFaults.of(faults)
    words = _new_words(batch)
    terms = {**values, "batch": batch.name.strip()}
    write(PromoCode(agency_id=agency_id, code=words[0]), terms, PROMO_CODE, by)
    codes = [PromoCode(agency_id=agency_id, code=word, **terms) for word in words]
    made: list[PromoCode] = bulk_create_with_history(codes, PromoCode)

    about = {"batch": made[0].batch, "count": len(made)}
    record("promo_code.batch_made", made[0], by=by, at=at, agency_id=agency_id, **about)
    return made


@act
def stop_promo_batch(*, agency_id: int | None, name: str, by: Actor, at: datetime) -> Stopped:
    """Nobody can use a code of the batch any more. Refuses with NotFound and PlatformPays."""
    require(by, "catalog.promocode", "change")
    codes = lock_promo_batch(agency_id, name) if name else []
    if not codes:
        raise NotFound
    check_own(codes[0], by)

    running = [code for code in codes if code.is_active]
    for code in running:
        check_payer(code, by)
        code.is_active = False
    bulk_update_with_history(running, PromoCode, ["is_active"])

    about = {"batch": name, "count": len(running)}
    record("promo_code.batch_stopped", codes[0], by=by, at=at, agency_id=agency_id, **about)
    return Stopped(now=len(running), before=len(codes) - len(running))


def batch_faults(batch: Batch, agency_id: int | None) -> Faults:
    """What is wrong with the batch itself, by field."""
    faults = {}
    name = batch.name.strip()
    if not name or len(name) > LONGEST_NAME:
        faults["name"] = _("Give the batch a name of at most 60 characters.")
    elif PromoCode.objects.filter(agency_id=agency_id, batch=name).exists():
        faults["name"] = _("There is a batch of this name already.")
    if not 1 <= batch.count <= MOST_CODES:
        faults["count"] = _("From 1 to 1,000 codes at once.")
    prefix = code_word(batch.prefix)
    if prefix and (len(prefix) > LONGEST_PREFIX or not WORD.fullmatch(prefix.rstrip("-"))):
        faults["prefix"] = _("At most 15 Latin letters, digits and hyphens.")
    if batch.length not in LENGTHS:
        faults["length"] = _("From 8 to 16 characters: fewer could be guessed.")
    return {name: [fault] for name, fault in faults.items()}


def _new_words(batch: Batch) -> list[str]:
    """As many words as codes, none of them a code already."""
    words: set[str] = set()
    while len(words) < batch.count:
        more = {batch.new_word() for _word in range(batch.count - len(words))}
        known = PromoCode.objects.annotate(word=Upper("code")).filter(word__in=more)
        words |= more - set(known.values_list("word", flat=True))
    return sorted(words)
