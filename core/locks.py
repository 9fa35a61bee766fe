"""Row locks: always evaluated, always inside an act, always bounded in time.

The order, everywhere: PromoCode, TourSession, Booking, PaymentTransaction, Account; several rows
of one table by id. Each house has one named function per model on top of :func:`lock_row`
(``catalog.services.locks`` and so on); ``tests/architecture`` reads the order off the SQL. The
bound is ``lock_timeout`` on the connection (settings), which :func:`core.acts.act` turns into
:class:`core.refusals.TryAgain`.
"""

from typing import Any

from django.db import models

from core.acts import require_transaction
from core.refusals import NotFound


def lock_row[M: models.Model](model: type[M], **where: Any) -> M:
    """The one row that matches ``where``, locked FOR UPDATE. Refuses with NotFound."""
    require_transaction()
    rows = model._default_manager.select_for_update(of=("self",))
    try:
        return rows.get(**where)
    except model.DoesNotExist:  # type: ignore[attr-defined]
        raise NotFound from None
