"""The catalogue's row locks. Order: PromoCode before TourSession (core.locks)."""

from django.db import connection

from catalog.models import PromoCode, TourSession
from core.acts import require_transaction
from core.locks import lock_row


def lock_promo_code(promo_code_id: int) -> PromoCode:
    """The promo code, locked: its limits are counted while it is held."""
    return lock_row(PromoCode, pk=promo_code_id)


def lock_promo_batch(agency_id: int | None, name: str) -> list[PromoCode]:
    """The promo codes of a batch, locked, by id."""
    require_transaction()
    rows = PromoCode.objects.filter(agency_id=agency_id, batch=name).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def lock_batch_name(agency_id: int | None, name: str) -> None:
    """The name, before there are rows to lock: of two who make a batch of it at once, one waits."""
    require_transaction()
    with connection.cursor() as cursor:
        what = f"promo batch {agency_id} {name}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])


def lock_session(session_id: int) -> TourSession:
    """The session, locked: nobody else takes or gives back its seats."""
    return lock_row(TourSession, pk=session_id)
